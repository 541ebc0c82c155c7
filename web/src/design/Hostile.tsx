/** Text that came out of a log: inert, with its controls visible, defanged when it is copied. */
import type { ClipboardEvent, ReactNode } from "react";
import { defang, inert, pieces } from "./defang";
import styles from "./Hostile.module.css";

/** Replaces what the browser would copy by its harmless form. */
export function copyInert(event: ClipboardEvent): void {
  const chosen = document.getSelection()?.toString();
  if (!chosen) return;
  event.clipboardData.setData("text/plain", inert(chosen));
  event.preventDefault();
}

/** The pieces of a text as nodes: never markup. */
export function hostileNodes(text: string): ReactNode {
  return pieces(text).map((piece, at) =>
    piece.escaped ? (
      <span key={at} className={styles.escaped} title={piece.escaped}>
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

interface HostileProps {
  text: string;
  /** In the mono face, for what a machine wrote. */
  mono?: boolean;
  /** Shows addresses defanged; without it only a copy is. */
  defanged?: boolean;
  className?: string;
  /** The whole text as a tooltip, for cells that cut; a text of its own where `text` is a short form. */
  titled?: boolean | string;
}

/** A hostile text in a line. */
export function Hostile({
  text,
  mono = false,
  defanged = false,
  className = "",
  titled = false,
}: HostileProps) {
  const shown = defanged ? defang(text) : text;
  return (
    <bdi
      className={`${styles.text} ${mono ? styles.mono : ""} ${className}`}
      dir="ltr"
      title={titled ? inert(titled === true ? text : titled) : undefined}
      onCopy={copyInert}
    >
      {hostileNodes(shown)}
    </bdi>
  );
}
