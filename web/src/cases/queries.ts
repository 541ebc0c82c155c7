/** What the case screens ask the server. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";
import type { Alert, Case, EventDetail, Evidence, JournalItem, Note, Page, TimelineEntry } from "@/api/types";
import { SEVERITIES } from "@/design/shapes";
import type { Fact } from "./answers";
import type { CaseFilter } from "./filter";
import { VIEW_FILTERS } from "./filter";
import type { View } from "./state";

/** Records of a page. */
const PAGE = 200;
/** Alerts whose events are read for the five answers. */
const ALERTS_READ = 40;
/** Events beyond those of alerts that are read for them. */
const EVENTS_READ = 40;

/** The pages of the list as the cache has them. */
export type CasePages = InfiniteData<Page<Case>, string | null>;

/** Where lists of cases are kept: not under the live topic, so that no row moves by itself. */
export const CASE_TABLE = "case-table";

/** The list, page after page. `epoch` is when it was asked for; another epoch is another reading. */
export function useCases(filter: CaseFilter, epoch: number) {
  return useInfiniteQuery({
    queryKey: [CASE_TABLE, filter, epoch],
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/cases", {
          params: { query: { ...filter, limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<Case>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Rows change when the person asks, not by themselves.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** How many cases each view holds. */
export function useCaseCounts() {
  return useQuery({
    queryKey: keys.caseList({ counts: true }),
    queryFn: async () => {
      const views = Object.keys(VIEW_FILTERS) as View[];
      const totals = await Promise.all(
        views.map((view) =>
          answer(api.GET("/api/v1/cases", { params: { query: { ...VIEW_FILTERS[view], limit: 1 } } })),
        ),
      );
      return Object.fromEntries(views.map((view, at) => [view, totals[at]?.total ?? 0])) as Record<
        View,
        number
      >;
    },
  });
}

/** Reads one case past the cache. */
export async function readCase(number: number): Promise<Case> {
  return (await answer(api.GET("/api/v1/cases/{number}", { params: { path: { number } } }))) as Case;
}

export function useCase(number: number) {
  return useQuery({
    queryKey: keys.case(number),
    queryFn: () => readCase(number),
    enabled: Number.isSafeInteger(number) && number > 0,
  });
}

export function useTimeline(number: number) {
  return useQuery({
    queryKey: keys.casePart(number, "timeline"),
    queryFn: async () => {
      const page = await answer(api.GET("/api/v1/cases/{number}/timeline", { params: { path: { number } } }));
      return page.items as TimelineEntry[];
    },
  });
}

/** The alerts of a case, worst first. */
export function useCaseAlerts(number: number) {
  return useQuery({
    queryKey: keys.casePart(number, "alerts"),
    queryFn: async () => {
      const page = await answer(api.GET("/api/v1/cases/{number}/alerts", { params: { path: { number } } }));
      const rank = (alert: Alert) => SEVERITIES.indexOf(alert.severity);
      return (page.items as Alert[]).sort(
        (a, b) => rank(a) - rank(b) || Date.parse(a.first_seen) - Date.parse(b.first_seen),
      );
    },
  });
}

export function useEvidence(number: number) {
  return useInfiniteQuery({
    queryKey: keys.casePart(number, "evidence"),
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/cases/{number}/evidence", {
          params: { path: { number }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<Evidence>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useCaseNotes(number: number) {
  return useInfiniteQuery({
    queryKey: keys.casePart(number, "notes"),
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/cases/{number}/notes", {
          params: { path: { number }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<Note>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** The journal, newest first. */
export function useCaseHistory(number: number) {
  return useInfiniteQuery({
    queryKey: keys.casePart(number, "history"),
    queryFn: async ({ pageParam }) =>
      await answer(
        api.GET("/api/v1/cases/{number}/history", {
          params: { path: { number }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** The newest entries of the journal past the cache: who was quicker. */
export async function readLatest(number: number): Promise<JournalItem | undefined> {
  const page = await answer(
    api.GET("/api/v1/cases/{number}/history", { params: { path: { number }, query: { limit: 1 } } }),
  );
  return page.items[0];
}

/** The events of a case with their fields, and which alert each belongs to. */
export interface Facts {
  facts: Fact[];
  eventsOf: Map<string, string[]>;
  /** Still being read. */
  pending: boolean;
  /** Events of the evidence that were not read, or are no longer in the lake. */
  missing: number;
  fault: unknown;
}

/** Reads the events that are evidence: those of the alerts by alert, others one by one. Events do not change. */
export function useFacts(alerts: readonly Alert[] | undefined, evidence: readonly Evidence[]): Facts {
  const read = useMemo(() => (alerts ?? []).slice(0, ALERTS_READ), [alerts]);
  const byAlert = useQueries({
    queries: read.map((alert) => ({
      queryKey: [...keys.alertEvents(alert.id), alert.count],
      queryFn: async () => {
        const path = { id: alert.id };
        return (await answer(api.GET("/api/v1/alerts/{id}/events", { params: { path } }))) as unknown as {
          items: EventDetail[];
        };
      },
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => ({
      data: results.map((result) => result.data),
      pending: results.some((result) => result.isPending),
      error: results.find((result) => result.error)?.error ?? null,
    }),
  });
  const ids = useMemo(() => new Set(evidence.flatMap((piece) => piece.event ?? [])), [evidence]);
  const known = new Set(byAlert.data.flatMap((data) => data?.items.map((event) => event.id) ?? []));
  const others = byAlert.pending ? [] : [...ids].filter((id) => !known.has(id)).slice(0, EVENTS_READ);
  const single = useQueries({
    queries: others.map((id) => ({
      queryKey: keys.event(id),
      queryFn: async () =>
        (await answer(
          api.GET("/api/v1/events/{id}", { params: { path: { id } } }),
        )) as unknown as EventDetail,
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
    combine: (results) => ({
      data: results.map((result) => result.data),
      pending: results.some((result) => result.isPending),
    }),
  });
  return useMemo(() => {
    const facts = new Map<string, Fact>();
    const eventsOf = new Map<string, string[]>();
    const take = (event: EventDetail) => {
      if (ids.has(event.id)) facts.set(event.id, { id: event.id, time: event.time, fields: event.fields });
    };
    byAlert.data.forEach((data, at) => {
      const alert = read[at];
      if (!alert || !data) return;
      data.items.forEach(take);
      eventsOf.set(
        alert.id,
        data.items.map((event) => event.id).filter((id) => ids.has(id)),
      );
    });
    for (const event of single.data) if (event) take(event);
    return {
      facts: [...facts.values()],
      eventsOf,
      pending: alerts === undefined || byAlert.pending || single.pending,
      missing: ids.size - facts.size,
      fault: byAlert.error,
    };
  }, [alerts, read, ids, byAlert, single]);
}
