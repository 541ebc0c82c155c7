/** How often a rule fired on each of the last 30 days: one bar each, today last. */
import styles from "./Days.module.css";

const BAR = 6;
const STEP = 7;
const HEIGHT = 32;

export function Days({ counts }: { counts: readonly number[] }) {
  const most = Math.max(0, ...counts);
  const all = counts.reduce((sum, one) => sum + one, 0);
  const width = counts.length * STEP;
  const high = (n: number) => Math.max(2, ((HEIGHT - 2) * n) / most);
  return (
    <svg
      className={styles.days}
      width={width}
      height={HEIGHT}
      role="img"
      shapeRendering="crispEdges"
      aria-label={`${all} matches in ${counts.length} days, at most ${most} on one of them`}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${width}`} />
      {counts.map((n, at) =>
        n > 0 ? (
          <rect key={at} x={at * STEP} y={HEIGHT - 1 - high(n)} width={BAR} height={high(n)}>
            <title>{`${n} matches, ${at === counts.length - 1 ? "the last 24 hours" : `${counts.length - 1 - at} days ago`}`}</title>
          </rect>
        ) : null,
      )}
    </svg>
  );
}
