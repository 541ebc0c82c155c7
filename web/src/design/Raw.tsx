/** A raw event as it came, with numbered marks on the bytes that matched. */
import type { ReactNode } from "react";
import { copyInert, hostileNodes } from "./Hostile";
import { type Mark, type Stretch, stretchesOf } from "./marks";
import styles from "./Raw.module.css";

/** Stretches as nodes; the number stands where a mark ends. */
export function markedNodes(stretches: readonly Stretch[]): ReactNode {
  return stretches.map((stretch, at) =>
    stretch.numbers.length === 0 ? (
      <span key={at}>{hostileNodes(stretch.text)}</span>
    ) : (
      <mark
        key={at}
        className={stretch.text.length > 32 ? styles.mark : styles.short}
        title={`Matched by selection ${stretch.numbers.join(" and ")}`}
      >
        {hostileNodes(stretch.text)}
        {stretch.ends.map((number) => (
          <sup key={number}>{number}</sup>
        ))}
      </mark>
    ),
  );
}

/** `marks` are byte ranges of `text` in UTF-8. */
export function Raw({
  text,
  marks = [],
  label = "Raw event",
}: {
  text: string;
  marks?: readonly Mark[];
  label?: string;
}) {
  return (
    <pre className={styles.raw} onCopy={copyInert} aria-label={label} role="region" tabIndex={0}>
      {markedNodes(stretchesOf(text, marks))}
    </pre>
  );
}
