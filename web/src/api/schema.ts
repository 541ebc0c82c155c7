/**
 * The API as TypeScript sees it, in the shape that openapi-typescript writes. `npm run generate` replaces this file
 * with the one made from `crates/server/openapi.json`.
 */

type Json<T> = { content: { "application/json": T } };
type Fault = { content: { "application/problem+json": components["schemas"]["Problem"] } };
type Route<Answer, Body = never, Query = never, Path = never, Code extends number = 200> = {
  parameters: {
    query?: [Query] extends [never] ? never : Query;
    header?: never;
    cookie?: never;
  } & ([Path] extends [never] ? { path?: never } : { path: Path });
  responses: Record<Code, Json<Answer>> & Record<400, Fault>;
} & ([Body] extends [never] ? { requestBody?: never } : { requestBody: Json<Body> });
type Get<Answer, Query = never, Path = never> = { get: Route<Answer, never, Query, Path> };
type Post<Answer, Body, Path = never, Code extends number = 200> = { post: Route<Answer, Body, never, Path, Code> };
type S = components["schemas"];
type Id = { id: string };
type Number = { number: number };

export interface AlertQuery {
  status?: string;
  severity?: string;
  owner?: string;
  host?: string;
  user?: string;
  rule?: string;
  source?: string;
  q?: string;
  from?: string;
  to?: string;
  sort?: string;
  limit?: number;
  cursor?: string;
  buckets?: number;
}

export interface CaseQuery {
  status?: string;
  severity?: string;
  owner?: string;
  q?: string;
  sort?: string;
  limit?: number;
  cursor?: string;
}

export interface SearchQuery {
  q?: string;
  lang?: string;
  from?: string;
  to?: string;
  limit?: number;
  columns?: string;
  buckets?: number;
}

type PageQuery = { limit?: number; cursor?: string };

export interface paths {
  "/api/v1/setup": Get<S["SetupState"]> & Post<S["User"], S["SetupRequest"], never, 201>;
  "/api/v1/session": Get<S["SessionState"]> &
    Post<S["SessionState"], S["LogIn"]> & { delete: Route<never, never, never, never, 204> };
  "/api/v1/people": Get<S["Page_Person"]>;
  "/api/v1/users": Get<S["Page_User"]> & Post<S["User"], S["NewUser"], never, 201>;
  "/api/v1/users/{id}": { patch: Route<S["User"], S["UserChange"], never, Id> };
  "/api/v1/tokens": Get<S["Page_Token"]> & Post<S["NewToken"], S["TokenRequest"], never, 201>;
  "/api/v1/tokens/{id}": { delete: Route<never, never, never, Id, 204> };
  "/api/v1/sources": Get<S["SourceList"]>;
  "/api/v1/journal": Get<S["Page_JournalItem"], PageQuery & { object?: string; actor?: string }>;
  "/api/v1/alerts": Get<S["Page_Alert"], AlertQuery>;
  "/api/v1/alerts/facets": Get<S["Facets"], AlertQuery>;
  "/api/v1/alerts/histogram": Get<S["AlertHistogram"], AlertQuery>;
  "/api/v1/alerts/{id}": Get<S["Alert"], never, Id> & { patch: Route<S["Alert"], S["AlertChange"], never, Id> };
  "/api/v1/alerts/{id}/events": Get<S["AlertEvents"], never, Id>;
  "/api/v1/alerts/{id}/explain": Get<S["AlertExplanation"], never, Id>;
  "/api/v1/alerts/{id}/notes": Get<S["Page_Note"], PageQuery, Id> & Post<S["Note"], S["NewNote"], Id, 201>;
  "/api/v1/alerts/{id}/history": Get<S["History"], PageQuery, Id>;
  "/api/v1/alerts/{id}/assign": Post<S["Alert"], S["Assignment"], Id>;
  "/api/v1/alerts/{id}/escalate": Post<S["Alert"], S["Escalation"], Id>;
  "/api/v1/alerts/{id}/close": Post<S["Alert"], S["CloseRequest"], Id>;
  "/api/v1/alerts/{id}/reopen": Post<S["Alert"], S["ReopenRequest"], Id>;
  "/api/v1/cases": Get<S["Page_Case"], CaseQuery> & Post<S["Case"], S["NewCase"], never, 201>;
  "/api/v1/cases/{number}": Get<S["Case"], never, Number> & {
    patch: Route<S["Case"], S["CaseEdit"], never, Number>;
  };
  "/api/v1/cases/{number}/close": Post<S["Case"], S["CloseRequest"], Number>;
  "/api/v1/cases/{number}/reopen": Post<S["Case"], S["ReopenRequest"], Number>;
  "/api/v1/cases/{number}/alerts": Get<S["Page_Alert"], never, Number> & Post<S["Case"], S["CaseAlert"], Number>;
  "/api/v1/cases/{number}/evidence": Get<S["Page_Evidence"], PageQuery, Number>;
  "/api/v1/cases/{number}/notes": Get<S["Page_Note"], PageQuery, Number> &
    Post<S["Note"], S["NewNote"], Number, 201>;
  "/api/v1/cases/{number}/timeline": Get<S["Page_TimelineEntry"], never, Number> &
    Post<S["TimelineEntry"], S["NewTimelineEntry"], Number, 201>;
  "/api/v1/cases/{number}/history": Get<S["History"], PageQuery, Number>;
  "/api/v1/search": Get<S["Table"], SearchQuery>;
  "/api/v1/search/fields": Get<S["FieldList"]>;
  "/api/v1/search/histogram": Get<S["EventHistogram"], SearchQuery>;
  "/api/v1/events/{id}": Get<S["EventDetail"], never, Id>;
}

interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number | null;
}

export interface components {
  schemas: {
    Problem: { status: number; code: string; title: string; detail?: string; request_id?: string };
    SetupState: { needed: boolean };
    SetupRequest: { token: string; name: string; full_name?: string | null; password: string };
    LogIn: { name: string; password: string };
    Role: "viewer" | "analyst" | "admin" | "ingest";
    Person: { id: string; name: string; full_name: string; role: S["Role"] };
    SessionState: { user?: S["Person"] | null; csrf?: string | null };
    Page_Person: Page<S["Person"]>;
    User: {
      id: string;
      version: number;
      name: string;
      full_name: string;
      role: S["Role"];
      disabled: boolean;
      created_at: string;
      updated_at: string;
    };
    Page_User: Page<S["User"]>;
    NewUser: { name: string; full_name?: string | null; role: S["Role"]; password: string };
    UserChange: {
      role?: S["Role"] | null;
      disabled?: boolean | null;
      full_name?: string | null;
      password?: string | null;
    };
    Token: {
      id: string;
      name: string;
      role: S["Role"];
      owner?: { id: string; name: string } | null;
      created_at: string;
      expires_at?: string | null;
      last_used?: string | null;
    };
    Page_Token: Page<S["Token"]>;
    TokenRequest: { name: string; role: S["Role"]; expires_at?: string | null };
    NewToken: S["Token"] & { token: string };
    SourceState: "on_time" | "lagging" | "silent";
    SourceRow: {
      name: string;
      events: number;
      bytes: number;
      rejected: number;
      quarantined: number;
      duplicates: number;
      dropped: number;
      flagged: number;
      first_seen: string;
      last_seen: string;
      last_event_time?: string | null;
      lag_ms: number;
      per_minute: number[];
      state: S["SourceState"];
    };
    SourceTotals: { received: number; stored: number; rejected: number; quarantined: number; dropped: number };
    SourceList: { items: S["SourceRow"][]; totals: S["SourceTotals"] };
    JournalActor: { kind: string; user?: string | null; name: string };
    JournalItem: {
      id: string;
      at: string;
      actor: S["JournalActor"];
      address?: string | null;
      request?: string | null;
      object: string;
      action: string;
      before?: unknown;
      after?: unknown;
      reason?: string | null;
      stream: string;
      seq: number;
    };
    Page_JournalItem: Page<S["JournalItem"]>;
    History: { items: S["JournalItem"][]; next?: string | null };
    PersonRef: { id?: string | null; name: string };
    Entity: { kind: string; value: string };
    Status: "new" | "triaging" | "escalated" | "closed";
    Disposition:
      | "true_positive_impact"
      | "true_positive_no_impact"
      | "benign_true_positive"
      | "false_positive_logic"
      | "false_positive_data"
      | "duplicate"
      | "test"
      | "undetermined";
    Reason:
      | "confirmed_attack"
      | "blocked_attack"
      | "expected_activity"
      | "authorised_test"
      | "known_software"
      | "user_error"
      | "rule_too_broad"
      | "bad_data"
      | "duplicate"
      | "other";
    AlertRule: { id: string; version: string; title: string; level: string };
    Alert: {
      id: string;
      number: number;
      version: number;
      title: string;
      source: "rule";
      rule?: S["AlertRule"] | null;
      severity: string;
      risk: number;
      status: S["Status"];
      tier: number;
      owner?: S["PersonRef"] | null;
      host?: string | null;
      user?: string | null;
      entities: S["Entity"][];
      tags: string[];
      count: number;
      first_seen: string;
      last_seen: string;
      created_at: string;
      updated_at: string;
      due_at: string;
      disposition?: S["Disposition"] | null;
      reason?: S["Reason"] | null;
      comment?: string | null;
      closed_at?: string | null;
      case?: number | null;
      fingerprint: string;
    };
    Page_Alert: Page<S["Alert"]>;
    FacetValue: { value?: string | null; label?: string | null; count: number };
    Facets: {
      severity: S["FacetValue"][];
      status: S["FacetValue"][];
      source: S["FacetValue"][];
      host: S["FacetValue"][];
      owner: S["FacetValue"][];
      rule: S["FacetValue"][];
    };
    AlertBucket: {
      from: string;
      to: string;
      critical: number;
      high: number;
      medium: number;
      low: number;
      info: number;
    };
    AlertHistogram: { from: string; to: string; buckets: S["AlertBucket"][] };
    AlertChange: { status?: S["Status"] | null; severity?: string | null };
    Assignment: { owner: string | null };
    Escalation: { comment?: string | null; owner?: string | null };
    CloseRequest: {
      disposition?: S["Disposition"] | null;
      reason?: S["Reason"] | null;
      comment?: string | null;
    };
    ReopenRequest: { comment?: string | null };
    Diagnostic: { code: string; offset?: number; message: string; verdict: string };
    LogSourceDetail: { product?: string | null; service?: string | null; categories: string[] };
    EventDetail: {
      id: string;
      time: string;
      received: string;
      source: string;
      raw: string;
      raw_lossy: boolean;
      fields: Record<string, unknown[]>;
      diagnostics: S["Diagnostic"][];
      log_source: S["LogSourceDetail"];
    };
    AlertEvents: { items: S["EventDetail"][] };
    RuleInForce: { id: string; title: string; version: string };
    ItemTruth: {
      field?: string | null;
      modifiers: string[];
      pattern: string;
      holds: boolean;
      value?: string | null;
      slot?: string | null;
      raw?: [number, number] | null;
    };
    SelectionTruth: { number: number; name: string; holds: boolean; items: S["ItemTruth"][] };
    Explanation: { condition: string; holds: boolean; selections: S["SelectionTruth"][] };
    AlertExplanation: {
      rule?: S["RuleInForce"] | null;
      stale: boolean;
      event?: S["EventDetail"] | null;
      explanation?: S["Explanation"] | null;
    };
    Note: { id: string; text: string; author: S["PersonRef"]; created_at: string };
    Page_Note: Page<S["Note"]>;
    NewNote: { text: string };
    CaseStatus:
      | "new"
      | "in_progress"
      | "on_hold"
      | "containment"
      | "eradication"
      | "recovery"
      | "post_incident"
      | "closed";
    Tlp: "clear" | "green" | "amber" | "amber+strict" | "red";
    Case: {
      id: string;
      number: number;
      version: number;
      title: string;
      summary: string;
      severity: string;
      status: S["CaseStatus"];
      tier: number;
      owner?: S["PersonRef"] | null;
      tlp: S["Tlp"];
      tags: string[];
      alert_count: number;
      evidence_count: number;
      created_at: string;
      updated_at: string;
      detected_at?: string | null;
      acknowledged_at?: string | null;
      contained_at?: string | null;
      recovered_at?: string | null;
      closed_at?: string | null;
      disposition?: S["Disposition"] | null;
      reason?: S["Reason"] | null;
      comment?: string | null;
    };
    Page_Case: Page<S["Case"]>;
    NewCase: { title?: string | null; severity?: string | null; summary?: string | null; alerts?: string[] };
    CaseEdit: {
      title?: string | null;
      summary?: string | null;
      severity?: string | null;
      status?: S["CaseStatus"] | null;
      owner?: string | null;
      tlp?: S["Tlp"] | null;
    };
    CaseAlert: { alert: string };
    Evidence: {
      id: string;
      name: string;
      kind: "event";
      sha256: string;
      size: number;
      event?: string | null;
      source: string;
      acquired_at: string;
      acquired_by: S["PersonRef"];
      content: string;
      content_lossy: boolean;
    };
    Page_Evidence: Page<S["Evidence"]>;
    EntryState: "draft" | "confirmed" | "disputed";
    TimelineEntry: {
      id: string;
      at: string;
      title: string;
      detail: string;
      event?: string | null;
      entity?: S["Entity"] | null;
      host?: string | null;
      technique?: string | null;
      state: S["EntryState"];
      author: S["PersonRef"];
    };
    Page_TimelineEntry: Page<S["TimelineEntry"]>;
    NewTimelineEntry: {
      at?: string | null;
      title: string;
      detail?: string | null;
      event?: string | null;
      entity?: S["Entity"] | null;
      host?: string | null;
      technique?: string | null;
      state?: S["EntryState"] | null;
    };
    Table: {
      columns: { name: string; type: string }[];
      rows: unknown[][];
      stats: { elapsed_ms: number; rows_scanned?: number; segments_read: number; segments_total: number };
    };
    FieldDetail: { name: string; kind: string; meaning: string };
    FieldList: { items: S["FieldDetail"][] };
    EventHistogram: { buckets: { from: string; to: string; count: number }[] };
  };
}
