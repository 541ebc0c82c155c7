import { expect, test } from "vitest";
import { insert, rank, suggestFields, suggestValues, typedAt } from "./complete";

const fields = ["process.name", "process.parent.name", "process.parent.pid", "host.name", "log.process"].map(
  (name) => ({
    name,
    kind: "keyword",
    meaning: name,
  }),
);

/** `|` is the caret. */
const at = (text: string, lang: "bar" | "sql" = "bar") => {
  const caret = text.indexOf("|");
  return typedAt(text.replace("|", ""), caret, lang);
};

test.each([
  ["host.na|", "host.na", undefined],
  ["a AND process.par|", "process.par", undefined],
  ["(hos|", "hos", undefined],
  ["-hos|", "hos", undefined],
  ["host.name:WS-|", "WS-", "host.name"],
  ["host.name:|", "", "host.name"],
  ['host.name:"WS |', null, undefined],
  ['host.name:"WS|', "WS", "host.name"],
  ['"a phrase ho|', null, undefined],
  ["a |", null, undefined],
  ["|", null, undefined],
])("in the bar at %s the word is %s", (text, typed, field) => {
  const found = at(text);
  expect(found?.text ?? null).toBe(typed);
  expect(found?.field).toBe(field);
});

test("SQL completes outside of texts only", () => {
  expect(at("SELECT hos|", "sql")?.text).toBe("hos");
  expect(at('SELECT "host.n|', "sql")).toEqual({ from: 7, to: 14, text: "host.n" });
  expect(at("WHERE a = 'hos|", "sql")).toBeNull();
});

test("the beginning ranks before a part, a part before the middle", () => {
  expect([
    rank("process.name", "pro"),
    rank("log.process", "pro"),
    rank("host.name", "ame"),
    rank("a", "b"),
  ]).toEqual([0, 1, 2, null]);
  const names = suggestFields(fields, { from: 0, to: 3, text: "pro" }, "bar").map((one) => one.name);
  expect(names).toEqual(["process.name", "process.parent.name", "process.parent.pid", "log.process"]);
});

test("SQL spells a field as a column, or takes it out of the attributes", () => {
  const spelt = suggestFields(fields, { from: 0, to: 4, text: "name" }, "sql", new Set(["host.name"]));
  expect(spelt.map((one) => one.insert)).toEqual([
    "field(attrs, 'process.name')",
    "field(attrs, 'process.parent.name')",
    '"host.name"',
  ]);
});

test("a value is put in quotes where it must be", () => {
  const typed = at("process.name:po|") ?? { from: 0, to: 0, text: "" };
  const [found] = suggestValues([{ value: "power shell.exe", count: 3 }], typed);
  expect(found && insert("process.name:po", typed, found)).toEqual({
    query: 'process.name:"power shell.exe" ',
    caret: 31,
  });
});

test("a name takes the place of the word and waits for its value", () => {
  const typed = at("a AND hos|") ?? { from: 0, to: 0, text: "" };
  const [found] = suggestFields(fields, typed, "bar");
  expect(found && insert("a AND hos", typed, found)).toEqual({ query: "a AND host.name:", caret: 16 });
});
