/** From the state of the queue to what the server is asked, and to the text of the search bar and back. Pure. */
import type { AlertStatus, Severity } from "@/api/types";
import { edges } from "@/shell/range";
import { type QueueState, readQueue, type View } from "./state";

/** The parameters of `/alerts`. */
export interface AlertFilter {
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
}

/** What a view means before any facet. */
export const VIEW_FILTERS: Record<View, { status: string; owner?: string; sort?: string }> = {
  open: { status: "open" },
  mine: { status: "open", owner: "me" },
  due: { status: "open", sort: "due" },
  escalated: { status: "escalated" },
  closed: { status: "closed", sort: "last_seen" },
};

/** Milliseconds within which an alert counts as due. */
export const DUE_MS = 30 * 60_000;

const DAY_MS = 86_400_000;
/** The count of a day needs no finer clock. */
const STEP_MS = 5 * 60_000;

/** The 24 hours around an instant, or those up to `at` where half of them would be yet to come. */
export function dayAround(seen: string, at: number): { from: string; to: string } {
  const end = Math.ceil(Math.min(at, Date.parse(seen) + DAY_MS / 2) / STEP_MS) * STEP_MS;
  const second = (time: number) => new Date(time).toISOString().replace(".000Z", "Z");
  return { from: second(end - DAY_MS), to: second(end) };
}

/** What the server is asked. `at`: when the list was loaded, which a relative range refers to. */
export function filterOf(state: QueueState, at: number): AlertFilter {
  const view = VIEW_FILTERS[state.view ?? "open"];
  const window = edges(state.range, at);
  const open = view.status === "open";
  return {
    status: state.status && (open || state.view === undefined) ? state.status.join(",") : view.status,
    severity: state.severity?.join(","),
    owner: state.owner ?? view.owner,
    host: state.host,
    user: state.user,
    rule: state.rule,
    source: state.source,
    q: state.q,
    from: state.from ?? window.from,
    to: state.to ?? window.to,
    sort: state.sort ?? view.sort,
  };
}

/** Whether any facet, word or brush narrows the view. */
export function isNarrowed(state: QueueState): boolean {
  const { severity, status, owner, host, user, rule, source, q, from, to } = state;
  return [severity, status, owner, host, user, rule, source, q, from, to].some((part) => part !== undefined);
}

/** The same view without what narrows it. */
export function widened(state: QueueState): QueueState {
  return { view: state.view, sort: state.sort, range: state.range, peek: state.peek };
}

const FIELDS = ["severity", "owner", "host", "user", "rule", "source"] as const;

/** The search bar's text for a state: `status:open host:WS-FIN-07 encoded`. */
export function barText(state: QueueState): string {
  const said: string[] = [`status:${state.status?.join(",") ?? VIEW_FILTERS[state.view ?? "open"].status}`];
  for (const name of FIELDS) {
    const value = state[name];
    if (value) said.push(`${name}:${quoted(Array.isArray(value) ? value.join(",") : value)}`);
  }
  if (state.view === "mine" && !state.owner) said.push("owner:me");
  if (state.from && state.to) said.push(`@timestamp:[${state.from} TO ${state.to}]`);
  if (state.q) said.push(state.q);
  return said.join(" ");
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value;
}

const TOKEN = /@timestamp:\[(\S+) TO (\S+)\]|(\w+):(?:"((?:[^"\\]|\\.)*)"|(\S+))|"(?:[^"\\]|\\.)*"|\S+/g;

/** The state that a text of the search bar means. View, order and range stay as they are. */
export function readBar(text: string, state: QueueState): QueueState {
  const said: Record<string, unknown> = {};
  const words: string[] = [];
  for (const hit of text.matchAll(TOKEN)) {
    const [whole, from, to, name, inQuotes, plain] = hit;
    const value = inQuotes?.replaceAll('\\"', '"') ?? plain;
    if (from && to) Object.assign(said, { from, to });
    else if (name && value && ([...FIELDS, "status"] as string[]).includes(name)) said[name] = value;
    else words.push(whole);
  }
  if (words.length > 0) said.q = words.join(" ");
  const view = viewOf(said, state.view);
  if (view && VIEW_FILTERS[view].status === said.status) delete said.status;
  if (view === "mine" && said.owner === "me") delete said.owner;
  const { sort, range, peek } = state;
  return { ...readQueue(said), view: view === "open" ? undefined : view, sort, range, peek };
}

/** The view stays unless the text says another status. */
function viewOf(said: Record<string, unknown>, view: View | undefined): View | undefined {
  const status = said.status;
  if (status === "closed" || status === "escalated") return status;
  if (view === "mine" && said.owner !== "me") return undefined;
  return view && VIEW_FILTERS[view].status === "open" ? view : undefined;
}

/** Adds a value to a facet or takes it away; facets with one value replace it. */
export function toggled(state: QueueState, facet: keyof QueueState, value: string): QueueState {
  if (facet === "severity") {
    return { ...state, severity: flip(state.severity, value as Severity) };
  }
  if (facet === "status") return { ...state, status: flip(state.status, value as AlertStatus) };
  return { ...state, [facet]: state[facet] === value ? undefined : value };
}

function flip<T>(list: readonly T[] | undefined, value: T): T[] | undefined {
  const next = list?.includes(value) ? list.filter((one) => one !== value) : [...(list ?? []), value];
  return next.length > 0 ? next : undefined;
}
