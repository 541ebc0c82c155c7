/** A query cut into what its parts are, for colouring. Pure; any text is fine. */

export type Lang = "bar" | "sql";

export interface Ink {
  text: string;
  /** `word` is an operator or a keyword. */
  kind: "field" | "value" | "word" | "plain";
}

const QUOTED = /"(?:[^"\\]|\\.)*"?/y;
const SPACE = /\s+/y;
const NAME = /@?[\p{L}\p{N}_.\\-]+:(?![/\\])/uy;
const RANGE = /[[{][^\]}]*[\]}]?/y;
const COMPARED = /[<>]=?/y;
const WORD = /(?:\\.|[^\s()"\\])+/y;
const OPERATOR = /^(?:AND|OR|NOT|&&|\|\||[()])$/;

/** Whether a text is an IPv6 address rather than a name with a colon behind it. */
const ADDRESS = /[\da-f]*:[\da-f]*:[\da-f:.]*(?=[\s()"]|$)/iy;

function bar(query: string): Ink[] {
  const found: Ink[] = [];
  let at = 0;
  let valued = false;
  const take = (pattern: RegExp, kind: Ink["kind"]): boolean => {
    pattern.lastIndex = at;
    const [text] = pattern.exec(query) ?? [];
    if (!text) return false;
    found.push({ text, kind: OPERATOR.test(text) ? "word" : kind });
    at += text.length;
    return true;
  };
  while (at < query.length) {
    if (take(SPACE, "plain")) {
      valued = false;
      continue;
    }
    if (valued && (take(RANGE, "value") || take(COMPARED, "word"))) {
      valued = found.at(-1)?.kind === "word";
      continue;
    }
    if (take(QUOTED, "value")) {
      valued = false;
      continue;
    }
    if (!valued && /^[-!]\S/.test(query.slice(at, at + 2))) {
      found.push({ text: query[at++] ?? "", kind: "word" });
      continue;
    }
    if (!valued && !addressAt(query, at) && take(NAME, "field")) {
      valued = true;
      continue;
    }
    const taken = take(WORD, valued ? "value" : "plain");
    valued = false;
    if (taken) continue;
    // A bracket, or a lone backslash at the end.
    found.push({ text: query[at] ?? "", kind: /[()]/.test(query[at] ?? "") ? "word" : "plain" });
    at++;
  }
  return found;
}

function addressAt(query: string, at: number): boolean {
  ADDRESS.lastIndex = at;
  return ADDRESS.test(query);
}

const KEYWORDS = new Set(
  (
    "select from where group by order having limit offset as and or not in is null like ilike between case when then " +
    "else end distinct join left right inner outer full cross on union all asc desc with exists interval timestamp cast true " +
    "false over partition filter nulls first last similar to escape"
  ).split(" "),
);

const SQL =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\d+(?:\.\d+)?|[\p{L}_][\p{L}\p{N}_]*|\s+|[\s\S]/gu;

function sql(query: string): Ink[] {
  return [...query.matchAll(SQL)].map(([text]): Ink => {
    if (text.startsWith('"')) return { text, kind: "field" };
    if (/^['\d]/.test(text)) return { text, kind: "value" };
    return { text, kind: KEYWORDS.has(text.toLowerCase()) ? "word" : "plain" };
  });
}

/** The parts of a query; together they are the query. */
export function inked(query: string, lang: Lang): Ink[] {
  return lang === "bar" ? bar(query) : sql(query);
}

/** The fields that a query of the bar names. */
export function fieldsOf(query: string): string[] {
  const names = bar(query).filter((part) => part.kind === "field");
  return [...new Set(names.map((part) => part.text.slice(0, -1)))];
}
