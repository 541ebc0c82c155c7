/** What the states and circles of a case are called, and what may follow what. Pure. */
import type { CaseStatus, Tlp } from "@/api/types";

/** The states that may follow each, closing apart. The server decides; this spares a person what cannot work. */
export const NEXT: Record<CaseStatus, readonly CaseStatus[]> = {
  new: ["in_progress", "on_hold", "containment"],
  in_progress: ["on_hold", "containment", "eradication", "recovery", "post_incident"],
  on_hold: ["in_progress", "containment", "eradication", "recovery"],
  containment: ["in_progress", "on_hold", "eradication", "recovery", "post_incident"],
  eradication: ["on_hold", "containment", "recovery", "post_incident"],
  recovery: ["on_hold", "containment", "eradication", "post_incident"],
  post_incident: ["in_progress", "recovery"],
  closed: [],
};

/** What each state means. */
export const STATE_HINTS: Record<CaseStatus, string> = {
  new: "Nobody works on it yet",
  in_progress: "Finding out what happened",
  on_hold: "Waits for somebody else",
  containment: "The attacker is being stopped",
  eradication: "What was left behind is being removed",
  recovery: "Systems return to work",
  post_incident: "Lessons are drawn",
  closed: "Decided",
};

/** The circles of TLP 2.0, widest first. */
export const TLPS: readonly Tlp[] = ["clear", "green", "amber", "amber+strict", "red"];

export const TLP_HINTS: Record<Tlp, string> = {
  clear: "everybody",
  green: "the community",
  amber: "the organisation and its clients",
  "amber+strict": "the organisation alone",
  red: "those present alone",
};

/** `TLP:AMBER+STRICT`, as the standard writes it. */
export function tlpWord(tlp: Tlp): string {
  return `TLP:${tlp.toUpperCase()}`;
}
