/**
 * The five questions, answered from the events that the case holds and from nothing else. Each statement names the events
 * that say so; what no event says is "not established". Pure.
 */
import type { Alert, Case, TimelineEntry } from "@/api/types";
import { clockTime, length, moment, type Zone } from "@/design/clock";
import { shortHost } from "@/design/names";
import { farEnds, readAccount, sizeWords, TACTICS, techniquesOf } from "./facts";

/** An event of the case with its fields. */
export interface Fact {
  /** The event's id. */
  id: string;
  time: string;
  fields: Record<string, unknown[]>;
}

/** A stretch of a statement: our words, or what a log says. */
export type Piece = string | { log: string; whole?: string };

export interface Statement {
  pieces: Piece[];
  /** Ids of the events that say so, earliest first. */
  cites: string[];
}

export interface Answer {
  question: "Who" | "What" | "Where" | "When" | "How";
  /** Null where nothing is established. */
  headline: Piece[] | null;
  /** The events behind the headline. */
  cites: string[];
  statements: Statement[];
  /** What stays open. */
  open: string | null;
}

export interface Known {
  facts: readonly Fact[];
  entries: readonly TimelineEntry[];
  alerts: readonly Alert[];
  /** The events of each alert, by its id. */
  eventsOf: ReadonlyMap<string, readonly string[]>;
  one: Pick<Case, "detected_at" | "contained_at" | "status">;
  zone: Zone;
  /** The present, for days that are not today. */
  at: number;
}

/** Statements under a headline. */
const FEW = 3;

export function answersOf(known: Known): Answer[] {
  const facts = [...known.facts].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  return [who(facts, known), what(facts, known), where(facts, known), when(facts, known), how(facts, known)];
}

const texts = (fact: Fact, name: string): string[] =>
  (fact.fields[name] ?? []).filter((value) => value !== null && value !== "").map(String);

const clock = (known: Known, time: string) => moment(time, known.zone, "s", known.at);

/** Values of events by a key, in the order of their first event. */
class Tally<T> {
  readonly found = new Map<string, { value: T; facts: Fact[] }>();
  add(key: string, value: T, fact: Fact): void {
    const known = this.found.get(key);
    if (!known) this.found.set(key, { value, facts: [fact] });
    else if (known.facts.at(-1) !== fact) known.facts.push(fact);
  }
  list(): { value: T; facts: Fact[] }[] {
    return [...this.found.values()];
  }
}

const ids = (facts: readonly Fact[]) => [...new Set(facts.map((fact) => fact.id))];
const events = (n: number) => (n === 1 ? "1 event" : `${n} events`);

/** `[a]`, `[a], then [b]`, `[a], [b] and 2 more`. */
function row(values: readonly string[], then = false, most = 2): Piece[] {
  const shown = values.slice(0, most).map((log): Piece => ({ log }));
  const rest = values.length - shown.length;
  const pieces: Piece[] = [];
  shown.forEach((piece, at) => {
    if (at > 0) pieces.push(then && rest === 0 ? ", then " : ", ");
    pieces.push(piece);
  });
  if (rest > 0) pieces.push(` and ${rest} more`);
  return pieces;
}

function who(facts: readonly Fact[], known: Known): Answer {
  const accounts = new Tally<{ name: string; whole: string }>();
  const mails = new Tally<string>();
  const mailed = new Map<string, Set<string>>();
  for (const fact of facts) {
    for (const name of texts(fact, "user.name")) {
      const account = readAccount(name, texts(fact, "user.domain")[0]);
      if (account) accounts.add(account.name.toLowerCase(), account, fact);
    }
    for (const from of texts(fact, "email.from.address")) {
      mails.add(from.toLowerCase(), from, fact);
      const to = mailed.get(from.toLowerCase()) ?? new Set();
      for (const one of texts(fact, "email.to.address")) to.add(one.toLowerCase());
      mailed.set(from.toLowerCase(), to);
    }
  }
  const found = accounts.list();
  const statements: Statement[] = found.slice(0, FEW).map(({ value, facts: own }) => ({
    pieces: [
      { log: value.name, whole: value.whole },
      `: ${events(own.length)} from ${clock(known, own[0]?.time ?? "")}`,
    ],
    cites: ids(own),
  }));
  for (const { value, facts: own } of mails.list().slice(0, 1)) {
    const to = mailed.get(value.toLowerCase())?.size ?? 0;
    statements.push({
      pieces: ["Mail from ", { log: value }, to > 1 ? ` to ${to} addresses` : ""],
      cites: ids(own),
    });
  }
  return {
    question: "Who",
    headline:
      found.length > 0
        ? row(
            found.map((one) => one.value.name),
            true,
          )
        : null,
    cites: ids(found.flatMap((one) => one.facts)),
    statements: found.length === 1 && statements.length > 1 ? statements.slice(0, FEW) : statements,
    open: found.length > 0 ? null : "No event names an account.",
  };
}

