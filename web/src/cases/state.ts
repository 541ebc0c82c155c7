/** The state of the case screens as the URL holds it. Pure. */
import { oneOf, text } from "@/shell/searchParams";

export interface CasesState {
  view?: "open" | "mine" | "closed";
  q?: string;
}

/** Reads the URL of the list. */
export function readCases(raw: Record<string, unknown>): CasesState {
  return { view: oneOf(raw, "view", ["open", "mine", "closed"]), q: text(raw, "q") };
}

export const CASE_TABS = ["overview", "timeline", "evidence", "alerts", "notes", "journal"] as const;

export interface CaseState {
  tab?: (typeof CASE_TABS)[number];
}

/** Reads the URL of one case. */
export function readCase(raw: Record<string, unknown>): CaseState {
  return { tab: oneOf(raw, "tab", CASE_TABS) };
}

/** A case's state as a person says it. */
export function stateWord(status: string): string {
  const words = status.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
