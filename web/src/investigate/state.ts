/** The state of Hunt as the URL holds it. Pure. */
import { instant, oneOf, text } from "@/shell/searchParams";

export interface HuntState {
  q?: string;
  lang?: "sql";
  range?: string;
  /** The brush within the range. */
  from?: string;
  to?: string;
  /** Columns, separated by commas. */
  columns?: string;
  /** The event that is open. */
  event?: string;
}

/** Reads the URL. */
export function readHunt(raw: Record<string, unknown>): HuntState {
  return {
    q: text(raw, "q"),
    lang: oneOf(raw, "lang", ["sql"]),
    range: text(raw, "range"),
    from: instant(raw, "from"),
    to: instant(raw, "to"),
    columns: text(raw, "columns"),
    event: text(raw, "event"),
  };
}
