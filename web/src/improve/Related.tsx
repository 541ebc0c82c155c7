/** What a rule has to do with others: what a correlation asks of which rules, and which correlations hear this one. */
import type { RuleDetail } from "@/api/types";
import { Correlation, NamedRules } from "@/shell/Correlation";
import styles from "./RulePanel.module.css";

export function Related({ detail: { rule, correlation, named_by } }: { detail: RuleDetail }) {
  if (!correlation && named_by.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="rule-related">
      <h3 id="rule-related">Correlation</h3>
      {correlation && <Correlation asks={correlation} />}
      {named_by.length > 0 && (
        <>
          <p className={styles.heard}>
            {rule.silent
              ? "Its matches are no alerts by themselves; they are heard by"
              : "Its matches are also heard by"}
          </p>
          <NamedRules rules={named_by} />
        </>
      )}
    </section>
  );
}
