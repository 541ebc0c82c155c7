/** Adds what was seen to a query of the bar. Pure. */

const OPERATORS = new Set(["AND", "OR", "NOT", "&&", "||"]);

/** A value as the bar takes it literally: in quotes where a sign or a word in it would mean something. */
export function quoted(value: string): string {
  if (/^[\p{L}\p{N}_@/][\p{L}\p{N}_.@/:-]*$/u.test(value) && !OPERATORS.has(value) && !isNet(value))
    return value;
  // Only a quote or a backslash can be escaped there, and a lone backslash need not be.
  return `"${value.replace(/\\(?=[\\"]|$)|"/g, "\\$&")}"`;
}

/** `192.0.2.0/24` unquoted would mean every address in it. */
function isNet(value: string): boolean {
  return /^[\da-f.:]+\/\d+$/i.test(value);
}

/** `field:value`; without a value, that the field is not there. */
export function term(field: string, value: unknown): string {
  if (value === null || value === undefined) return `NOT ${field}:*`;
  return `${field}:${quoted(String(value))}`;
}

/** The parts that `AND` joins, or null where the query is built otherwise. */
export function conjuncts(query: string): string[] | null {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (const [piece] of query.matchAll(/"(?:[^"\\]|\\["\\]?)*"?|\\.|[()]|\s+|[^\s()"\\]+/g)) {
    if (piece === "(") depth++;
    if (piece === ")") depth--;
    if (depth === 0 && (piece === "OR" || piece === "||")) return null;
    if (depth === 0 && (piece === "AND" || piece === "&&")) {
      parts.push(part.trim());
      part = "";
    } else part += piece;
  }
  parts.push(part.trim());
  return depth === 0 && parts.every((one) => one !== "") ? parts : null;
}

/** The query that also asks for the term, or excludes it; what said the opposite goes. */
export function withTerm(query: string, wanted: string, exclude = false): string {
  const not = wanted.startsWith("NOT ") ? wanted.slice(4) : `NOT ${wanted}`;
  const [added, opposite] = exclude ? [not, wanted] : [wanted, not];
  const old = query.trim();
  if (old === "" || old === "*") return added;
  const parts = conjuncts(old);
  if (!parts) return `(${old}) AND ${added}`;
  const others = parts.filter((one) => one !== opposite && one !== added);
  return [...others, added].join(" AND ");
}
