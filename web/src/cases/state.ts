/** The state of the case screens as the URL holds it. Pure. */
import type { CaseStatus, Severity } from "@/api/types";
import { oneOf, someOf, text } from "@/shell/searchParams";

/** The views above the list. */
export const VIEWS = ["open", "mine", "unowned", "closed", "all"] as const;
export type View = (typeof VIEWS)[number];

/** The orders of the list. */
export const SORTS = ["updated", "severity", "number"] as const;
export type Sort = (typeof SORTS)[number];

/** The states of a case in the order of the work. */
export const STATES = [
  "new",
  "in_progress",
  "on_hold",
  "containment",
  "eradication",
  "recovery",
  "post_incident",
  "closed",
] as const satisfies readonly CaseStatus[];

export interface CasesState {
  view?: View;
  status?: CaseStatus[];
  severity?: Severity[];
  /** `me`, `none` or a person's id. */
  owner?: string;
  q?: string;
  sort?: Sort;
  /** The number of the case under the cursor. */
  case?: string;
}

/** Reads the URL of the list. */
export function readCases(raw: Record<string, unknown>): CasesState {
  return {
    view: oneOf(raw, "view", VIEWS),
    status: someOf(raw, "status", STATES),
    severity: someOf(raw, "severity", ["critical", "high", "medium", "low", "info"]),
    owner: text(raw, "owner"),
    q: text(raw, "q"),
    sort: oneOf(raw, "sort", SORTS),
    case: text(raw, "case"),
  };
}

/** The tabs of a case; the digit that opens each is its place. */
export const CASE_TABS = ["overview", "timeline", "evidence", "alerts", "notes", "journal"] as const;
export type CaseTab = (typeof CASE_TABS)[number];

export interface CaseState {
  tab?: CaseTab;
  /** The record under the cursor: an event's id on the tab of evidence, an entry's or an alert's on theirs. */
  at?: string;
  /** Whether the panel is open, where that is not what the width suggests. */
  peek?: "on" | "off";
}

/** Reads the URL of one case. */
export function readCase(raw: Record<string, unknown>): CaseState {
  return {
    tab: oneOf(raw, "tab", CASE_TABS),
    at: text(raw, "at"),
    peek: oneOf(raw, "peek", ["on", "off"]),
  };
}
