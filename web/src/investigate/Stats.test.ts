import { expect, test } from "vitest";
import { cost } from "./Stats";

const stats = {
  elapsed_ms: 41,
  rows_scanned: 7_722,
  segments_read: 9,
  segments_total: 1_412,
  truncated: false,
};

test.each([
  [{}, "41 ms, 7,722 events looked at, 9 of 1,412 files read"],
  [{ segments_read: 0, segments_total: 0 }, "41 ms, 7,722 events looked at, no file yet, all in memory"],
  [{ rows_scanned: 0, segments_read: 1, segments_total: 1 }, "41 ms, 1 of 1 file read"],
  [{ rows_scanned: 1, elapsed_ms: 1_200 }, "1,200 ms, 1 event looked at, 9 of 1,412 files read"],
])("%o", (other, said) => {
  expect(cost({ ...stats, ...other })).toBe(said);
});
