import { expect, test } from "vitest";
import { REMAPPABLE, taken } from "./remap";

test("a key has one meaning", () => {
  expect(new Set(REMAPPABLE.map((one) => one.key)).size).toBe(REMAPPABLE.length);
  expect(taken("c", "queue.close", {})?.label).toBe("Raise a case");
  expect(taken("j", "queue.close", {})?.label).toBe("Next row");
  expect(taken("z", "queue.close", {})).toBeUndefined();
  expect(taken("c", "queue.close", { "queue.case": "z" })).toBeUndefined();
  expect(taken("z", "queue.close", { "queue.case": "z" })?.label).toBe("Raise a case");
});
