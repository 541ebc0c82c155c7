/** Whether a rule runs: a shape with its word. */
import type { RuleRow, RuleState } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import styles from "./marks.module.css";

export const STATE_WORDS: Record<RuleState, string> = { enabled: "On", disabled: "Off" };

/** What is on takes no attention; what is off is a ring with two bars, as everything that is suppressed. */
export function StateMark({ state }: { state: RuleState }) {
  return (
    <span className={styles[state]}>
      <svg width={14} height={14} viewBox="0 0 14 14" fill="none" aria-hidden="true" focusable="false">
        <circle cx="7" cy="7" r="5.3" stroke="currentColor" strokeWidth="1.4" />
        {state === "enabled" ? (
          <circle cx="7" cy="7" r="2.6" fill="currentColor" />
        ) : (
          <path d="M5.6 4.8v4.4M8.4 4.8v4.4" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
        )}
      </svg>
      {STATE_WORDS[state]}
    </span>
  );
}

/** Whether a rule of the list runs: one that is on may still not load. */
export function RuleMark({ rule }: { rule: RuleRow }) {
  if (!rule.stopped) return <StateMark state={rule.state} />;
  return (
    <span className={styles.stopped} title={rule.stopped.message}>
      <svg width={14} height={14} viewBox="0 0 14 14" fill="none" aria-hidden="true" focusable="false">
        <circle cx="7" cy="7" r="5.3" stroke="currentColor" strokeWidth="1.4" />
        <path d="M3.4 10.6 10.6 3.4" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
      </svg>
      Not loaded
    </span>
  );
}

/** What a rule looks at; a correlation by way of the rules that it names. */
export function LooksAt({ rule }: { rule: RuleRow }) {
  if (rule.correlation === null) return <Hostile text={rule.log_source} />;
  const nothing = rule.log_source === "no log source";
  return (
    <>
      {rule.correlation} over {nothing ? "several log sources" : <Hostile text={rule.log_source} />}
    </>
  );
}
