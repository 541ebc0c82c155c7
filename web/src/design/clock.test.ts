import { expect, test } from "vitest";
import { calendarDay, clockTime, dayAndTime, fullTime, left, length, midnight, moment } from "./clock";

const at = Date.parse("2026-03-12T09:43:50.412Z");

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [9 * 60_000, "9 min"],
  [2 * 3_600_000 + 9 * 60_000, "2 h 09"],
  [24 * 3_600_000, "1 d"],
  [68 * 3_600_000, "2 d 20 h"],
])("%d ms is %s", (ms, text) => {
  expect(length(ms)).toBe(text);
});

test("time left presses in its last half hour and is over afterwards", () => {
  expect(left("2026-03-12T09:53:00Z", at)).toEqual({ short: "9 min", long: "9 min left", tone: "soon" });
  expect(left("2026-03-12T12:17:00Z", at)).toEqual({ short: "2 h 33", long: "2 h 33 left", tone: "calm" });
  expect(left("2026-03-12T09:41:00Z", at)).toEqual({ short: "−2 min", long: "2 min over", tone: "over" });
});

test("an instant is written in UTC", () => {
  expect(clockTime(at, "utc")).toBe("09:43:50");
  expect(clockTime(at, "utc", "ms")).toBe("09:43:50.412");
  expect(clockTime(at, "utc", "min")).toBe("09:43");
  expect(dayAndTime(at, "utc")).toMatch(/^Thu 12 Mar( 2026)? 09:43:50$/);
  expect(fullTime(at, "utc")).toBe("2026-03-12 09:43:50.412 UTC");
});

test("a moment of another day names it, of another year the year too", () => {
  expect(moment("2026-03-12T07:00:00Z", "utc", "min", at)).toBe("07:00");
  expect(moment("2026-03-11T22:00:00Z", "utc", "min", at)).toBe("11 Mar 22:00");
  expect(calendarDay("2025-12-31T22:00:00Z", "utc", at)).toBe("31 Dec 2025");
});

test("midnight is the begin of the day in UTC", () => {
  expect(new Date(midnight(at, "utc")).toISOString()).toBe("2026-03-12T00:00:00.000Z");
});
