/** Severity and status: always a shape with its word, never colour alone. */
import type { ReactNode } from "react";
import type { AlertStatus, CaseStatus, Severity } from "@/api/types";
import styles from "./shapes.module.css";

/** Severities, worst first. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** What a severity is called, long and in a table. */
export const SEVERITY_WORDS: Record<Severity, { long: string; short: string; token: string }> = {
  critical: { long: "Critical", short: "Crit", token: "crit" },
  high: { long: "High", short: "High", token: "high" },
  medium: { long: "Medium", short: "Med", token: "med" },
  low: { long: "Low", short: "Low", token: "low" },
  info: { long: "Info", short: "Info", token: "info" },
};

const SEVERITY_SHAPES: Record<Severity, ReactNode> = {
  critical: (
    <path
      fillRule="evenodd"
      fill="currentColor"
      d="M3.7.5h4.6l3.2 3.2v4.6l-3.2 3.2H3.7L.5 8.3V3.7zM5.25 2.7v4.1h1.5V2.7zM5.25 7.9v1.5h1.5V7.9z"
    />
  ),
  high: <path fill="currentColor" d="M6 .9L11.7 11H.3z" />,
  medium: (
    <>
      <path
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinejoin="round"
        d="M6 1l5 5-5 5-5-5z"
      />
      <path fill="currentColor" d="M6 .4L.4 6 6 11.6z" />
    </>
  ),
  low: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  info: <path stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" d="M1.8 6h8.4" />,
};

/** The shape alone, 12 px. Only where the word stands beside it. */
export function SeverityShape({ severity, size = 12 }: { severity: Severity; size?: number }) {
  return (
    <svg
      className={styles[severity]}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
      focusable="false"
    >
      {SEVERITY_SHAPES[severity]}
    </svg>
  );
}

/** Shape and word. */
export function SeverityMark({ severity, short = false }: { severity: Severity; short?: boolean }) {
  const words = SEVERITY_WORDS[severity];
  return (
    <span className={`${styles.mark} ${styles[severity]}`}>
      <SeverityShape severity={severity} />
      {short ? words.short : words.long}
    </span>
  );
}

/** Any status that a screen shows. */
export type Status =
  | AlertStatus
  | CaseStatus
  | "verified"
  | "pending"
  | "running"
  | "blocked"
  | "silent"
  | "lagging"
  | "on_time"
  | "draft"
  | "confirmed"
  | "disputed";

/** What a status is called. */
export const STATUS_WORDS: Record<Status, string> = {
  new: "New",
  triaging: "Triaging",
  escalated: "Escalated",
  closed: "Closed",
  in_progress: "In progress",
  on_hold: "On hold",
  containment: "Containment",
  eradication: "Eradication",
  recovery: "Recovery",
  post_incident: "Post-incident",
  verified: "Verified",
  pending: "Pending",
  running: "Running",
  blocked: "Blocked",
  silent: "Silent",
  lagging: "Lagging",
  on_time: "On time",
  draft: "Draft",
  confirmed: "Confirmed",
  disputed: "Disputed",
};

const ring = <circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" strokeWidth="1.4" />;
const disc = <circle cx="7" cy="7" r="6" fill="currentColor" />;
const tick = (
  <path
    className={styles.cut}
    d="M4.2 7.2l2 2 3.7-4"
    fill="none"
    strokeWidth="1.5"
    strokeLinecap="round"
    strokeLinejoin="round"
  />
);
const half = (
  <>
    {ring}
    <path d="M7 3.9a3.1 3.1 0 0 1 0 6.2z" fill="currentColor" />
  </>
);
const hands = (
  <path d="M7 4.2V7l1.9 1.2" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
);
const arc = (
  <>
    <circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" strokeWidth="1.4" opacity="0.35" />
    <path
      className={styles.arc}
      d="M7 1.7A5.3 5.3 0 0 1 12.3 7"
      fill="none"
      strokeWidth="1.6"
      strokeLinecap="round"
    />
  </>
);

const STATUS_SHAPES: Record<Status, ReactNode> = {
  new: ring,
  draft: (
    <circle
      cx="7"
      cy="7"
      r="5.3"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeDasharray="2.2 1.9"
    />
  ),
  triaging: half,
  in_progress: half,
  escalated: (
    <>
      {disc}
      <path
        className={styles.cut}
        d="M7 10.2V4.3M4.5 6.6L7 4.1l2.5 2.5"
        fill="none"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  closed: (
    <>
      {disc}
      {tick}
    </>
  ),
  confirmed: (
    <>
      {disc}
      {tick}
    </>
  ),
  verified: (
    <>
      {disc}
      {tick}
    </>
  ),
  containment: arc,
  eradication: arc,
  recovery: arc,
  running: arc,
  post_incident: half,
  on_hold: (
    <>
      {ring}
      <path d="M5.6 4.9v4.2M8.4 4.9v4.2" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
    </>
  ),
  pending: (
    <>
      <circle
        cx="7"
        cy="7"
        r="5.3"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeDasharray="2.2 1.9"
      />
      {hands}
    </>
  ),
  blocked: (
    <>
      {ring}
      <path d="M3.4 10.6l7.2-7.2" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  disputed: (
    <>
      {ring}
      <path d="M5 5l4 4M9 5l-4 4" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
    </>
  ),
  silent: (
    <>
      {ring}
      <path d="M4.3 7h5.4" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  lagging: (
    <>
      {ring}
      {hands}
    </>
  ),
  on_time: ring,
};

const STATUS_TONES: Partial<Record<Status, string>> = {
  verified: styles.accent,
  blocked: styles.high,
  lagging: styles.high,
  silent: styles.critical,
};

/** The shape with its word, or with the word as tooltip and accessible name where there is no room. */
export function StatusMark({ status, bare = false }: { status: Status; bare?: boolean }) {
  const word = STATUS_WORDS[status];
  return (
    <span className={`${styles.status} ${STATUS_TONES[status] ?? ""}`} title={bare ? word : undefined}>
      <svg width={14} height={14} viewBox="0 0 14 14" aria-hidden="true" focusable="false">
        {STATUS_SHAPES[status]}
      </svg>
      {bare ? <span className="unseen">{word}</span> : <span className={styles.word}>{word}</span>}
    </span>
  );
}
