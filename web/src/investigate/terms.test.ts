import { expect, test } from "vitest";
import { conjuncts, quoted, term, withTerm } from "./terms";

test.each([
  ["WS-FIN-07", "WS-FIN-07"],
  ["d.whitfield", "d.whitfield"],
  ["198.51.100.61", "198.51.100.61"],
  ["2001:db8::1", "2001:db8::1"],
  ["192.0.2.0/24", '"192.0.2.0/24"'],
  ["-enc", '"-enc"'],
  [">5", '">5"'],
  ["AND", '"AND"'],
  ["*", '"*"'],
  ["a?", '"a?"'],
  ["", '""'],
  ["two words", '"two words"'],
  ["C:\\Windows\\cmd.exe", '"C:\\Windows\\cmd.exe"'],
  ["\\\\SRV\\share\\", '"\\\\\\SRV\\share\\\\"'],
  ['say "x"', '"say \\"x\\""'],
  ['a\\"b', '"a\\\\\\"b"'],
])("%s is asked for as %s", (value, said) => {
  expect(quoted(value)).toBe(said);
  expect(unquoted(said)).toBe(value);
});

/** What the server reads between quotes. */
function unquoted(said: string): string {
  return said.startsWith('"') ? said.slice(1, -1).replace(/\\(["\\])/g, "$1") : said;
}

test("a term of a value, of a number and of none", () => {
  expect(term("host.name", "WS-1")).toBe("host.name:WS-1");
  expect(term("source.port", 445)).toBe("source.port:445");
  expect(term("user.name", null)).toBe("NOT user.name:*");
});

test.each([
  ["a AND b:c", ["a", "b:c"]],
  ["a b AND c", ["a b", "c"]],
  ['a:"x OR y" AND b', ['a:"x OR y"', "b"]],
  ["(a OR b) AND c", ["(a OR b)", "c"]],
  ["a OR b", null],
  ["(a AND", null],
  ["a AND", null],
])("the parts of %s", (query, parts) => {
  expect(conjuncts(query)).toEqual(parts);
});

test.each([
  ["", "a:b", false, "a:b"],
  ["*", "a:b", true, "NOT a:b"],
  ["x", "a:b", false, "x AND a:b"],
  ["x OR y", "a:b", false, "(x OR y) AND a:b"],
  ["x AND a:b", "a:b", false, "x AND a:b"],
  ["a:b AND x", "a:b", true, "x AND NOT a:b"],
  ["x AND NOT a:b", "a:b", false, "x AND a:b"],
  ["x", "NOT a:*", true, "x AND a:*"],
  ["a:b", "a:b", true, "NOT a:b"],
])("%s and %s (excluded: %s) is %s", (query, wanted, exclude, said) => {
  expect(withTerm(query, wanted, exclude)).toBe(said);
});
