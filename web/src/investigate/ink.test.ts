import { expect, test } from "vitest";
import { fieldsOf, inked, type Lang } from "./ink";

/** `f` field, `v` value, `w` word: only these, so that the list can be read. */
function check(lang: Lang, query: string, said: string[]) {
  const parts = inked(query, lang);
  expect(parts.map((part) => part.text).join("")).toBe(query);
  const short = parts.filter((part) => part.kind !== "plain").map((part) => `${part.kind[0]} ${part.text}`);
  expect(short).toEqual(said);
}

test.each<[string, string[]]>([
  ["host.name:WS-* AND powershell", ["f host.name:", "v WS-*", "w AND"]],
  ['a:"x y" OR -b:1', ["f a:", 'v "x y"', "w OR", "w -", "f b:", "v 1"]],
  ["source.port:>=1024", ["f source.port:", "w >=", "v 1024"]],
  ["@timestamp:[now-1h TO *]", ["f @timestamp:", "v [now-1h TO *]"]],
  ["a:(x OR y)", ["f a:", "w (", "w OR", "w )"]],
  ["http://x.example/a C:\\Windows", []],
  ["2001:db8::1", []],
  ["destination.ip:2001:db8::1", ["f destination.ip:", "v 2001:db8::1"]],
  ['a:"open', ["f a:", 'v "open']],
  // An operator even here: whoever means the word puts it in quotes.
  ["a:NOT", ["f a:", "w NOT"]],
  ["NOT a", ["w NOT"]],
  ["a\\", []],
  ["", []],
])("the bar: %s", (query, said) => check("bar", query, said));

test.each<[string, string[]]>([
  [
    "SELECT \"host.name\" FROM events WHERE n > 5 AND a = 'it''s'",
    ["w SELECT", 'f "host.name"', "w FROM", "w WHERE", "v 5", "w AND", "v 'it''s'"],
  ],
  ["select 'open", ["w select", "v 'open"]],
  ["-- select 1\nselect", ["w select"]],
])("SQL: %s", (query, said) => check("sql", query, said));

test("the fields that are named, once each", () => {
  expect(fieldsOf('a.b:1 AND (c:"x:y" OR a.b:2)')).toEqual(["a.b", "c"]);
});
