/** Alerts over time, stacked by severity. A brush narrows the list; outside it the bars show their total only. */
import { type PointerEvent, useLayoutEffect, useRef, useState } from "react";
import type { AlertBucket, AlertHistogram } from "@/api/types";
import { clockTime, moment, now } from "@/design/clock";
import { SEVERITY_WORDS } from "@/design/shapes";
import { useSettings } from "@/shell/settings";
import { axis, brushed, STACK, scale, sum } from "./bars";
import styles from "./Histogram.module.css";

export interface Brush {
  from: string;
  to: string;
}

interface HistogramProps {
  data: AlertHistogram;
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
}

const HEIGHT = 76;
const AXIS = 16;
const TOP = 4;

export function Histogram({ data, brush, onBrush }: HistogramProps) {
  const { zone } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  useLayoutEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const { buckets } = data;
  const begin = Date.parse(data.from);
  const end = Date.parse(data.to);
  const { top, ticks } = scale(Math.max(0, ...buckets.map(sum)));
  const plot = HEIGHT - AXIS - TOP;
  const high = (count: number) => (count / top) * plot;
  const across = (time: number) => ((time - begin) / (end - begin || 1)) * width;
  const shown = drag ? brushed(buckets, drag.from, drag.to) : brush;
  // A brush may reach beyond what there is to see; its edge stands there only where it lies within.
  const inside = (x: number) => Math.min(width, Math.max(0, x));
  const ends = shown ? [across(Date.parse(shown.from)), across(Date.parse(shown.to))] : [];
  const grips = ends.filter((x) => x >= -0.5 && x <= width + 0.5).map(inside);
  const [left = 0, right = 0] = ends.map(inside);

  const place = (event: PointerEvent) => {
    const at = box.current?.getBoundingClientRect();
    return at ? (event.clientX - at.left) / at.width : 0;
  };
  const finish = () => {
    if (drag) onBrush(brushed(buckets, drag.from, drag.to) ?? null);
    setDrag(null);
  };
  const total = buckets.reduce((all, bucket) => all + sum(bucket), 0);
  return (
    <div
      ref={box}
      className={styles.box}
      onPointerDown={(event) => {
        if (event.button !== 0 || buckets.length === 0) return;
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
        aria-label={`${total} alerts over time, by severity. The table beside it has the numbers.`}
      >
        <rect className={styles.brush} x={left} y={0} width={Math.max(0, right - left)} height={TOP + plot} />
        {ticks.map((tick) => (
          <path key={tick} className={styles.grid} d={`M0 ${TOP + plot - high(tick) + 0.5}H${width}`} />
        ))}
        {buckets.map((bucket, at) => (
          <Bar
            key={bucket.from}
            bucket={bucket}
            x={Math.round((at * width) / buckets.length)}
            end={Math.round(((at + 1) * width) / buckets.length) - 1}
            foot={TOP + plot}
            high={high}
            muted={shown !== null && (bucket.to <= shown.from || bucket.from >= shown.to)}
          />
        ))}
        {ticks.map((tick) => (
          <text key={tick} x={0} y={Math.max(9, TOP + plot - high(tick) - 3)} className={styles.label}>
            {tick}
          </text>
        ))}
        <path className={styles.foot} d={`M0 ${TOP + plot + 0.5}H${width}`} />
        {axis(begin, end, width, 72, zone).map((at) => (
          <text key={at} x={across(at)} y={HEIGHT - 3} className={styles.tick}>
            {end - begin > 2 * 86_400_000
              ? moment(at, zone, "min", now()).split(" ").slice(0, 2).join(" ")
              : clockTime(at, zone, "min")}
          </text>
        ))}
        {grips.map((x, at) => (
          <g key={at} className={styles.handles}>
            <path d={`M${x} 0V${TOP + plot}`} />
            <rect x={Math.min(x, width - 3) - 3} y={TOP + plot / 2 - 7} width={6} height={14} rx={3} />
          </g>
        ))}
      </svg>
    </div>
  );
}

interface BarProps {
  bucket: AlertBucket;
  x: number;
  /** Bars stand 1 px apart. */
  end: number;
  foot: number;
  high: (count: number) => number;
  muted: boolean;
}

function Bar({ bucket, x, end, foot, high, muted }: BarProps) {
  const width = Math.max(1, end - x);
  if (muted) {
    const height = high(sum(bucket));
    return height > 0 ? (
      <rect className={styles.muted} x={x} y={foot - height} width={width} height={height} />
    ) : null;
  }
  let y = foot;
  return STACK.map((name) => {
    const height = high(bucket[name]);
    y -= height;
    return height > 0 ? (
      <rect key={name} className={styles[name]} x={x} y={y} width={width} height={height} />
    ) : null;
  });
}

/** The same numbers as a table; each row narrows the list to its time. */
export function HistogramTable({ data, onBrush }: Pick<HistogramProps, "data" | "onBrush">) {
  const { zone } = useSettings();
  const order = [...STACK].reverse();
  return (
    <section className={styles.table} tabIndex={0} aria-label="Alerts over time as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {order.map((name) => (
              <th key={name} scope="col">
                {SEVERITY_WORDS[name].long}
              </th>
            ))}
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          {data.buckets
            .filter((bucket) => sum(bucket) > 0)
            .map((bucket) => (
              <tr key={bucket.from}>
                <th scope="row">
                  <button type="button" onClick={() => onBrush({ from: bucket.from, to: bucket.to })}>
                    {moment(bucket.from, zone, "s")}
                  </button>
                </th>
                {order.map((name) => (
                  <td key={name}>{bucket[name]}</td>
                ))}
                <td>{sum(bucket)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
