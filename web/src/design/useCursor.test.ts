import { expect, test } from "vitest";
import { placeAfter } from "./useCursor";

test("when rows go, the cursor takes the next one, or the last", () => {
  const ids = ["a", "b", "c", "d"];
  expect(placeAfter(ids, "b", new Set(["b"]))).toBe("c");
  expect(placeAfter(ids, "b", new Set(["b", "c"]))).toBe("d");
  expect(placeAfter(ids, "d", new Set(["d"]))).toBe("c");
  expect(placeAfter(ids, "a", new Set(ids))).toBeNull();
});
