/** What Hunt asks the server. A query that is no longer wanted is given up on both sides. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";
import type { EventBucket, EventDetail, SearchTable } from "@/api/types";
import type { Stretch } from "@/design/bars";
import type { Asked } from "./state";

/** The catalogue does not change while the program runs. */
export function useFields() {
  return useQuery({
    queryKey: keys.fields,
    queryFn: () => answer(api.GET("/api/v1/search/fields")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The fields that are columns in SQL; one event tells. Undefined while there is none. */
export function useSqlColumns(wanted: boolean) {
  return useQuery({
    queryKey: [...keys.fields, "columns"],
    queryFn: async () => {
      const query = { q: "SELECT * FROM events LIMIT 1", lang: "sql", limit: 1 };
      const table = (await answer(
        api.GET("/api/v1/search", { params: { query } }),
      )) as unknown as SearchTable;
      return table.columns.map((column) => column.name);
    },
    select: (names) => (names.length > 0 ? new Set(names) : undefined),
    enabled: wanted,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The rows of a query. `run` counts the runs: the same text run again is asked again. */
export function useSearch(asked: Asked, columns: readonly string[], limit: number, run: number) {
  const { q, lang, from, to } = asked;
  const query = lang === "sql" ? { q, lang, limit } : { q, from, to, limit, columns: columns.join(",") };
  return useQuery({
    queryKey: [...keys.search(query), run],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/v1/search", { params: { query }, signal }))) as unknown as SearchTable,
    enabled: lang === "bar" || q.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** How many events match, over the whole range. Only the bar has it. */
export function useEventHistogram(asked: Asked, buckets: number, run: number) {
  const { q, lang, from, to } = asked;
  const query = { q, from, to, buckets };
  return useQuery({
    queryKey: [...keys.searchHistogram(query), run],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/v1/search/histogram", { params: { query }, signal })))
        .buckets as unknown as EventBucket[],
    select: stretches,
    enabled: lang === "bar",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

function stretches(buckets: readonly EventBucket[]): Stretch[] {
  return buckets.map(({ from, to, count }) => ({ from, to, counts: [count] }));
}

/** One event with all that it says; events do not change. */
export function useEvent(id: string | null) {
  return useQuery({
    queryKey: keys.event(id ?? ""),
    queryFn: async () =>
      (await answer(
        api.GET("/api/v1/events/{id}", { params: { path: { id: id ?? "" } } }),
      )) as unknown as EventDetail,
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Time on either side of an event that is shown around it, in ms. */
const AROUND_MS = 2 * 60_000;

/** What else the same machine said shortly before and after. */
export function useAround(term: string | null, time: string, columns: readonly string[]) {
  const at = Date.parse(time);
  const query = {
    q: term ?? "",
    from: new Date(at - AROUND_MS).toISOString(),
    to: new Date(at + AROUND_MS).toISOString(),
    limit: 500,
    columns: columns.join(","),
  };
  return useQuery({
    queryKey: keys.search(query),
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/v1/search", { params: { query }, signal }))) as unknown as SearchTable,
    enabled: term !== null,
    retry: false,
  });
}
