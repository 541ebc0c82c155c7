import { expect, test } from "vitest";
import { countNew } from "./useNewcomers";

test("only alerts that were raised after the list was loaded are new to it", () => {
  const loaded = Date.parse("2026-03-12T09:00:00Z");
  const latest = [
    { id: "a", created_at: "2026-03-12T09:00:01Z" },
    { id: "b", created_at: "2026-03-12T09:00:02Z" },
    { id: "c", created_at: "2026-03-12T08:00:00Z" },
  ];
  expect(countNew(latest, new Set(["a"]), loaded)).toBe(1);
  expect(countNew(latest, new Set(), loaded)).toBe(2);
});
