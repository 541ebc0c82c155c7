/** Counts over time as stacked bars. A brush picks a part; outside it the bars show their total only. */
import { type PointerEvent, useLayoutEffect, useRef, useState } from "react";
import { useSettings } from "@/shell/settings";
import { axis, type Brush, brushed, overlaps, type Stretch, scale, sum } from "./bars";
import { clockTime, moment, now } from "./clock";
import styles from "./Histogram.module.css";

/** What a part of each bar stands for. */
export interface Series {
  name: string;
  /** A colour by its name: `var(--wf-h-crit)`. */
  fill: string;
}

interface HistogramProps {
  /** What is counted: `events`. */
  unit: string;
  stretches: readonly Stretch[];
  /** The lowest of the stack first, as the counts of a stretch. */
  series: readonly Series[];
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
}

const HEIGHT = 76;
const AXIS = 16;
const TOP = 4;
const DAY = 86_400_000;

/** The width of an element, as it changes. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

export function Histogram({ unit, stretches, series, brush, onBrush }: HistogramProps) {
  const { zone } = useSettings();
  const { box, width } = useWidth();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);

  const [first, last] = [stretches[0], stretches.at(-1)];
  const begin = first ? Date.parse(first.from) : 0;
  const end = last ? Date.parse(last.to) : 0;
  const { top, ticks } = scale(Math.max(0, ...stretches.map(sum)));
  const plot = HEIGHT - AXIS - TOP;
  const foot = TOP + plot;
  const high = (count: number) => (count / top) * plot;
  // The figures stand on the left, but not upon a bar where there is room on the right.
  const full = (some: readonly Stretch[]) => some.some((one) => sum(one) > 0);
  const aside = full(stretches.slice(0, 2)) && !full(stretches.slice(-2));
  const across = (time: number) => ((time - begin) / (end - begin || 1)) * width;
  const shown = drag ? brushed(stretches, drag.from, drag.to) : brush;
  // A brush may reach beyond what there is to see; its edge stands there only where it lies within.
  const inside = (x: number) => Math.min(width, Math.max(0, x));
  const ends = shown ? [Date.parse(shown.from), Date.parse(shown.to)] : [];
  const grips = ends.map(across).filter((x) => x >= -0.5 && x <= width + 0.5);
  const [left = 0, right = 0] = ends.map((time) => inside(across(time)));
  const muted = (one: Stretch) => shown !== null && !overlaps(one, shown);

  const place = (event: PointerEvent) => {
    const at = box.current?.getBoundingClientRect();
    return at ? (event.clientX - at.left) / at.width : 0;
  };
  const finish = () => {
    if (drag) onBrush(brushed(stretches, drag.from, drag.to));
    setDrag(null);
  };
  const total = stretches.reduce((all, one) => all + sum(one), 0);
  const by = series.length > 1 ? `, by ${series.map((one) => one.name).join(", ")}` : "";
  return (
    <div
      ref={box}
      className={styles.box}
      onPointerDown={(event) => {
        if (event.button !== 0 || stretches.length === 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: place(event), to: place(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: place(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      <svg
        shapeRendering="crispEdges"
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${total} ${unit} over time${by}. The table beside it has the numbers.`}
      >
        <rect className={styles.brush} x={left} y={0} width={Math.max(0, right - left)} height={foot} />
        {ticks.map((tick) => (
          <path key={tick} className={styles.grid} d={`M0 ${foot - high(tick) + 0.5}H${width}`} />
        ))}
        {stretches.map((one, at) => (
          <Bar
            key={one.from}
            stretch={one}
            series={series}
            x={Math.round((at * width) / stretches.length)}
            end={Math.round(((at + 1) * width) / stretches.length) - 1}
            foot={foot}
            high={high}
            muted={muted(one)}
          />
        ))}
        {ticks.map((tick) => (
          <text
            key={tick}
            x={aside ? width : 0}
            y={Math.max(9, foot - high(tick) - 3)}
            textAnchor={aside ? "end" : "start"}
            className={styles.label}
          >
            {tick}
          </text>
        ))}
        <path className={styles.foot} d={`M0 ${foot + 0.5}H${width}`} />
        {axis(begin, end, width, 72, zone).map((at) => (
          <text key={at} x={across(at)} y={HEIGHT - 3} className={styles.tick}>
            {end - begin > 2 * DAY
              ? moment(at, zone, "min", now()).split(" ").slice(0, 2).join(" ")
              : clockTime(at, zone, "min")}
          </text>
        ))}
        {grips.map(inside).map((x, at) => (
          <g key={at} className={styles.handles}>
            <path d={`M${x} 0V${foot}`} />
            <rect x={Math.min(x, width - 3) - 3} y={TOP + plot / 2 - 7} width={6} height={14} rx={3} />
          </g>
        ))}
      </svg>
    </div>
  );
}

interface BarProps {
  stretch: Stretch;
  series: readonly Series[];
  x: number;
  /** Bars stand 1 px apart. */
  end: number;
  foot: number;
  high: (count: number) => number;
  muted: boolean;
}

/** What is there is seen: a bar is at least a pixel high. */
function Bar({ stretch, series, x, end, foot, high, muted }: BarProps) {
  const width = Math.max(1, end - x);
  const all = sum(stretch);
  if (all === 0) return null;
  if (muted) {
    const height = Math.max(1, high(all));
    return <rect className={styles.muted} x={x} y={foot - height} width={width} height={height} />;
  }
  let y = foot;
  return series.map(({ name, fill }, at) => {
    const count = stretch.counts[at] ?? 0;
    if (count === 0) return null;
    const height = Math.max(1, high(count));
    y -= height;
    return <rect key={name} style={{ fill }} x={x} y={y} width={width} height={height} />;
  });
}

/** The same numbers as a table, the top of the stack first; each row picks its time. */
export function HistogramTable(props: Omit<HistogramProps, "brush">) {
  const { unit, stretches, series, onBrush } = props;
  const { zone } = useSettings();
  const order = series.map(({ name }, at) => ({ name, at })).reverse();
  return (
    <section className={styles.table} tabIndex={0} aria-label={`Number of ${unit} over time as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {order.length > 1 &&
              order.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          {stretches
            .filter((one) => sum(one) > 0)
            .map((one) => (
              <tr key={one.from}>
                <th scope="row">
                  <button type="button" onClick={() => onBrush(brushed([one], 0, 1))}>
                    {moment(one.from, zone, "s")}
                  </button>
                </th>
                {order.length > 1 && order.map(({ name, at }) => <td key={name}>{one.counts[at]}</td>)}
                <td>{sum(one)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
