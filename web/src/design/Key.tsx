/** A key printed on the control that it works. */
import styles from "./Key.module.css";

/** `on="accent"` for a filled button. Several keys stand side by side. Hidden from readers: the control says its key. */
export function Key({ k, on }: { k: string | string[]; on?: "accent" }) {
  const keys = Array.isArray(k) ? k : [k];
  return (
    <span className={styles.keys} aria-hidden="true">
      {keys.map((key) => (
        <kbd key={key} className={on === "accent" ? styles.accent : styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
