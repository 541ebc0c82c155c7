/** How many alerts wait to be shown. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Alert } from "@/api/types";
import { useWaiting } from "@/live/useWaiting";
import { patchAlert } from "./actions";
import type { AlertFilter } from "./filter";
import { readAlert } from "./queries";

/** Latest alerts that are looked at for new ones. */
const LOOKED_AT = 100;

/** How many alerts a list has not seen: those of the latest that were raised after it was loaded. Pure. */
export function countNew(
  latest: readonly Pick<Alert, "id" | "created_at">[],
  shown: ReadonlySet<string>,
  loaded: number,
) {
  return latest.filter((alert) => !shown.has(alert.id) && Date.parse(alert.created_at) >= loaded).length;
}

/**
 * How many new alerts wait. `shown`: the ids on the list; `loaded`: when it was loaded, by the server's clock;
 * `total`: how many it had in all.
 */
export function useNewcomers(
  filter: AlertFilter,
  shown: ReadonlySet<string>,
  loaded: number,
  total: number,
): number {
  const cache = useQueryClient();
  return useWaiting({
    topic: "alerts",
    loaded,
    shown,
    refresh: (id) => readAlert(id).then((alert) => patchAlert(cache, alert)),
    count: async () => {
      const query = { ...filter, sort: "last_seen", limit: LOOKED_AT };
      const page = await answer(api.GET("/api/v1/alerts", { params: { query } })).catch(() => null);
      return page && Math.max(countNew(page.items, shown, loaded), (page.total ?? 0) - total, 0);
    },
  });
}
