import { expect, test } from "vitest";
import { span } from "./asks";

test("a timespan is said in its largest whole unit", () => {
  expect([1, 90, 300, 5_400, 7_200, 86_400 * 90].map(span)).toEqual([
    "1 s",
    "90 s",
    "5 min",
    "90 min",
    "2 h",
    "90 d",
  ]);
});
