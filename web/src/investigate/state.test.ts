import { expect, test } from "vitest";
import { askedOf, readHunt } from "./state";

test("a URL that makes no sense means nothing", () => {
  expect(readHunt({ q: ["x"], lang: "perl", from: "yesterday", peek: "maybe", columns: "" })).toEqual({
    q: undefined,
    lang: undefined,
    range: undefined,
    from: undefined,
    to: undefined,
    columns: undefined,
    event: undefined,
    peek: undefined,
  });
  expect(readHunt({ q: 445 }).q).toBe("445");
});

test("a long statement stays whole, and one that is too long is for the server to refuse", () => {
  const long = `SELECT ${"x, ".repeat(2_000)}y FROM events`;
  expect(readHunt({ q: long }).q).toBe(long);
  expect(readHunt({ q: "x".repeat(99_999) }).q).toHaveLength(16 * 1024 + 1);
});

test("the brush narrows the rows, and the histogram keeps the range", () => {
  const at = Date.parse("2026-03-12T10:00:00Z");
  const state = { q: "a", range: "1h", from: "2026-03-12T09:30:00Z", to: "2026-03-12T09:40:00Z" };
  expect(askedOf(state, at)).toEqual({
    rows: { q: "a", lang: "bar", from: state.from, to: state.to },
    range: { q: "a", lang: "bar", from: "2026-03-12T09:00:00.000Z" },
  });
});

test("SQL says its own range", () => {
  const { rows } = askedOf({ q: "SELECT 1", lang: "sql", range: "1h", from: "2026-03-12T09:30:00Z" }, 0);
  expect(rows).toEqual({ q: "SELECT 1", lang: "sql" });
});
