/** What a correlation asks of which rules, for the rule's panel and for its alerts. */
import { Link } from "@tanstack/react-router";
import type { NamedRule, RuleCorrelation } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import { ASKS, span } from "./asks";
import styles from "./Correlation.module.css";

export function Correlation({ asks }: { asks: RuleCorrelation }) {
  return (
    <>
      <p className={styles.asks}>
        {ASKS[asks.kind] ?? asks.kind} within {span(asks.timespan)}
        {asks.group_by.length > 0 && (
          <>
            , by <Hostile text={asks.group_by.join(", ")} mono />
          </>
        )}
      </p>
      <NamedRules rules={asks.rules} />
    </>
  );
}

/** Rules that another one names, or that name it. */
export function NamedRules({ rules }: { rules: readonly NamedRule[] }) {
  return (
    <ul className={styles.rules}>
      {rules.map((one) => (
        <li key={one.id}>
          <SeverityMark severity={one.level} short />
          <Link to="/rules" search={{ q: one.id, peek: "on" }}>
            <Hostile text={one.title} />
          </Link>
          {one.state === "disabled" && <span className={styles.off}>switched off</span>}
        </li>
      ))}
    </ul>
  );
}
