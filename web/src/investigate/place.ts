/** Where in a query a problem lies. Pure. */
import type { Problem } from "@/api/problem";
import { indexesOf } from "@/design/marks";

/** A stretch of the query, as indexes of the text; at the end it may be empty. */
export interface Place {
  from: number;
  to: number;
}

/** The server counts bytes; the SQL engine says line and column. Null where it says neither. */
export function placeOf(problem: Problem, query: string): Place | null {
  if (problem.place) {
    const at = indexesOf(query, problem.place);
    const [from, to] = problem.place.map((byte) => at.get(byte) ?? query.length);
    return { from: from ?? query.length, to: to ?? query.length };
  }
  const said = /Line: (\d+), Column: (\d+)/.exec(problem.detail);
  if (said) {
    const lines = query.split("\n");
    const line = Math.min(Number(said[1]), lines.length);
    const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const from = Math.min(before + Number(said[2]) - 1, query.length);
    const word = /^[\w.]+/.exec(query.slice(from))?.[0].length ?? 1;
    return { from, to: Math.min(from + word, query.length) };
  }
  if (/found: EOF/.test(problem.detail)) return { from: query.length, to: query.length };
  const name = /No field named "?(@?\w+(?:\.\w+)*)/.exec(problem.detail)?.[1];
  const from = name
    ? query.search(new RegExp(`(?<![\\w.])${name.replaceAll(".", "\\.")}(?![\\w.])`, "i"))
    : -1;
  return name && from >= 0 ? { from, to: from + name.length } : null;
}

/** What is wrong, without the place that is drawn, and without the engine's own wrapping. */
export function said(problem: Problem): string {
  return problem.detail
    .replace(/ \(at \d+[–-]\d+\)\s*/, ". ")
    .replace(/^SQL error: ParserError\("(.*)"\)$/, "$1")
    .replace(/ at Line: \d+, Column: \d+$/, "")
    .replace(/^(?:Schema|Plan|SQL) error: /, "")
    .replace(/^./, (first) => first.toUpperCase());
}
