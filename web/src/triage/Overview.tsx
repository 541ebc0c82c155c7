/** Over the table: how many alerts, when, of which severity. */
import { useMemo, useState } from "react";
import { IconButton } from "@/design/Button";
import { type Brush, overlaps } from "@/design/bars";
import { clockTime } from "@/design/clock";
import { Histogram, HistogramTable, type Series } from "@/design/Histogram";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { SEVERITIES, SEVERITY_WORDS, SeverityShape } from "@/design/shapes";
import { edges } from "@/shell/range";
import { useSettings } from "@/shell/settings";
import type { AlertFilter } from "./filter";
import styles from "./Overview.module.css";
import { useHistogram } from "./queries";
import type { QueueState } from "./state";

/** From the foot of a bar upwards. */
const STACK = [...SEVERITIES].reverse();
const SERIES: readonly Series[] = STACK.map((name) => ({
  name: SEVERITY_WORDS[name].long,
  fill: `var(--wf-h-${SEVERITY_WORDS[name].token})`,
}));

/** Bars over the width. */
const BARS = 72;

interface OverviewProps {
  state: QueueState;
  filter: AlertFilter;
  epoch: number;
  /** Alerts of the list; undefined while it is not read. */
  total: number | undefined;
  open: number | undefined;
  onBrush: (brush: Brush | null) => void;
}

export function Overview({ state, filter, epoch, total, open, onBrush }: OverviewProps) {
  const { zone } = useSettings();
  const [table, setTable] = useState(false);
  const window = edges(state.range, epoch);
  const { data } = useHistogram({ ...filter, sort: undefined, from: window.from, to: window.to }, BARS);
  const brush = state.from && state.to ? { from: state.from, to: state.to } : null;
  const inside = data?.buckets.filter((bucket) => !brush || overlaps(bucket, brush)) ?? [];
  const stretches = useMemo(
    () =>
      data?.buckets.map((bucket) => ({
        from: bucket.from,
        to: bucket.to,
        counts: STACK.map((name) => bucket[name]),
      })),
    [data],
  );
  const count = (name: (typeof SEVERITIES)[number]) => inside.reduce((sum, bucket) => sum + bucket[name], 0);
  return (
    <section className={styles.overview} aria-label="Alerts over time">
      <div className={styles.line}>
        <p>
          {total !== undefined && <strong>{total === 1 ? "1 alert" : `${total} alerts`}</strong>}
          {brush && `, brushed ${clockTime(brush.from, zone, "min")} to ${clockTime(brush.to, zone, "min")}`}
          {open !== undefined &&
            total !== undefined &&
            open !== total &&
            state.view !== "closed" &&
            `, of ${open} open`}
        </p>
        <ul className={styles.legend}>
          {SEVERITIES.map((name) => (
            <li key={name}>
              <SeverityShape severity={name} size={11} /> {SEVERITY_WORDS[name].long} {count(name)}
            </li>
          ))}
        </ul>
        <IconButton label={table ? "Show the chart" : "Show as a table"} onClick={() => setTable(!table)}>
          <Icon name="table" size={14} />
        </IconButton>
        {brush && (
          <button type="button" className={styles.clear} onClick={() => onBrush(null)}>
            Clear brush <Key k="Esc" />
          </button>
        )}
      </div>
      {!stretches && <div className={styles.blank} />}
      {stretches && !table && (
        <Histogram unit="alerts" stretches={stretches} series={SERIES} brush={brush} onBrush={onBrush} />
      )}
      {stretches && table && (
        <HistogramTable unit="alerts" stretches={stretches} series={SERIES} onBrush={onBrush} />
      )}
    </section>
  );
}
