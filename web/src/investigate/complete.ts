/** Completion: which word is being typed, and what it could become. Pure. */
import type { FieldDetail } from "@/api/types";
import type { Lang } from "./ink";
import { quoted } from "./terms";

/** The word before the caret. */
export interface Typed {
  from: number;
  to: number;
  text: string;
  /** The field whose value is being typed; absent for the name of a field. */
  field?: string;
}

export interface Suggestion {
  /** What takes the place of the word. */
  insert: string;
  /** What the list shows. */
  name: string;
  kind: string;
  /** What is known of it. */
  meaning: string;
  /** The values that it has in the loaded events, the most frequent first. */
  seen?: readonly { value: string; count: number }[];
}

/** What every event has beside its fields. */
export const META: readonly FieldDetail[] = [
  { name: "_source", kind: "keyword", meaning: "The source that it came through" },
  { name: "_received", kind: "date", meaning: "Receive time" },
  { name: "_raw", kind: "text", meaning: "The bytes as they came" },
  { name: "_id", kind: "keyword", meaning: "Node and ingest sequence" },
];

const NAME = /[\p{L}\p{N}_.@-]*$/u;

/** The word that ends at the caret; null inside quotes. */
export function typedAt(query: string, caret: number, lang: Lang): Typed | null {
  const before = query.slice(0, caret);
  if (lang === "sql") {
    if ((before.match(/'/g)?.length ?? 0) % 2 === 1) return null;
    const open = (before.match(/"/g)?.length ?? 0) % 2 === 1;
    const text = NAME.exec(before)?.[0] ?? "";
    const from = caret - text.length - (open ? 1 : 0);
    return text ? { from, to: caret, text } : null;
  }
  const inQuotes = (before.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
  const value = /(?:^|[\s(!-])(@?[\p{L}\p{N}_.-]+):("?)([^\s()"]*)$/u.exec(before);
  const [, field, quote = "", text = ""] = value ?? [];
  if (field && (!inQuotes || quote))
    return { from: caret - text.length - quote.length, to: caret, text, field };
  if (inQuotes) return null;
  const name = (NAME.exec(before)?.[0] ?? "").replace(/^-/, "");
  return name ? { from: caret - name.length, to: caret, text: name } : null;
}

/** How well a name answers: 0 begins with it, 1 a part of it does, 2 it is somewhere; null not at all. */
export function rank(name: string, typed: string): number | null {
  const [hay, needle] = [name.toLowerCase(), typed.toLowerCase()];
  if (hay.startsWith(needle)) return 0;
  if (hay.includes(`.${needle}`)) return 1;
  return hay.includes(needle) ? 2 : null;
}

/** Suggestions in a list. */
const MOST = 8;

function ranked<T>(all: readonly T[], name: (one: T) => string, typed: string): T[] {
  return all
    .map((one, at) => ({ one, at, rank: rank(name(one), typed) }))
    .filter((found): found is { one: T; at: number; rank: number } => found.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** Names of fields. `columns`: those that SQL has as columns of their own, where that is known. */
export function suggestFields(
  fields: readonly FieldDetail[],
  typed: Typed,
  lang: Lang,
  columns?: ReadonlySet<string>,
): Suggestion[] {
  return ranked(fields, (field) => field.name, typed.text).map((field) => ({
    ...field,
    insert: spelt(field.name),
  }));

  function spelt(name: string): string {
    if (lang === "bar") return `${name}:`;
    return columns && !columns.has(name) ? `field(attrs, '${name}')` : `"${name}"`;
  }
}

/** Values that were seen, the most frequent first. */
export function suggestValues(
  values: readonly { value: string; count: number }[],
  typed: Typed,
): Suggestion[] {
  return ranked(values, (one) => one.value, typed.text).map(({ value, count }) => ({
    insert: quoted(value),
    name: value,
    kind: String(count),
    meaning: `${count} of the loaded events`,
  }));
}

/** The query with the suggestion in the place of the word, and where the caret then stands. */
export function insert(query: string, typed: Typed, what: Suggestion): { query: string; caret: number } {
  // A value ends a term; a name waits for its value.
  const gap = typed.field !== undefined && !/^\s/.test(query.slice(typed.to)) ? " " : "";
  const text = what.insert + gap;
  return {
    query: query.slice(0, typed.from) + text + query.slice(typed.to),
    caret: typed.from + text.length,
  };
}
