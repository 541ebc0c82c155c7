import { expect, test } from "vitest";
import { edges, rangeLabel } from "./range";

const at = Date.parse("2026-03-12T12:00:00Z");

test("a range becomes edges", () => {
  expect(edges("6h", at)).toEqual({ from: "2026-03-12T06:00:00.000Z" });
  expect(edges("all", at)).toEqual({});
  expect(edges("2026-03-12T08:38:00Z..2026-03-12T11:20:00Z", at)).toEqual({
    from: "2026-03-12T08:38:00.000Z",
    to: "2026-03-12T11:20:00.000Z",
  });
});

test.each(["", "x", "6y", "..", "2026..", "-6h"])("%s is any time", (range) => {
  expect(edges(range, at)).toEqual({});
});

test("a range is called by a person's words", () => {
  expect(rangeLabel("6h", "utc", at)).toBe("Last 6 hours");
  expect(rangeLabel("3d", "utc", at)).toBe("Last 3 days");
  expect(rangeLabel(undefined, "utc", at)).toBe("Any time");
  expect(rangeLabel("2026-03-12T08:38:00Z..2026-03-12T11:20:00Z", "utc", at)).toBe("12 Mar 08:38 to 11:20");
});