/** Bytes that left, by destination. A firewall and a proxy may count the same bytes: the larger sum stands. */
function sent(facts: readonly Fact[]): { to: string; bytes: number; facts: Fact[] }[] {
  const sums = new Map<string, { flow: number; request: number; facts: Fact[] }>();
  for (const fact of facts) {
    const to = texts(fact, "destination.ip")[0];
    if (!to || !farEnds(fact.fields).includes(to)) continue;
    const flow = Number(texts(fact, "source.bytes")[0] ?? 0) || 0;
    const request = Number(texts(fact, "http.request.bytes")[0] ?? 0) || 0;
    if (flow + request === 0) continue;
    const sum = sums.get(to) ?? { flow: 0, request: 0, facts: [] };
    sums.set(to, {
      flow: sum.flow + flow,
      request: sum.request + request,
      facts: [...sum.facts, fact],
    });
  }
  return [...sums]
    .map(([to, sum]) => ({ to, bytes: Math.max(sum.flow, sum.request), facts: sum.facts }))
    .filter((one) => one.bytes >= 1_000_000)
    .sort((a, b) => b.bytes - a.bytes);
}

const RANK = { critical: 4, high: 3, medium: 2, low: 1, info: 0 } as const;

function what(facts: readonly Fact[], known: Known): Answer {
  const held = new Set(facts.map((fact) => fact.id));
  const titles = new Map<string, { rank: number; first: string; alerts: number; cites: string[] }>();
  for (const alert of known.alerts) {
    const cites = (known.eventsOf.get(alert.id) ?? []).filter((id) => held.has(id));
    const old = titles.get(alert.title);
    titles.set(alert.title, {
      rank: Math.max(RANK[alert.severity], old?.rank ?? 0),
      first: old && old.first < alert.first_seen ? old.first : alert.first_seen,
      alerts: (old?.alerts ?? 0) + 1,
      cites: [...new Set([...(old?.cites ?? []), ...cites])],
    });
  }
  const worst = [...titles].sort(
    ([, a], [, b]) => b.rank - a.rank || Date.parse(a.first) - Date.parse(b.first),
  );
  const said: Statement[] = worst.map(([title, one]) => ({
    pieces: [{ log: title }, one.alerts > 1 ? ` (${one.alerts} alerts)` : ""],
    cites: one.cites,
  }));
  if (said.length === 0) {
    for (const entry of known.entries.filter((one) => one.state === "confirmed").slice(0, FEW)) {
      said.push({ pieces: [{ log: entry.title }], cites: entry.event ? [entry.event] : [] });
    }
  }
  const [most] = sent(facts);
  if (most) {
    return {
      question: "What",
      headline: [`${sizeWords(most.bytes)} sent to `, { log: most.to }],
      cites: ids(most.facts),
      statements: said.slice(0, FEW),
      open: null,
    };
  }
  const [first, ...rest] = said;
  return {
    question: "What",
    headline: first?.pieces ?? null,
    cites: first?.cites ?? [],
    statements: rest.slice(0, FEW),
    open: first ? "Whether anything was taken or changed." : "Nothing is recorded yet.",
  };
}

function where(facts: readonly Fact[], known: Known): Answer {
  const hosts = new Tally<string>();
  const outside = new Tally<string>();
  for (const fact of facts) {
    for (const host of texts(fact, "host.name"))
      hosts.add(shortHost(host).toLowerCase(), shortHost(host), fact);
    for (const address of farEnds(fact.fields)) outside.add(address, address, fact);
  }
  const found = hosts.list();
  const names = found.map((one) => one.value);
  const statements: Statement[] = [];
  if (names.length > 2) {
    statements.push({ pieces: row(names, false, 6), cites: [] });
  }
  const far = outside.list();
  if (far.length > 0) {
    statements.push({
      pieces: [
        "Outside: ",
        ...row(
          far.map((one) => one.value),
          false,
          3,
        ),
      ],
      cites: ids(far.slice(0, 3).flatMap((one) => one.facts)),
    });
  }
  const typed = [
    ...new Set(known.entries.filter((one) => !one.event && one.host).map((one) => one.host as string)),
  ];
  if (typed.length > 0)
    statements.push({ pieces: ["By hand: ", ...row(typed.map(shortHost), false, 3)], cites: [] });
  return {
    question: "Where",
    headline: names.length > 2 ? [`Seen on ${names.length} hosts`] : names.length > 0 ? row(names) : null,
    cites: ids(found.flatMap((one) => one.facts)),
    statements,
    open: names.length > 0 ? null : "No event names a host.",
  };
}

