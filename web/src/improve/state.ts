/** The state of the rules screen as the URL holds it. Pure. */
import type { RuleRow, RuleState, Severity } from "@/api/types";
import { oneOf, someOf, text } from "@/shell/searchParams";

/** The views above the list; the digit that opens each is its place. */
export const VIEWS = ["list", "coverage", "refused"] as const;
export type View = (typeof VIEWS)[number];

/** The orders of the list. */
export const SORTS = ["title", "level", "fired", "updated"] as const;
export type Sort = (typeof SORTS)[number];

export interface RulesState {
  view?: View;
  state?: RuleState[];
  level?: Severity[];
  source?: string;
  /** Whether events that a rule looks at have come in. */
  telemetry?: "yes" | "no";
  /** A tag: `attack.t1059`. */
  tag?: string;
  q?: string;
  sort?: Sort;
  /** The id of the rule under the cursor. */
  rule?: string;
  /** Whether the panel is open, where that is not what the width suggests. */
  peek?: "on" | "off";
}

/** Reads the URL. */
export function readRules(raw: Record<string, unknown>): RulesState {
  return {
    view: oneOf(raw, "view", VIEWS),
    state: someOf(raw, "state", ["enabled", "disabled"]),
    level: someOf(raw, "level", ["critical", "high", "medium", "low", "info"]),
    source: text(raw, "source"),
    telemetry: oneOf(raw, "telemetry", ["yes", "no"]),
    tag: text(raw, "tag"),
    q: text(raw, "q"),
    sort: oneOf(raw, "sort", SORTS),
    rule: text(raw, "rule"),
    peek: oneOf(raw, "peek", ["on", "off"]),
  };
}

/** What the server is asked for. */
export interface RuleFilter {
  q?: string;
  state?: string;
  level?: string;
  source?: string;
  telemetry?: string;
  tag?: string;
  sort?: Sort;
}

export function filterOf(state: RulesState): RuleFilter {
  const { q, source, telemetry, tag, sort } = state;
  return { q, source, telemetry, tag, sort, state: state.state?.join(","), level: state.level?.join(",") };
}

/** Whether some rules are left out. */
export function isNarrowed(state: RulesState): boolean {
  return Boolean(state.q || state.state || state.level || state.source || state.telemetry || state.tag);
}

/** The same without what leaves rules out. */
export function widened({ view, sort, peek }: RulesState): RulesState {
  return { view, sort, peek };
}

/** The facets beside the list. */
export type RuleFacet = "state" | "level" | "source" | "telemetry";

/** Adds the value to a facet, or takes it away. State and level take several. */
export function toggled(state: RulesState, facet: RuleFacet, value: string): RulesState {
  if (facet === "source" || facet === "telemetry") {
    return readRules({ ...state, [facet]: state[facet] === value ? undefined : value });
  }
  const old: readonly string[] = state[facet] ?? [];
  return readRules({
    ...state,
    [facet]: old.includes(value) ? old.filter((one) => one !== value) : [...old, value],
  });
}

/** The words of the bar: text, and `tag:attack.t1059`. */
export function barText(state: RulesState): string {
  return [state.tag && `tag:${state.tag}`, state.q].filter(Boolean).join(" ");
}

export function readBar(typed: string, state: RulesState): RulesState {
  const words = typed.split(/\s+/).filter(Boolean);
  const tag = words.find((word) => word.startsWith("tag:") && word.length > 4)?.slice(4);
  const q = words.filter((word) => !word.startsWith("tag:")).join(" ");
  return { ...state, tag, q: q || undefined };
}

/** A name for a source out of that of a file, in the letters that a name may have. */
export function sourceName(file: string): string {
  const stem = file.replace(/(\.tar\.zst|\.zip|\.ya?ml)$/i, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  return stem.slice(0, 64) || "import";
}

/** A text without the line ends of its author's editor: paragraphs and lists stay. */
export function unwrapped(text: string): string {
  return text.trim().replace(/([^\n])\n(?![\n\s*-]|\d+[.)])/g, "$1 ");
}

/** Whether its hits are counted: those of a correlation that only feeds others are not. */
export function isCounted({ silent, correlation }: Pick<RuleRow, "silent" | "correlation">): boolean {
  return !silent || correlation === null;
}

/** Whether a source was imported, and did not come with the program. */
export function isImport(source: string): boolean {
  return source !== "built-in" && source !== "folder";
}
