/** The calm page before the console: the mark, one form. */
import type { ReactNode } from "react";
import { Mark } from "@/shell/Rail";
import styles from "./Gate.module.css";

export function Gate({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className={styles.gate}>
      <div className={styles.panel}>
        <p className={styles.name}>
          <Mark size={28} />
          Watchfloor
        </p>
        <h1>{title}</h1>
        {lead && <div className={styles.lead}>{lead}</div>}
        {children}
      </div>
      <Horizon />
    </main>
  );
}

/** A floor of quiet hours with one light in it. Decoration only. */
function Horizon() {
  const bars = Array.from(
    { length: 96 },
    (_, at) => 3 + Math.round(9 * Math.abs(Math.sin(at * 1.7) * Math.cos(at * 0.31))),
  );
  return (
    <svg
      className={styles.horizon}
      viewBox="0 0 960 40"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {bars.map((height, at) => (
        <rect
          key={at}
          className={at === 61 ? styles.light : undefined}
          x={at * 10}
          y={at === 61 ? 6 : 40 - height}
          width={9}
          height={at === 61 ? 34 : height}
        />
      ))}
    </svg>
  );
}