function when(facts: readonly Fact[], known: Known): Answer {
  const times: { at: string; cites: string[] }[] = [
    ...facts.map((fact) => ({ at: fact.time, cites: [fact.id] })),
    ...known.entries.filter((entry) => !entry.event).map((entry) => ({ at: entry.at, cites: [] })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [first, last] = [times[0], times.at(-1)];
  if (!first || !last) {
    return { question: "When", headline: null, cites: [], statements: [], open: "No event carries a time." };
  }
  const { zone } = known;
  const span = Date.parse(last.at) - Date.parse(first.at);
  const sameDay = clock(known, last.at).replace(clockTime(last.at, zone), "");
  const begin = clock(known, first.at);
  const end = begin.startsWith(sameDay) ? clockTime(last.at, zone) : clock(known, last.at);
  const statements: Statement[] = [];
  if (span > 0) statements.push({ pieces: [`${length(span)} from first to last event.`], cites: [] });
  if (known.one.detected_at) {
    const late = Date.parse(known.one.detected_at) - Date.parse(first.at);
    if (late >= 0)
      statements.push({ pieces: [`First alert ${length(late)} after the first event.`], cites: [] });
  }
  return {
    question: "When",
    headline: span > 0 ? [`${begin} to ${end}`] : [begin],
    cites: [...new Set([...first.cites, ...last.cites])],
    statements,
    open: known.one.contained_at || known.one.status === "closed" ? null : "The end: it is not contained.",
  };
}

function how(facts: readonly Fact[], known: Known): Answer {
  const held = new Map(facts.map((fact) => [fact.id, fact]));
  const tactics = new Map<string, string[]>();
  const techniques = new Set<string>();
  for (const alert of known.alerts) {
    for (const technique of techniquesOf(alert.tags)) techniques.add(technique);
    for (const tag of alert.tags) {
      const name = tag
        .toLowerCase()
        .replace(/^attack\./, "")
        .replaceAll("_", "-");
      if (!(name in TACTICS)) continue;
      const cites = (known.eventsOf.get(alert.id) ?? []).filter((id) => held.has(id));
      tactics.set(name, [...(tactics.get(name) ?? []), ...cites]);
    }
  }
  for (const entry of known.entries) if (entry.technique) techniques.add(entry.technique.toUpperCase());
  const pairs = new Tally<[string, string]>();
  for (const fact of facts) {
    const [parent, child] = [texts(fact, "process.parent.name")[0], texts(fact, "process.name")[0]];
    if (parent && child) pairs.add(`${parent}\n${child}`.toLowerCase(), [parent, child], fact);
  }
  const order = Object.keys(TACTICS);
  const found = [...tactics.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const words = found.map((name) => TACTICS[name] as string);
  const statements: Statement[] = pairs
    .list()
    .slice(0, FEW)
    .map(({ value: [parent, child], facts: own }) => ({
      pieces: [{ log: parent }, " started ", { log: child }],
      cites: ids(own),
    }));
  if (techniques.size > 0) {
    const list = [...techniques].sort();
    const more = list.length > 4 ? ` and ${list.length - 4} more` : "";
    statements.push({ pieces: [`${list.slice(0, 4).join(", ")}${more}`], cites: [] });
  }
  const first = pairs.list()[0];
  const headline: Piece[] | null =
    words.length > 0
      ? [words.length > 3 ? `${words[0]} to ${words.at(-1)?.toLowerCase()}` : sentence(words)]
      : first
        ? [{ log: first.value[0] }, " started ", { log: first.value[1] }]
        : null;
  const cites = words.length > 0 ? found.flatMap((name) => tactics.get(name) ?? []) : ids(first?.facts ?? []);
  return {
    question: "How",
    headline,
    cites: [...new Set(cites)],
    statements,
    open: headline ? null : "No rule names a technique, no event a process.",
  };
}

const sentence = (words: readonly string[]) =>
  words.map((word, at) => (at === 0 ? word : word.toLowerCase())).join(", ");
