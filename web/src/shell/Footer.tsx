/** The foot of a screen: where one is, and the keys that matter here. */
import type { ReactNode } from "react";
import { Key } from "@/design/Key";
import styles from "./Footer.module.css";

export interface Hint {
  k: string | string[];
  does: string;
}

export function Footer({ children, hints }: { children?: ReactNode; hints: readonly Hint[] }) {
  return (
    <footer className={styles.footer}>
      <div className={styles.place}>{children}</div>
      <ul className={styles.hints}>
        {hints.map((hint) => (
          <li key={hint.does}>
            <Key k={hint.k} />
            <span className="unseen">{Array.isArray(hint.k) ? hint.k.join(" ") : hint.k}: </span>
            {hint.does}
          </li>
        ))}
      </ul>
    </footer>
  );
}
