import { expect, test } from "vitest";
import type { SelectionTruth } from "@/api/types";
import { tally, words } from "./condition";

const truths = (some: Record<string, boolean>): SelectionTruth[] =>
  Object.entries(some).map(([name, holds], at) => ({ number: at + 1, name, holds, items: [] }));

const shown = (condition: string, some: Record<string, boolean>) =>
  words(condition, truths(some))
    .filter((word) => word.kind !== "space")
    .map((word) => (word.kind === "selection" ? `${word.text}=${word.holds}` : word.text));

test("selections carry their truth, operators stay", () => {
  expect(shown("a and (b or c) and not d", { a: true, b: true, c: false, d: false })).toEqual([
    "a=true",
    "and",
    "(",
    "b=true",
    "or",
    "c=false",
    ")",
    "and",
    "not",
    "d=false",
  ]);
});

test("a quantifier speaks about all that its pattern names", () => {
  const some = { selection_a: true, selection_b: false, filter_main: false };
  expect(shown("1 of selection_* and not 1 of filter_*", some)).toEqual([
    "1 of selection_*=true",
    "and",
    "not",
    "1 of filter_*=false",
  ]);
  expect(shown("all of selection_*", some)).toEqual(["all of selection_*=false"]);
  expect(shown("1 of them", some)).toEqual(["1 of them=true"]);
  expect(shown("2 of selection_*", some)).toEqual(["2 of selection_*=false"]);
});

test("a pattern is no regular expression", () => {
  expect(shown("1 of a.b*", { aXb: true, "a.bc": false })).toEqual(["1 of a.b*=false"]);
});

test("the tally adds up", () => {
  expect(tally(truths({ a: true, b: false, c: true }))).toBe("2 true, 1 false");
});
