/** The text of a rule with the numbers of its lines; lines with a finding are marked. Inert, as everything that was imported. */
import type { RuleFinding } from "@/api/types";
import { copyInert, hostileNodes } from "@/design/Hostile";
import styles from "./Yaml.module.css";

export function Yaml({ text, findings }: { text: string; findings: readonly RuleFinding[] }) {
  const found = new Set(findings.map((finding) => finding.line));
  const lines = text.replace(/\n$/, "").split("\n");
  return (
    <pre className={styles.yaml} onCopy={copyInert} aria-label="YAML" role="region" tabIndex={0}>
      {lines.map((line, at) => (
        <span key={at} className={styles.line} data-line={at + 1} data-found={found.has(at + 1) || undefined}>
          {hostileNodes(line)}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
