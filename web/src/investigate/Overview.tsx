/** Events over time, with the brush. */
import { useState } from "react";
import { IconButton } from "@/design/Button";
import { type Brush, type Stretch, sum, within } from "@/design/bars";
import { calendarDay, clockTime, now } from "@/design/clock";
import { Histogram, HistogramTable, type Series } from "@/design/Histogram";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { spanLabel } from "@/shell/range";
import { useSettings } from "@/shell/settings";
import styles from "./Overview.module.css";

const SERIES: readonly Series[] = [{ name: "Events", fill: "var(--wf-chart1)" }];

interface OverviewProps {
  stretches: readonly Stretch[] | undefined;
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
}

export function Overview({ stretches, brush, onBrush }: OverviewProps) {
  const { zone } = useSettings();
  const [table, setTable] = useState(false);
  const all = stretches?.reduce((total, one) => total + sum(one), 0);
  const inside = stretches && within(stretches, brush);
  const [first, last] = [stretches?.[0], stretches?.at(-1)];
  const span = first && last && spanLabel(first.from, last.to, zone, now());
  return (
    <section className={styles.overview} aria-label="Events over time">
      <div className={styles.line}>
        <p>
          {brush ? (
            <>
              <strong>{(inside ?? 0).toLocaleString("en")}</strong> of {(all ?? 0).toLocaleString("en")}{" "}
              events, brushed {calendarDay(brush.from, zone)} {clockTime(brush.from, zone)} to{" "}
              {clockTime(brush.to, zone)}
            </>
          ) : (
            all !== undefined && (
              <>
                <strong>{all.toLocaleString("en")}</strong> {all === 1 ? "event" : "events"}
                {span && `, ${span}`}
                {first && `, a bar is ${width(first)}`}
              </>
            )
          )}
        </p>
        {brush && (
          <button type="button" className={styles.clear} onClick={() => onBrush(null)}>
            Clear brush <Key k="Esc" />
          </button>
        )}
        <IconButton label={table ? "Show the chart" : "Show as a table"} onClick={() => setTable(!table)}>
          <Icon name="table" size={14} />
        </IconButton>
      </div>
      {!stretches && <div className={styles.blank} />}
      {stretches && !table && (
        <Histogram unit="events" stretches={stretches} series={SERIES} brush={brush} onBrush={onBrush} />
      )}
      {stretches && table && (
        <HistogramTable unit="events" stretches={stretches} series={SERIES} onBrush={onBrush} />
      )}
    </section>
  );
}

/** How long a bar lasts. */
function width({ from, to }: Stretch): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds < 90) return `${Math.max(0.1, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 6) / 10} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 360) / 10} h` : `${Math.round(seconds / 8640) / 10} d`;
}
