/** The journal of a case as sentences. Pure. */
import type { CaseStatus, Disposition, JournalItem, Person, Reason, Tlp } from "@/api/types";
import { SEVERITY_WORDS, STATUS_WORDS } from "@/design/shapes";
import { DISPOSITION_WORDS, REASON_WORDS } from "@/triage/verdicts";
import { tlpWord } from "./words";

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** What somebody did to a case, without who and when. Texts of people stand in it as they are: show it as text only. */
export function caseDeed(item: JournalItem, people: readonly Person[]): string {
  const [before, after] = [fields(item.before), fields(item.after)];
  switch (item.action) {
    case "case.create":
      return `raised the case${many(after.alerts, " from ", "alert")}`;
    case "case.evidence": {
      const left = Number(after.left_out ?? 0);
      const rest = left > 0 ? `; ${left} more did not fit` : "";
      return `took ${count(list(after.evidence).length, "event")} of A-${String(after.number ?? "?")} as evidence${rest}`;
    }
    case "case.alert":
      return "added an alert";
    case "case.timeline":
      return `put on the timeline: ${String(fields(after.entry).title ?? "an entry")}`;
    case "case.note":
      return "wrote a note";
    case "case.close": {
      const disposition = DISPOSITION_WORDS[after.disposition as Disposition] ?? "no disposition";
      const reason = REASON_WORDS[after.reason as Reason];
      return `closed it: ${disposition}${reason ? `, ${reason}` : ""}`;
    }
    case "case.reopen":
      return "reopened it";
    case "case.change":
      return changes(before, after, people).join(", ") || "changed it";
    default:
      return item.action.slice(item.action.indexOf(".") + 1).replaceAll("_", " ");
  }
}

/** Who did it, as colleagues know them: the journal keeps the name to log in with. */
export function actorOf(item: JournalItem, people: readonly Person[]): string {
  const { kind, name, user } = item.actor;
  const person = kind === "user" ? people.find((one) => one.id === user) : undefined;
  return person?.full_name || name;
}

function changes(before: Fields, after: Fields, people: readonly Person[]): string[] {
  const said: string[] = [];
  if ("status" in after) {
    said.push(`set the state from ${state(before.status)} to ${state(after.status)}`);
  }
  if ("owner" in after || ("owner" in before && before.owner != null)) {
    said.push(`assigned it to ${owner(after.owner, people)}`);
  }
  if ("severity" in after) said.push(`set the severity from ${severity(before)} to ${severity(after)}`);
  if ("title" in after) said.push(`renamed it “${String(after.title)}”`);
  if ("summary" in after) said.push("wrote the summary");
  if ("tlp" in after) said.push(`set ${tlpWord(after.tlp as Tlp)}`);
  return said;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

function many(value: unknown, lead: string, noun: string): string {
  const n = list(value).length;
  return n === 0 ? " by hand" : `${lead}${count(n, noun)}`;
}

const state = (value: unknown) => (STATUS_WORDS[value as CaseStatus] ?? String(value)).toLowerCase();

function severity(of: Fields): string {
  const word = SEVERITY_WORDS[of.severity as keyof typeof SEVERITY_WORDS]?.long;
  return (word ?? String(of.severity)).toLowerCase();
}

function owner(value: unknown, people: readonly Person[]): string {
  if (value == null) return "nobody";
  const person = people.find((one) => one.id === value);
  return person ? person.full_name || person.name : "somebody who has left";
}
