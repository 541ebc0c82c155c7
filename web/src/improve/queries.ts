/** What the rules screen asks the server. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";
import type {
  ImportReport,
  Page,
  RuleCoverage,
  RuleDetail,
  RuleFacets,
  RuleRefusal,
  RuleRow,
} from "@/api/types";
import type { RuleFilter } from "./state";

/** Records of a page. */
const PAGE = 200;
/** How often counts are read again, in ms: a match is no change of a rule, so the feed does not tell. */
const COUNTS_MS = 60_000;

/** The list, page after page. */
export function useRules(filter: RuleFilter) {
  return useInfiniteQuery({
    queryKey: keys.ruleList(filter),
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/rules", {
          params: { query: { ...filter, limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<RuleRow>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useRuleFacets(filter: RuleFilter) {
  return useQuery({
    queryKey: keys.ruleFacets(filter),
    queryFn: async () =>
      (await answer(api.GET("/api/v1/rules/facets", { params: { query: filter } }))) as RuleFacets,
    placeholderData: keepPreviousData,
  });
}

export function useRule(id: string) {
  return useQuery({
    queryKey: keys.rule(id),
    queryFn: async () =>
      (await answer(api.GET("/api/v1/rules/{id}", { params: { path: { id } } }))) as unknown as RuleDetail,
    refetchInterval: COUNTS_MS,
  });
}

export function useCoverage() {
  return useQuery({
    queryKey: keys.ruleCoverage,
    queryFn: async () => (await answer(api.GET("/api/v1/rules/coverage"))) as RuleCoverage,
    refetchInterval: COUNTS_MS,
  });
}

/** What does not load. */
export function useRefused() {
  return useInfiniteQuery({
    queryKey: keys.ruleRefused,
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/rules/refused", {
          params: { query: { limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<RuleRefusal>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** Sends a file of rules; `dryRun`: only says what it would change. */
export async function importRules(file: Blob, source: string, dryRun: boolean): Promise<ImportReport> {
  return (await answer(
    api.POST("/api/v1/rules/import", {
      params: { query: { source, dry_run: dryRun } },
      headers: { "Content-Type": "application/octet-stream" },
      // The document knows bytes as a list of numbers; the wire knows them as they are.
      body: file as unknown as number[],
      bodySerializer: (body: unknown) => body as Blob,
    }),
  )) as ImportReport;
}

/** Takes an imported source away; without a reason it only says what would change. */
export async function removeSource(source: string, reason: string | null): Promise<ImportReport> {
  return (await answer(
    api.POST("/api/v1/rules/sources/{source}/remove", {
      params: { path: { source }, query: { dry_run: reason === null } },
      body: { reason: reason ?? "" },
    }),
  )) as ImportReport;
}
