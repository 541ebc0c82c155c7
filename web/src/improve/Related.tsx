/** What a rule has to do with others: what a correlation asks of which rules, and which correlations hear this one. */
import { Link } from "@tanstack/react-router";
import type { NamedRule, RuleDetail } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import styles from "./RulePanel.module.css";
import { ASKS, span } from "./state";

export function Related({ detail: { rule, correlation, named_by } }: { detail: RuleDetail }) {
  if (!correlation && named_by.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="rule-related">
      <h3 id="rule-related">Correlation</h3>
      {correlation && (
        <>
          <p className={styles.asks}>
            {ASKS[correlation.kind] ?? correlation.kind} within {span(correlation.timespan)}, by{" "}
            <Hostile text={correlation.group_by.join(", ")} mono />
          </p>
          <Named rules={correlation.rules} />
        </>
      )}
      {named_by.length > 0 && (
        <>
          <p className={styles.asks}>
            {rule.silent
              ? "Its matches are no alerts by themselves; they are counted and heard by"
              : "Its matches are also heard by"}
          </p>
          <Named rules={named_by} />
        </>
      )}
    </section>
  );
}

function Named({ rules }: { rules: readonly NamedRule[] }) {
  return (
    <ul className={styles.named}>
      {rules.map((one) => (
        <li key={one.id}>
          <SeverityMark severity={one.level} short />
          <Link to="/rules" search={{ q: one.id, peek: "on" }}>
            <Hostile text={one.title} />
          </Link>
          {one.state === "disabled" && <span className={styles.dim}>switched off</span>}
        </li>
      ))}
    </ul>
  );
}
