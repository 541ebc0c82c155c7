/** The state of the queue as the URL holds it. Pure. */
import type { AlertStatus, Severity } from "@/api/types";
import { instant, oneOf, someOf, text } from "@/shell/searchParams";

/** The views above the table. */
export const VIEWS = ["open", "mine", "due", "escalated", "closed"] as const;
export type View = (typeof VIEWS)[number];

/** Every status, as the way of an alert goes. */
export const STATUSES = ["new", "triaging", "escalated", "closed"] as const satisfies readonly AlertStatus[];

/** The orders of the table. */
export const SORTS = ["severity", "risk", "last_seen", "due"] as const;
export type Sort = (typeof SORTS)[number];

export interface QueueState {
  view?: View;
  severity?: Severity[];
  status?: AlertStatus[];
  owner?: string;
  host?: string;
  user?: string;
  rule?: string;
  source?: string;
  q?: string;
  sort?: Sort;
  /** The window of the histogram. */
  range?: string;
  /** The brush within it. */
  from?: string;
  to?: string;
  /** The alert under the cursor, by id. */
  alert?: string;
  /** Whether the panel is open, where that is not what the width suggests. */
  peek?: "on" | "off";
}

/** Reads the URL. */
export function readQueue(raw: Record<string, unknown>): QueueState {
  return {
    view: oneOf(raw, "view", VIEWS),
    severity: someOf(raw, "severity", ["critical", "high", "medium", "low", "info"]),
    status: someOf(raw, "status", STATUSES),
    owner: text(raw, "owner"),
    host: text(raw, "host"),
    user: text(raw, "user"),
    rule: text(raw, "rule"),
    source: text(raw, "source"),
    q: text(raw, "q"),
    sort: oneOf(raw, "sort", SORTS),
    range: text(raw, "range"),
    from: instant(raw, "from"),
    to: instant(raw, "to"),
    alert: text(raw, "alert"),
    peek: oneOf(raw, "peek", ["on", "off"]),
  };
}
