import { expect, test } from "vitest";
import { nearest, pivots } from "./pivot";

test("the ways on are those that the event has", () => {
  const ways = pivots({
    "user.name": ["LARKFIELD\\k.osei"],
    "host.name": "WS-1",
    "source.ip": null,
    other: "x",
  });
  expect(ways.map((way) => [way.word, way.query])).toEqual([
    ["Same host", "host.name:WS-1"],
    ["Same account", 'user.name:"LARKFIELD\\k.osei"'],
  ]);
  expect(pivots({})).toEqual([]);
});

test("the nearest in time, still in order", () => {
  const times = ["10:05", "10:02", "10:01", "09:00"].map((clock) => `2026-03-12T${clock}:00Z`);
  expect(nearest(times, (time) => time, "2026-03-12T10:01:30Z", 2)).toEqual([times[1], times[2]]);
});
