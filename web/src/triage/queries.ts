/** What the queue asks the server. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
} from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";
import type { Alert, AlertExplanation, Entity, Page } from "@/api/types";
import { now } from "@/design/clock";
import { type AlertFilter, DUE_MS } from "./filter";

/** Alerts of a page. */
const PAGE = 200;
/** Alerts that are counted one by one for "due in 30 min". */
const COUNTED = 100;

/** The pages of a list as the cache has them. */
export type AlertPages = InfiniteData<Page<Alert>, string | null>;

/** How many alerts each view holds; `open` is also the number on the rail. */
export function useCounts() {
  return useQuery({
    queryKey: keys.alertCounts,
    queryFn: async () => {
      const page = (query: AlertFilter & { limit: number }) =>
        answer(api.GET("/api/v1/alerts", { params: { query } }));
      const [open, mine, escalated, next] = await Promise.all([
        page({ status: "open", limit: 1 }),
        page({ status: "open", owner: "me", limit: 1 }),
        page({ status: "escalated", limit: 1 }),
        page({ status: "open", sort: "due", limit: COUNTED }),
      ]);
      const until = now() + DUE_MS;
      return {
        open: open.total ?? 0,
        mine: mine.total ?? 0,
        escalated: escalated.total ?? 0,
        due: next.items.filter((alert) => Date.parse(alert.due_at) <= until).length,
      };
    },
  });
}

/** The list: page after page. `epoch` is when it was asked for; another epoch is another reading. */
export function useAlerts(filter: AlertFilter, epoch: number) {
  return useInfiniteQuery({
    queryKey: keys.alertList({ ...filter, epoch }),
    queryFn: async ({ pageParam }) =>
      (await answer(
        api.GET("/api/v1/alerts", {
          params: { query: { ...filter, limit: PAGE, cursor: pageParam ?? undefined } },
        }),
      )) as Page<Alert>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Rows change when the person asks, not by themselves.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

export function useFacets(filter: AlertFilter) {
  return useQuery({
    queryKey: keys.alertFacets(filter),
    queryFn: () => answer(api.GET("/api/v1/alerts/facets", { params: { query: filter } })),
    placeholderData: keepPreviousData,
  });
}

/** The bars over the whole range: the brush picks from them, so it is not part of the question. */
export function useHistogram(filter: AlertFilter, buckets: number) {
  return useQuery({
    queryKey: keys.alertHistogram({ ...filter, buckets }),
    queryFn: () => answer(api.GET("/api/v1/alerts/histogram", { params: { query: { ...filter, buckets } } })),
    placeholderData: keepPreviousData,
  });
}

/** One alert, newer than the list's. */
export function useAlert(id: string, known?: Alert) {
  return useQuery({
    queryKey: keys.alert(id),
    queryFn: () => readAlert(id),
    placeholderData: known,
  });
}

/** Reads one alert past the cache. */
export async function readAlert(id: string): Promise<Alert> {
  return (await answer(api.GET("/api/v1/alerts/{id}", { params: { path: { id } } }))) as Alert;
}

export function useExplanation(id: string) {
  return useQuery({
    queryKey: keys.alertExplain(id),
    queryFn: async () =>
      (await answer(
        api.GET("/api/v1/alerts/{id}/explain", { params: { path: { id } } }),
      )) as AlertExplanation,
  });
}

export function useNotes(id: string) {
  return useQuery({
    queryKey: keys.alertNotes(id),
    queryFn: () => answer(api.GET("/api/v1/alerts/{id}/notes", { params: { path: { id } } })),
  });
}

export function useHistory(id: string) {
  return useQuery({
    queryKey: keys.alertHistory(id),
    queryFn: () => answer(api.GET("/api/v1/alerts/{id}/history", { params: { path: { id } } })),
  });
}

/** The filter that finds the alerts about an entity. */
export function aboutEntity(entity: Entity): Pick<AlertFilter, "host" | "user" | "q"> {
  if (entity.kind === "host") return { host: entity.value };
  if (entity.kind === "user") return { user: entity.value };
  return { q: entity.value };
}

/** How many alerts last seen from `from` until `to` are about each entity, closed ones included. */
export function useEntityCounts(
  entities: readonly Entity[],
  from: string,
  to: string,
): (number | undefined)[] {
  return useQueries({
    queries: entities.map((entity) => ({
      queryKey: [...keys.alerts, "about", entity.kind, entity.value, from, to],
      queryFn: async () => {
        const query = { ...aboutEntity(entity), status: "open,closed", from, to, limit: 1 };
        return (await answer(api.GET("/api/v1/alerts", { params: { query } }))).total ?? 0;
      },
      staleTime: 60_000,
    })),
    combine: (results) => results.map((result) => result.data),
  });
}
