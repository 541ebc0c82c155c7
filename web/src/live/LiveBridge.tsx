/** Tells the cache what the live feed says. The queue's own list is left alone: its rows must not move by themselves. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "@/api/query";
import { joinLive, type Topic, useLive } from "./live";

/** Counts, facets and histograms follow at most this often, in ms. */
const CALM_MS = 2_000;

export function LiveBridge() {
  const cache = useQueryClient();
  useEffect(() => joinLive(() => cache.invalidateQueries({ queryKey: keys.session })), [cache]);

  const waiting = useRef(new Map<string, readonly (readonly unknown[])[]>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const soon = (...queries: (readonly unknown[])[]) => {
    for (const query of queries) waiting.current.set(JSON.stringify(query), [query]);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const due = [...waiting.current.values()].flat();
      waiting.current.clear();
      for (const queryKey of due) cache.invalidateQueries({ queryKey });
    }, CALM_MS);
  };

  useLive("alerts", (ids) => {
    soon([...keys.alerts, "facets"], [...keys.alerts, "histogram"], keys.alertCounts);
    for (const id of ids) {
      if (cache.getQueryState(keys.alert(id))) soon(keys.alert(id));
    }
  });
  useLive("cases", (ids) => {
    soon([...keys.cases, "list"]);
    for (const id of ids) soon(keys.case(Number(id)));
  });
  useLive("sources", () => soon(keys.sources));
  // The row under the cursor is found again by its id.
  useLive("rules", () => soon(keys.rules));
  useLive("reload", () => {
    for (const topic of ["cases", "sources", "rules"] satisfies Topic[]) soon([topic]);
    soon([...keys.alerts, "facets"], [...keys.alerts, "histogram"], keys.alertCounts, [
      ...keys.alerts,
      "one",
    ]);
  });
  return null;
}
