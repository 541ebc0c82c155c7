/** Whether a rule runs: a shape with its word. */
import type { RuleState } from "@/api/types";
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
