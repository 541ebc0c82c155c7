/** What an answer holds and what it cost, in the server's own numbers. */
import type { SearchTable } from "@/api/types";

const count = (n: number) => n.toLocaleString("en");

interface StatsProps {
  stats: SearchTable["stats"];
  rows: number;
  /** Events that match; undefined where nobody counted them. */
  matches: number | undefined;
}

export function Stats({ stats, rows, matches }: StatsProps) {
  return (
    <>
      <p>
        <strong>
          {matches === undefined ? `${count(rows)} ${rows === 1 ? "row" : "rows"}` : found(matches)}
        </strong>
        {matches === undefined && stats.truncated && ", there are more"}
        {matches !== undefined && matches > rows && `, the newest ${count(rows)} below`}
      </p>
      <p>{cost(stats)}</p>
    </>
  );
}

const found = (n: number) => `${count(n)} ${n === 1 ? "event" : "events"}`;

/** `41 ms, 7,722 events looked at, 9 of 1,412 files read`. */
export function cost(stats: SearchTable["stats"]): string {
  const { elapsed_ms, rows_scanned, segments_read, segments_total } = stats;
  const said = [`${count(elapsed_ms)} ms`];
  if (rows_scanned > 0) said.push(`${found(rows_scanned)} looked at`);
  said.push(
    segments_total === 0
      ? "no file yet, all in memory"
      : `${count(segments_read)} of ${count(segments_total)} ${segments_total === 1 ? "file" : "files"} read`,
  );
  return said.join(", ");
}
