import { expect, test } from "vitest";
import { moved, place } from "./places";

test("a column moves by a step and stays at the ends", () => {
  expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b"], "b", 1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], "x", 1)).toEqual(["a", "b"]);
});

test("a place is counted from one", () => {
  expect([place(["a", "b"], "b", 1_200), place(["a"], "z", 1), place([], null, 0)]).toEqual([
    "2 of 1,200",
    null,
    null,
  ]);
});
