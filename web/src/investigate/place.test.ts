import { expect, test } from "vitest";
import { Problem } from "@/api/problem";
import { placeOf, said } from "./place";

const problem = (detail: string, place: [number, number] | null = null) =>
  new Problem(400, "query.x", detail, null, place);

test.each<[string, string, [number, number] | null, number, number]>([
  ["plain bytes", 'a:"b', [2, 4], 2, 4],
  ["bytes behind an umlaut", 'ä:"b', [3, 5], 2, 4],
  ["at the end", "a AND", [5, 5], 5, 5],
])("%s", (_, query, place, from, to) => {
  expect(placeOf(problem("x", place), query)).toEqual({ from, to });
});

test("SQL says line and column, the end, or a name", () => {
  const query = "SELECT a\nFORM events";
  expect(placeOf(problem("Expected: x, found: FORM at Line: 2, Column: 1"), query)).toEqual({
    from: 9,
    to: 13,
  });
  expect(placeOf(problem("Expected: an expression, found: EOF"), query)).toEqual({ from: 20, to: 20 });
  expect(placeOf(problem("Schema error: No field named a.\nValid fields"), query)).toEqual({
    from: 7,
    to: 8,
  });
  expect(placeOf(problem("Line: 99, Column: 99"), query)).toEqual({ from: 20, to: 20 });
  expect(placeOf(problem("anything else"), query)).toBeNull();
});

test("the place is drawn, so it is not said too", () => {
  expect(said(problem('a quote is not closed (at 2–4) Close it with ".'))).toBe(
    'A quote is not closed. Close it with ".',
  );
  expect(
    said(problem('SQL error: ParserError("Expected: an SQL statement, found: SELEC at Line: 1, Column: 1")')),
  ).toBe("Expected: an SQL statement, found: SELEC");
});
