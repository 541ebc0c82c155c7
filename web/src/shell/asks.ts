/** What correlations ask, in words. Pure. */

/** What each kind of correlation asks. */
export const ASKS: Record<string, string> = {
  event_count: "Counts the matches",
  value_count: "Counts the different values of a field",
  value_sum: "Adds up a field",
  value_avg: "Takes the mean of a field",
  value_percentile: "Takes a percentile of a field",
  value_median: "Takes the median of a field",
  temporal: "Waits for the rules together, in any order,",
  temporal_ordered: "Waits for the rules one after the other",
};

/** Seconds as a rule writes them: `5 min`. */
export function span(seconds: number): string {
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}`;
  }
  return `${seconds} s`;
}
