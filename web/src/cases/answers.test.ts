import { expect, test } from "vitest";
import type { Alert, TimelineEntry } from "@/api/types";
import { type Answer, answersOf, type Fact, type Known, type Piece } from "./answers";

const at = (clock: string) => `2026-03-12T${clock}Z`;
const fact = (id: string, clock: string, fields: Record<string, unknown>): Fact => ({
  id,
  time: at(clock),
  fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat()])),
});
const alert = (id: string, title: string, severity: Alert["severity"], tags: string[] = []) =>
  ({ id, title, severity, tags, first_seen: at("09:00:00"), number: 1 }) as unknown as Alert;

const known = (some: Partial<Known>): Known => ({
  facts: [],
  entries: [],
  alerts: [],
  eventsOf: new Map(),
  one: { detected_at: null, contained_at: null, status: "in_progress" },
  zone: "utc",
  at: Date.parse(at("12:00:00")),
  ...some,
});
const said = (pieces: readonly Piece[] | null) =>
  pieces?.map((piece) => (typeof piece === "string" ? piece : piece.log)).join("") ?? null;
const of = (answers: Answer[], question: Answer["question"]) =>
  answers.find((one) => one.question === question) as Answer;

test("what no event says is not established", () => {
  for (const answer of answersOf(known({}))) {
    expect(answer.headline, answer.question).toBeNull();
    expect(answer.open, answer.question).toBeTruthy();
    expect(answer.cites).toEqual([]);
  }
});

test("who: accounts in the order of their first event, each with its events; the system is nobody", () => {
  const facts = [
    fact("1-3", "09:07:00", { "user.name": "svc-backup", "user.domain": "LARKFIELD" }),
    fact("1-1", "09:00:00", { "user.name": "d.whitfield", "user.domain": "LARKFIELD" }),
    fact("1-2", "09:01:00", { "user.name": "LARKFIELD\\D.Whitfield" }),
    fact("1-4", "09:02:00", { "user.name": "SYSTEM" }),
    fact("1-5", "09:03:00", { "user.name": "WS-FIN-07$" }),
  ];
  const who = of(answersOf(known({ facts })), "Who");
  expect(said(who.headline)).toBe("d.whitfield, then svc-backup");
  expect(who.statements.map((one) => [said(one.pieces), one.cites])).toEqual([
    ["d.whitfield: 2 events from 09:00:00", ["1-1", "1-2"]],
    ["svc-backup: 1 event from 09:07:00", ["1-3"]],
  ]);
  expect(who.open).toBeNull();
});

test("what: bytes that left are counted once although a firewall and a proxy saw them", () => {
  const out = { "destination.ip": "198.51.100.23", "host.name": "x" };
  const facts = [
    fact("1-1", "09:00:00", { ...out, "source.bytes": 4_000_000, "network.direction": "outbound" }),
    fact("1-2", "09:00:01", { ...out, "http.request.bytes": 3_900_000, "observer.type": "proxy" }),
    fact("1-3", "09:00:02", { "destination.ip": "10.0.0.9", "source.bytes": 9_000_000 }),
  ];
  const what = of(answersOf(known({ facts })), "What");
  expect(said(what.headline)).toBe("4.0 MB sent to 198.51.100.23");
  expect(what.cites).toEqual(["1-1", "1-2"]);
});

test("what: without such bytes the worst alert leads, and the harm stays open", () => {
  const alerts = [alert("a", "Macro document opened", "medium"), alert("b", "LSASS memory read", "critical")];
  const facts = [fact("1-7", "09:00:00", {})];
  const what = of(answersOf(known({ alerts, facts, eventsOf: new Map([["b", ["1-7", "1-999"]]]) })), "What");
  expect(said(what.headline)).toBe("LSASS memory read");
  expect(what.cites, "an event that is no evidence is not cited").toEqual(["1-7"]);
  expect(what.open).toMatch(/taken or changed/);
});

test("where: hosts by their short names, and only the far end is outside", () => {
  const facts = [
    fact("1-1", "09:00:00", { "host.name": "WS-FIN-07.larkfield.example", "source.ip": "192.0.2.57" }),
    fact("1-2", "09:00:01", { "host.name": "ws-fin-07", "destination.ip": "8.8.8.8" }),
  ];
  const where = of(answersOf(known({ facts })), "Where");
  expect(said(where.headline)).toBe("WS-FIN-07");
  expect(where.cites).toEqual(["1-1", "1-2"]);
  expect(where.statements.map((one) => said(one.pieces))).toEqual(["Outside: 8.8.8.8"]);
});

test("when: from the first to the last, entries by hand included, and open until it is contained", () => {
  const facts = [fact("1-1", "09:00:00", {}), fact("1-2", "09:30:00", {})];
  const entries = [
    { id: "t", at: at("10:00:00"), event: null, title: "Call", state: "confirmed" },
  ] as TimelineEntry[];
  const one = { detected_at: at("09:21:06"), contained_at: null, status: "in_progress" as const };
  const when = of(answersOf(known({ facts, entries, one })), "When");
  expect(said(when.headline)).toBe("09:00:00 to 10:00:00");
  expect(when.statements.map((line) => said(line.pieces))).toEqual([
    "1 h 00 from first to last event.",
    "First alert 21 min after the first event.",
  ]);
  expect(when.cites).toEqual(["1-1"]);
  expect(when.open).toMatch(/not contained/);
  const over = answersOf(known({ facts, one: { ...one, contained_at: at("11:00:00") } }));
  expect(of(over, "When").open).toBeNull();
});

test("how: tactics in the order of an attack, and which process started which", () => {
  const alerts = [
    alert("a", "A", "high", ["attack.exfiltration", "attack.t1048"]),
    alert("b", "B", "high", ["attack.execution", "attack.t1059.001"]),
  ];
  const pair = { "process.parent.name": "WINWORD.EXE", "process.name": "powershell.exe" };
  const facts = [fact("1-1", "09:00:00", pair), fact("1-2", "09:00:01", pair)];
  const eventsOf = new Map([["b", ["1-1"]]]);
  const how = of(answersOf(known({ alerts, facts, eventsOf })), "How");
  expect(said(how.headline)).toBe("Execution, exfiltration");
  expect(how.cites).toEqual(["1-1"]);
  expect(how.statements.map((one) => [said(one.pieces), one.cites])).toEqual([
    ["WINWORD.EXE started powershell.exe", ["1-1", "1-2"]],
    ["T1048, T1059.001", []],
  ]);
});
