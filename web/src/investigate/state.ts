/** The state of Hunt as the URL holds it. Pure. */
import { edges } from "@/shell/range";
import { instant, oneOf, text } from "@/shell/searchParams";
import type { Lang } from "./ink";

export interface HuntState {
  q?: string;
  lang?: "sql";
  range?: string;
  /** The brush within the range. */
  from?: string;
  to?: string;
  /** Columns, separated by commas. */
  columns?: string;
  /** The event under the cursor. */
  event?: string;
  /** Whether the panel is open, where that is not what the width suggests. */
  peek?: "on" | "off";
}

/** Bytes of a query, as the server has it; what is longer is refused there with a reason. */
const LONGEST = 16 * 1024;

/** Reads the URL. */
export function readHunt(raw: Record<string, unknown>): HuntState {
  return {
    q: query(raw.q),
    lang: oneOf(raw, "lang", ["sql"]),
    range: text(raw, "range"),
    from: instant(raw, "from"),
    to: instant(raw, "to"),
    columns: text(raw, "columns"),
    event: text(raw, "event"),
    peek: oneOf(raw, "peek", ["on", "off"]),
  };
}

/** A whole statement is longer than any other text of a URL; one that is a number or a word of JSON is text again. */
function query(raw: unknown): string | undefined {
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  return typeof raw === "string" && raw !== "" ? raw.slice(0, LONGEST + 1) : undefined;
}

/** The language of a state. */
export function langOf(state: HuntState): Lang {
  return state.lang ?? "bar";
}

/** What is asked: the text, and for the bar the time; SQL says its own. */
export interface Asked {
  q: string;
  lang: Lang;
  from?: string;
  to?: string;
}

/** `at`: when the query was run, which a relative range refers to. The histogram shows the range without the brush. */
export function askedOf(state: HuntState, at: number): { rows: Asked; range: Asked } {
  const lang = langOf(state);
  const q = state.q ?? "";
  if (lang === "sql") return { rows: { q, lang }, range: { q, lang } };
  const window = edges(state.range, at);
  const range = { q, lang, ...window };
  return { rows: { ...range, from: state.from ?? window.from, to: state.to ?? window.to }, range };
}

/** The state without what belongs to one answer: another query has other events. */
export function fresh(state: HuntState): HuntState {
  return { ...state, event: undefined };
}
