/** What the same machine said within two minutes of an event. */
import { useMemo } from "react";
import type { EventDetail } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { Fault } from "@/design/states";
import { Time } from "@/design/time";
import styles from "./EventPanel.module.css";
import { rowsOf, summary, wantedColumns, written } from "./facts";
import { nearest } from "./pivot";
import { useAround } from "./queries";
import { term } from "./terms";

const COLUMNS = wantedColumns([], []);
/** Lines at most. */
const MOST = 9;

interface AroundProps {
  event: EventDetail;
  host: string;
  onEvent: (id: string) => void;
}

export function Around({ event, host, onEvent }: AroundProps) {
  const { data, error, refetch } = useAround(host ? term("host.name", host) : null, event.time, COLUMNS);
  const rows = useMemo(
    () =>
      data
        ? nearest(rowsOf(data), (row) => written(row.cells["@timestamp"]), event.time, MOST).reverse()
        : [],
    [data, event.time],
  );
  if (!host) return null;
  return (
    <section className={styles.around} aria-labelledby="around">
      <div className={styles.sectionhead}>
        <h3 id="around">Same host, 2 minutes around</h3>
        {data && (
          <span className={styles.dim}>
            {data.rows.length > rows.length
              ? `${rows.length} nearest of ${data.rows.length}${data.stats.truncated ? " or more" : ""}`
              : data.rows.length}
          </span>
        )}
      </div>
      {error && <Fault what="They could not be read." fault={error} retry={() => refetch()} />}
      <ol>
        {rows.map((row) => (
          <li key={row.id} className={styles.neighbour} data-this={row.id === event.id || undefined}>
            <Time at={written(row.cells["@timestamp"])} precision="s" />
            {row.id === event.id ? (
              <span className={styles.what}>This event</span>
            ) : (
              <button type="button" className={styles.what} onClick={() => onEvent(row.id)}>
                <Hostile text={summary(row).slice(0, 200) || "nothing said"} defanged />
              </button>
            )}
            <Hostile
              text={written(row.cells["process.name"] ?? row.cells["event.dataset"])}
              mono
              className={styles.by}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
