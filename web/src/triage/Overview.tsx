/** Over the table: how many alerts, when, of which severity. */
import { useMemo } from "react";
import { type Brush, overlaps } from "@/design/bars";
import { clockTime } from "@/design/clock";
import type { Series } from "@/design/Histogram";
import { OverTime } from "@/design/OverTime";
import { SEVERITIES, SEVERITY_WORDS, SeverityShape } from "@/design/shapes";
import { edges } from "@/shell/range";
import { useSettings } from "@/shell/settings";
import type { AlertFilter } from "./filter";
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
    <OverTime
      unit="alerts"
      label="Alerts over time"
      stretches={stretches}
      series={SERIES}
      brush={brush}
      onBrush={onBrush}
      legend={SEVERITIES.map((name) => ({
        name,
        mark: (
          <>
            <SeverityShape severity={name} size={11} /> {SEVERITY_WORDS[name].long} {count(name)}
          </>
        ),
      }))}
    >
      {total !== undefined && <strong>{total === 1 ? "1 alert" : `${total} alerts`}</strong>}
      {brush && `, brushed ${clockTime(brush.from, zone, "min")} to ${clockTime(brush.to, zone, "min")}`}
      {open !== undefined &&
        total !== undefined &&
        open !== total &&
        state.view !== "closed" &&
        `, of ${open} open`}
    </OverTime>
  );
}
