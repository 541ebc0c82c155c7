import { expect, test } from "vitest";
import type { SourceRow } from "@/api/types";
import { kindOf, lagWord, ordered, rate, rateWord, states, sumOf, sumOfAll } from "./sources";

const source = (more: Partial<SourceRow> = {}): SourceRow => ({
  name: "fw",
  received: 16,
  events: 10,
  bytes: 100,
  rejected: 1,
  quarantined: 2,
  dropped: 3,
  duplicates: 4,
  flagged: 5,
  first_seen: "2026-03-12T08:00:00Z",
  last_seen: "2026-03-12T09:00:00Z",
  last_event_time: "2026-03-12T08:59:00Z",
  lag_ms: 60_000,
  per_minute: Array(60).fill(0),
  state: "on_time",
  ...more,
});

test("the sum closes without what was sent again", () => {
  expect(sumOf(source())).toEqual({
    received: 16,
    parts: { stored: 10, rejected: 1, quarantined: 2, dropped: 3 },
    open: 0,
  });
});

test("a sum that does not close says by how much", () => {
  expect(sumOf(source({ received: 20 })).open).toBe(4);
  expect(sumOfAll({ received: 5, stored: 6, rejected: 0, quarantined: 0, dropped: 0 }).open).toBe(-1);
});

test.each([
  [[0, 0, 0, 0, 0, 0, 99], 0, "none"],
  [[10, 20, 30, 40, 50, 7], 30, "30 / min"],
  [[1, 0, 0, 0, 1, 7], 0.4, "0.4 / min"],
  [[6_000, 6_000, 6_000, 6_000, 6_000, 1], 6_000, "6,000 / min"],
  [[], 0, "none"],
])("the rate of %j", (minutes, events, word) => {
  expect(rate(minutes)).toBe(events);
  expect(rateWord(minutes)).toBe(word);
});

test.each([
  [{ lag_ms: 0 }, "under 1 s"],
  [{ lag_ms: 19_225 }, "19 s"],
  [{ lag_ms: 2 * 3_600_000 }, "2 h 00"],
  [{ last_event_time: null, lag_ms: 0 }, "no time in them"],
])("a lag of %o", (more, word) => {
  expect(lagWord(source(more))).toBe(word);
});

test("the silent first, then the lagging, by name", () => {
  const all = [
    source({ name: "b" }),
    source({ name: "z", state: "silent" }),
    source({ name: "c", state: "lagging" }),
    source({ name: "a" }),
  ];
  expect(ordered(all).map((one) => one.name)).toEqual(["z", "c", "a", "b"]);
  expect(states(all)).toEqual({ silent: 1, lagging: 1, on_time: 2 });
});

test("the name says how it came where it can", () => {
  expect([kindOf("syslog/fw-edge-01"), kindOf("proxy")]).toEqual(["syslog", "HTTP or file"]);
});
