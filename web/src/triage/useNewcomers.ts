/** What happened since the list was loaded: rows that are shown change in place, others wait behind "37 new". */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { answer, api } from "@/api/client";
import type { Alert } from "@/api/types";
import { useLive } from "@/live/live";
import { patchAlert } from "./actions";
import type { AlertFilter } from "./filter";
import { readAlert } from "./queries";

/** Shown rows that are read again at once; more than that wait for the reload. */
const READ = 20;
/** Latest alerts that are looked at for new ones. */
const LOOKED_AT = 100;
/** How often that is done, in ms. */
const CALM_MS = 1_000;

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
  const [waiting, setWaiting] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ filter, shown, loaded, total });
  latest.current = { filter, shown, loaded, total };

  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading of the list knows them all
  useEffect(() => {
    setWaiting(0);
    clearTimeout(timer.current);
    timer.current = undefined;
  }, [loaded]);

  const look = useCallback(async () => {
    timer.current = undefined;
    const asked = latest.current;
    const query = { ...asked.filter, sort: "last_seen", limit: LOOKED_AT };
    const page = await answer(api.GET("/api/v1/alerts", { params: { query } })).catch(() => null);
    if (!page || latest.current.loaded !== asked.loaded) return;
    const found = countNew(page.items, latest.current.shown, asked.loaded);
    setWaiting(Math.max(found, (page.total ?? 0) - latest.current.total, 0));
  }, []);

  useLive("alerts", (ids) => {
    const known = ids.filter((id) => latest.current.shown.has(id));
    for (const id of known.slice(0, READ)) {
      readAlert(id).then(
        (alert) => patchAlert(cache, alert),
        // Gone or out of reach: the row stays as it was read, and the peek says what is wrong.
        () => {},
      );
    }
    if (known.length < ids.length) timer.current ??= setTimeout(look, CALM_MS);
  });
  useLive("reload", () => {
    timer.current ??= setTimeout(look, CALM_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return waiting;
}
