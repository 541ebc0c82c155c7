/** The text of a rule with the numbers of its lines; lines with a finding are marked. Inert, as everything that was imported. */
import { useState } from "react";
import type { RuleFinding } from "@/api/types";
import { copyInert, hostileNodes } from "@/design/Hostile";
import styles from "./Yaml.module.css";

/** Lines before "more": a text may have a million of them. */
const SHOWN = 1_000;

export function Yaml({ text, findings }: { text: string; findings: readonly RuleFinding[] }) {
  const found = new Set(findings.map((finding) => finding.line));
  const [all, setAll] = useState(false);
  const lines = text.replace(/\n$/, "").split("\n");
  const shown = all ? lines : lines.slice(0, SHOWN);
  return (
    <pre className={styles.yaml} onCopy={copyInert} aria-label="YAML" role="region" tabIndex={0}>
      {shown.map((line, at) => (
        <span key={at} className={styles.line} data-line={at + 1} data-found={found.has(at + 1) || undefined}>
          {hostileNodes(line)}
          {"\n"}
        </span>
      ))}
      {shown.length < lines.length && (
        <button type="button" className={styles.more} onClick={() => setAll(true)}>
          {lines.length - shown.length} more lines
        </button>
      )}
    </pre>
  );
}
