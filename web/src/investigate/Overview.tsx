/** Events over time, with the brush. */
import { type Brush, type Stretch, sum, within } from "@/design/bars";
import { calendarDay, clockTime, now } from "@/design/clock";
import type { Series } from "@/design/Histogram";
import { OverTime } from "@/design/OverTime";
import { spanLabel } from "@/shell/range";
import { useSettings } from "@/shell/settings";

const SERIES: readonly Series[] = [{ name: "Events", fill: "var(--wf-chart1)" }];

interface OverviewProps {
  stretches: readonly Stretch[] | undefined;
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
}

export function Overview({ stretches, brush, onBrush }: OverviewProps) {
  const { zone } = useSettings();
  const all = stretches?.reduce((total, one) => total + sum(one), 0);
  const inside = stretches && within(stretches, brush);
  const [first, last] = [stretches?.[0], stretches?.at(-1)];
  const span = first && last && spanLabel(first.from, last.to, zone, now());
  return (
    <OverTime
      unit="events"
      label="Events over time"
      stretches={stretches}
      series={SERIES}
      brush={brush}
      onBrush={onBrush}
    >
      {brush ? (
        <>
          <strong>{(inside ?? 0).toLocaleString("en")}</strong> of {(all ?? 0).toLocaleString("en")} events,
          brushed {calendarDay(brush.from, zone)} {clockTime(brush.from, zone)} to {clockTime(brush.to, zone)}
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
    </OverTime>
  );
}

/** How long a bar lasts. */
function width({ from, to }: Stretch): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds < 90) return `${Math.max(0.1, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 6) / 10} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 360) / 10} h` : `${Math.round(seconds / 8640) / 10} d`;
}
