/** Over a table: how much of it, and when; the bars can be brushed, or read as a table. */
import { type ReactNode, useState } from "react";
import { IconButton } from "./Button";
import type { Brush, Stretch } from "./bars";
import { Histogram, HistogramTable, type Series } from "./Histogram";
import { Icon } from "./Icon";
import { Key } from "./Key";
import styles from "./OverTime.module.css";

interface OverTimeProps {
  /** What the bars count: "alerts". */
  unit: string;
  /** The name of the region, for who cannot see it. */
  label: string;
  /** Undefined while they are not read. */
  stretches: readonly Stretch[] | undefined;
  series: readonly Series[];
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
  /** How much of it, in a line. */
  children: ReactNode;
  /** Marks and numbers of the series. */
  legend?: readonly { name: string; mark: ReactNode }[];
}

export function OverTime(props: OverTimeProps) {
  const { unit, label, stretches, series, brush, onBrush, children, legend } = props;
  const [table, setTable] = useState(false);
  return (
    <section className={styles.strip} aria-label={label}>
      <div className={styles.line}>
        <p>{children}</p>
        {legend && (
          <ul className={styles.legend}>
            {legend.map(({ name, mark }) => (
              <li key={name}>{mark}</li>
            ))}
          </ul>
        )}
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
        <Histogram unit={unit} stretches={stretches} series={series} brush={brush} onBrush={onBrush} />
      )}
      {stretches && table && (
        <HistogramTable unit={unit} stretches={stretches} series={series} onBrush={onBrush} />
      )}
    </section>
  );
}
