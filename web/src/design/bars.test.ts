import { expect, test } from "vitest";
import { axis, brushed, scale, within } from "./bars";

test.each([
  [0, 1, []],
  [1, 1, [1]],
  [4, 4, [2, 4]],
  [11, 11, [5, 10]],
  [87, 87, [50]],
  [240, 240, [100, 200]],
])("a highest bar of %d", (most, top, ticks) => {
  expect(scale(most)).toEqual({ top, ticks });
});

test("the axis stands at round times", () => {
  const from = Date.parse("2026-03-12T03:47:00Z");
  const to = Date.parse("2026-03-12T09:47:00Z");
  const ticks = axis(from, to, 900, 70, "utc").map((at) => new Date(at).toISOString().slice(11, 16));
  expect(ticks.slice(0, 3)).toEqual(["04:00", "04:30", "05:00"]);
  expect(axis(to, from, 900, 70, "utc")).toEqual([]);
});

test("a range of decades has no more ticks than room", () => {
  expect(axis(0, Date.parse("2099-01-01T00:00:00Z"), 900, 72, "utc").length).toBeLessThanOrEqual(13);
});

const time = (at: number) => new Date(Date.parse("2026-03-12T08:00:00Z") + at * 1500).toISOString();
const four = [0, 1, 2, 3].map((at) => ({ from: time(at), to: time(at + 1), counts: [at, 1] }));

test("a brush takes whole stretches, a click none", () => {
  expect(brushed(four, 0.3, 0.9)).toEqual({ from: "2026-03-12T08:00:01Z", to: "2026-03-12T08:00:06Z" });
  expect(brushed(four, 0.9, -0.5)).toEqual({ from: "2026-03-12T08:00:00Z", to: "2026-03-12T08:00:06Z" });
  expect(brushed(four, 0.5, 0.51)).toBeNull();
  expect(brushed([], 0, 1)).toBeNull();
});

test("what lies within a brush is counted by instants, not by their spelling", () => {
  expect(within(four, null)).toBe(10);
  expect(within(four, { from: "2026-03-12T08:00:03Z", to: "2026-03-12T08:00:06Z" })).toBe(7);
  // As text `08:00:01.500Z` stands before `08:00:01Z`.
  expect(within(four, { from: "2026-03-12T08:00:01Z", to: "2026-03-12T08:00:02Z" })).toBe(3);
});
