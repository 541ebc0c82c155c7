/** Why it did not work, with the code for whoever reads the log. */
import { asProblem } from "@/api/problem";
import { FaultCode } from "@/design/states";
import styles from "./Gate.module.css";

export function GateFault({ fault }: { fault: unknown }) {
  if (!fault) return null;
  const problem = asProblem(fault);
  return (
    <div className={styles.fault} role="alert">
      <p>{problem.detail}</p>
      <FaultCode problem={problem} />
    </div>
  );
}
