/** The journal of an alert as sentences. Pure. */
import type { Disposition, JournalItem, Person, Reason } from "@/api/types";
import { SEVERITY_WORDS } from "@/design/shapes";
import { DISPOSITION_WORDS, REASON_WORDS } from "./verdicts";

type Fields = Record<string, unknown>;

/** What somebody did: `closed it: Benign true positive, expected activity`. */
export function deed(item: JournalItem, people: readonly Person[]): string {
  const after = (typeof item.after === "object" && item.after !== null ? item.after : {}) as Fields;
  const word = item.action.slice(item.action.indexOf(".") + 1);
  switch (word) {
    case "create":
      return "raised it";
    case "triage":
      return "took it up";
    case "rate":
      return `set the severity to ${severity(after.severity)}`;
    case "assign":
      return `assigned it to ${owner(after.owner, people)}`;
    case "escalate":
      return "escalated it to tier 2";
    case "close":
      return `closed it: ${verdict(after)}`;
    case "reopen":
      return "reopened it";
    case "join_case":
      return `put it into case C-${String(after.case ?? "?")}`;
    case "note":
      return "wrote a note";
    default:
      return word.replaceAll("_", " ");
  }
}

function severity(value: unknown): string {
  return SEVERITY_WORDS[value as keyof typeof SEVERITY_WORDS]?.long.toLowerCase() ?? String(value);
}

function owner(value: unknown, people: readonly Person[]): string {
  if (value == null) return "nobody";
  const person = people.find((one) => one.id === value);
  return person ? person.full_name || person.name : "somebody who has left";
}

function verdict(after: Fields): string {
  const disposition = DISPOSITION_WORDS[after.disposition as Disposition] ?? "no disposition";
  const reason = REASON_WORDS[after.reason as Reason];
  return reason ? `${disposition}, ${reason}` : disposition;
}
