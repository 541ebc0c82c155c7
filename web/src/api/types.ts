/**
 * The nouns of the API under the names that the screens use. Where the document can only say "string" or "object",
 * the closed set stands here; this is the one place between the generated types and the screens.
 */
import type { components } from "./schema";

type S = components["schemas"];

export type Severity = "critical" | "high" | "medium" | "low" | "info";
export type AlertStatus = S["Status"];
export type CaseStatus = S["CaseStatus"];
export type Disposition = S["Disposition"];
export type Reason = S["Reason"];
export type Role = S["Role"];
export type Person = S["Person"];
export type PersonRef = S["PersonRef"];
export type Entity = S["Entity"];
export type User = S["User"];
export type Token = S["Token"];
export type NewToken = S["NewToken"];
export type Alert = Omit<S["Alert"], "severity"> & { severity: Severity };
export type Facets = S["Facets"];
export type FacetValue = S["FacetValue"];
export type AlertHistogram = S["AlertHistogram"];
export type AlertBucket = S["AlertBucket"];
export type CloseRequest = S["CloseRequest"];
export type EventDetail = Omit<S["EventDetail"], "fields" | "diagnostics"> & {
  fields: Record<string, unknown[]>;
  diagnostics: Diagnostic[];
};
export interface Diagnostic {
  code: string;
  offset?: number;
  message: string;
  verdict: string;
}
export interface ItemTruth {
  field?: string | null;
  modifiers: string[];
  pattern: string;
  holds: boolean;
  value?: string | null;
  slot?: string | null;
  raw?: [number, number] | null;
}
export interface SelectionTruth {
  number: number;
  name: string;
  holds: boolean;
  items: ItemTruth[];
}
export interface Explanation {
  condition: string;
  holds: boolean;
  selections: SelectionTruth[];
}
export type AlertExplanation = Omit<S["AlertExplanation"], "event" | "explanation" | "correlation"> & {
  correlation?: RuleCorrelation | null;
  event?: EventDetail | null;
  explanation?: Explanation | null;
};
export type Note = S["Note"];
export type JournalItem = S["JournalItem"];
export type Case = Omit<S["Case"], "severity"> & { severity: Severity };
export type CaseEdit = S["CaseEdit"];
export type Evidence = S["Evidence"];
export type TimelineEntry = S["TimelineEntry"];
export type NewTimelineEntry = S["NewTimelineEntry"];
export type Tlp = S["Tlp"];
export type SourceRow = S["SourceRow"];
export type SourceTotals = S["SourceTotals"];
export type SourceState = S["SourceState"];
export type RuleState = S["RuleState"];
export type RuleRow = Omit<S["RuleRow"], "level"> & { level: Severity };
export type NamedRule = Omit<S["NamedRule"], "level"> & { level: Severity };
export type RuleCorrelation = Omit<S["RuleCorrelation"], "rules"> & { rules: NamedRule[] };
export type RuleDetail = Omit<S["RuleDetail"], "rule" | "correlation" | "named_by"> & {
  rule: RuleRow;
  correlation: RuleCorrelation | null;
  named_by: NamedRule[];
};
export type RuleFacets = S["RuleFacets"];
export type RuleFinding = S["RuleFinding"];
export type RuleRefusal = S["RuleRefusal"];
export type RuleSample = S["RuleSample"];
export type RuleEntry = Omit<S["RuleEntry"], "level"> & { level: Severity };
type Changes = "added" | "changed" | "removed";
export type ImportReport = Omit<S["ImportReport"], Changes> & Record<Changes, RuleEntry[]>;
export type RuleCoverage = S["RuleCoverage"];
export type TacticCoverage = S["TacticCoverage"];
export type Coverage = S["Coverage"];
export type FieldDetail = S["FieldDetail"];
export interface SearchTable {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  stats: {
    elapsed_ms: number;
    /** Events that were looked at; SQL does not say. */
    rows_scanned: number;
    segments_read: number;
    segments_total: number;
    /** Whether there is more than was asked for. */
    truncated: boolean;
  };
}
/** Events in a stretch of time. */
export interface EventBucket {
  from: string;
  to: string;
  count: number;
}

/** A list as every route answers it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number | null;
}
