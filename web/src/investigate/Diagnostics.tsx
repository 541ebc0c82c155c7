/** The event as it came, and what was wrong with it: each diagnostic with its place among the bytes. */
import type { EventDetail } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { Raw } from "@/design/Raw";
import styles from "./EventPanel.module.css";

/** Without `raw` only what was wrong. */
export function Diagnostics({ event, raw }: { event: EventDetail; raw: boolean }) {
  const { diagnostics } = event;
  const placed = diagnostics.flatMap(({ offset }, at) =>
    typeof offset === "number" ? [{ from: offset, to: offset + 1, number: at + 1 }] : [],
  );
  return (
    <div className={styles.raw}>
      {diagnostics.length > 0 && (
        <ol className={styles.diagnostics} aria-label="Diagnostics">
          {diagnostics.map((one, at) => (
            <li key={at}>
              <span className={styles.number}>{at + 1}</span>
              <span>
                <Hostile text={one.message} />{" "}
                <span className={styles.dim}>
                  <code>{one.code}</code>
                  {typeof one.offset === "number" && `, byte ${one.offset.toLocaleString("en")}`}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {raw && event.raw_lossy && (
        <p className={styles.note}>
          Not all of it is UTF-8: what is none is shown as U+FFFD, and places refer to the bytes as they came.
        </p>
      )}
      {raw && (
        <>
          <Raw text={event.raw} marks={event.raw_lossy ? [] : placed} />
          <p className={styles.note}>As it came. Controls are shown by name; what is copied is defanged.</p>
        </>
      )}
    </div>
  );
}
