/** Loading, empty and broken: each says what is the matter. */
import { type ReactNode, useEffect, useState } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { Button } from "./Button";
import styles from "./states.module.css";

/** Milliseconds before a skeleton: what comes sooner needs none. */
const PATIENCE_MS = 150;

/** True once something has been awaited for long enough to say so. */
export function useImpatient(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && late;
}

/** Grey lines in the place of what is coming, after 150 ms. */
export function Loading({ lines = 6, label = "Loading" }: { lines?: number; label?: string }) {
  const late = useImpatient(true);
  return (
    <div className={styles.loading} role="status" aria-label={label}>
      {late && Array.from({ length: lines }, (_, at) => <span key={at} data-width={at % 4} />)}
    </div>
  );
}

interface EmptyProps {
  /** One sentence: `No alert matches these filters.` */
  title: string;
  /** Why that is so, and what would change it. */
  why?: ReactNode;
  action?: ReactNode;
}

/** Nothing to show, and why. */
export function Empty({ title, why, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {why && <p className={styles.why}>{why}</p>}
      {action}
    </div>
  );
}

interface FaultProps {
  fault: unknown;
  /** What could not be done: `The alerts could not be loaded.` */
  what: string;
  retry?: () => void;
}

/** What went wrong, with its code, its request and another try. */
export function Fault({ fault, what, retry }: FaultProps) {
  const problem = asProblem(fault);
  return (
    <div className={styles.fault} role="alert">
      <p className={styles.title}>{what}</p>
      <p className={styles.why}>{problem.detail}</p>
      <FaultCode problem={problem} />
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** The code and the request, for whoever reads the log. */
export function FaultCode({ problem }: { problem: Problem }) {
  return (
    <p className={styles.code}>
      <code>{problem.code}</code>
      {problem.request && (
        <>
          {" request "}
          <code>{problem.request}</code>
        </>
      )}
    </p>
  );
}
