/** A column's head with what waits to be shown behind it: "37 new". */
import { Key } from "./Key";
import styles from "./NewPill.module.css";

export function NewPill({ head, waiting, onNew }: { head: string; waiting: number; onNew: () => void }) {
  return (
    <span className={styles.head}>
      {head}
      {waiting > 0 && (
        <button type="button" className={styles.pill} onClick={onNew} aria-keyshortcuts="n">
          {waiting} new <Key k="n" on="accent" />
        </button>
      )}
    </span>
  );
}
