/** The cache of answers. */
import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // The live feed says what changed; a window that comes to the front has missed nothing.
      refetchOnWindowFocus: false,
      retry: (count, fault) => count < 2 && fault instanceof Problem && fault.passing,
      retryDelay: (count) => Math.min(500 * 2 ** count, 5_000),
    },
    mutations: { retry: false },
  },
});

/** The names under which answers are kept. The first word is the topic of the live feed. */
export const keys = {
  session: ["session"] as const,
  setup: ["setup"] as const,
  people: ["people"] as const,
  alerts: ["alerts"] as const,
  alertList: (filter: object) => ["alerts", "list", filter] as const,
  alertFacets: (filter: object) => ["alerts", "facets", filter] as const,
  alertHistogram: (filter: object) => ["alerts", "histogram", filter] as const,
  alertCounts: ["alerts", "counts"] as const,
  alert: (id: string) => ["alerts", "one", id] as const,
  alertExplain: (id: string) => ["alerts", "one", id, "explain"] as const,
  alertEvents: (id: string) => ["alerts", "one", id, "events"] as const,
  alertNotes: (id: string) => ["alerts", "one", id, "notes"] as const,
  alertHistory: (id: string) => ["alerts", "one", id, "history"] as const,
  cases: ["cases"] as const,
  caseList: (filter: object) => ["cases", "list", filter] as const,
  case: (number: number) => ["cases", "one", number] as const,
  casePart: (number: number, part: string) => ["cases", "one", number, part] as const,
  sources: ["sources"] as const,
  rules: ["rules"] as const,
  ruleList: (filter: object) => ["rules", "list", filter] as const,
  ruleFacets: (filter: object) => ["rules", "facets", filter] as const,
  ruleCoverage: ["rules", "coverage"] as const,
  ruleRefused: ["rules", "refused"] as const,
  rule: (id: string) => ["rules", "one", id] as const,
  /** Not under `rules`: the feed tells of the removal itself, and nothing is left to ask about then. */
  ruleRemoval: (source: string) => ["rule removal", source] as const,
  search: (query: object) => ["search", query] as const,
  searchHistogram: (query: object) => ["search", "histogram", query] as const,
  fields: ["search", "fields"] as const,
  event: (id: string) => ["event", id] as const,
  users: ["users"] as const,
  tokens: ["tokens"] as const,
};
