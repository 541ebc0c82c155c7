/** From the state of the list to what the server is asked, and to the text of the search bar and back. Pure. */
import type { Person } from "@/api/types";
import { type CasesState, readCases, STATES, type View } from "./state";

/** The parameters of `/cases`. */
export interface CaseFilter {
  status?: string;
  severity?: string;
  owner?: string;
  q?: string;
  sort?: string;
}

/** What a view means before anything narrows it. */
export const VIEW_FILTERS: Record<View, { status: string; owner?: string }> = {
  open: { status: "open" },
  mine: { status: "open", owner: "me" },
  unowned: { status: "open", owner: "none" },
  closed: { status: "closed" },
  all: { status: "all" },
};

/** What the server is asked. */
export function filterOf(state: CasesState): CaseFilter {
  const view = VIEW_FILTERS[state.view ?? "open"];
  return {
    status: state.status?.join(",") ?? view.status,
    severity: state.severity?.join(","),
    owner: state.owner ?? view.owner,
    q: state.q,
    sort: state.sort ?? "updated",
  };
}

/** Whether more than the view narrows the list. */
export function isNarrowed(state: CasesState): boolean {
  const { status, severity, owner, q } = state;
  return [status, severity, owner, q].some((part) => part !== undefined);
}

/** The same view without what narrows it. */
export function widened(state: CasesState): CasesState {
  return { view: state.view, sort: state.sort };
}

/** The search bar's text for a state: `status:open owner:m.lindqvist phishing`. */
export function barText(state: CasesState, people: readonly Person[]): string {
  const view = VIEW_FILTERS[state.view ?? "open"];
  const said = [`status:${state.status?.join(",") ?? view.status}`];
  const owner = state.owner ?? view.owner;
  if (owner) said.push(`owner:${people.find((person) => person.id === owner)?.name ?? owner}`);
  if (state.severity) said.push(`severity:${state.severity.join(",")}`);
  if (state.q) said.push(state.q);
  return said.join(" ");
}

const TOKEN = /(status|owner|severity):(\S+)|\S+/g;

/** The state that a text of the search bar means. The order stays as it is; the view is the one that fits. */
export function readBar(text: string, state: CasesState, people: readonly Person[]): CasesState {
  const said: Record<string, unknown> = {};
  const words: string[] = [];
  for (const [whole, name, value] of text.matchAll(TOKEN)) {
    if (name && value) said[name] = value;
    else words.push(whole);
  }
  if (words.length > 0) said.q = words.join(" ");
  const wanted = said.owner as string | undefined;
  const owner =
    people.find((person) => person.name.toLowerCase() === wanted?.toLowerCase())?.id ?? wanted?.toLowerCase();
  const status = (said.status as string | undefined) ?? "open";
  const view = (Object.keys(VIEW_FILTERS) as View[]).find(
    (one) => VIEW_FILTERS[one].status === status && VIEW_FILTERS[one].owner === owner,
  );
  const fits =
    view ?? (Object.keys(VIEW_FILTERS) as View[]).find((one) => VIEW_FILTERS[one].status === status);
  const read = readCases({ ...said, owner });
  return {
    ...read,
    view: fits === "open" ? undefined : (fits ?? (read.status?.includes("closed") ? "all" : undefined)),
    status: fits ? undefined : read.status,
    owner: view ? undefined : owner,
    sort: state.sort,
  };
}

/** Adds a value to a filter or takes it away. A status beyond the view leaves it for the view that holds all. */
export function toggled(
  state: CasesState,
  facet: "status" | "severity" | "owner",
  value: string,
): CasesState {
  const next: CasesState = { ...state, case: undefined };
  if (facet === "owner") {
    next.owner = state.owner === value ? undefined : value;
    if (next.owner && (state.view === "mine" || state.view === "unowned")) next.view = undefined;
    return next;
  }
  const old: readonly string[] = state[facet] ?? [];
  const list = old.includes(value) ? old.filter((one) => one !== value) : [...old, value];
  const read = readCases({ [facet]: list });
  if (facet === "severity") return { ...next, severity: read.severity };
  next.status = read.status;
  if (read.status?.includes("closed") && state.view !== "closed") next.view = "all";
  if (read.status?.some((one) => one !== STATES.at(-1)) && state.view === "closed") next.view = "all";
  return next;
}
