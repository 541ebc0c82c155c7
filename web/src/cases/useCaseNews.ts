/** What happened since the list was loaded: rows that are shown change in place, others wait behind "3 new". */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { answer, api } from "@/api/client";
import type { Case } from "@/api/types";
import { useLive } from "@/live/live";
import { patchCase } from "./actions";
import type { CaseFilter } from "./filter";
import { readCase } from "./queries";

/** Shown rows that are read again at once; more than that wait for the reload. */
const READ = 20;
/** Latest cases that are looked at for new ones. */
const LOOKED_AT = 100;
/** How often that is done, in ms. */
const CALM_MS = 1_000;

/** How many cases a list has not seen: those of the latest that changed after it was loaded. Pure. */
export function countUnseen(
  latest: readonly Pick<Case, "number" | "updated_at">[],
  shown: ReadonlySet<string>,
  loaded: number,
): number {
  const unseen = (one: Pick<Case, "number" | "updated_at">) => !shown.has(String(one.number));
  return latest.filter((one) => unseen(one) && Date.parse(one.updated_at) >= loaded).length;
}

/** How many cases wait. `shown`: the numbers on the list; `loaded`: when it was loaded, by the server's clock. */
export function useCaseNews(filter: CaseFilter, shown: ReadonlySet<string>, loaded: number): number {
  const cache = useQueryClient();
  const [waiting, setWaiting] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ filter, shown, loaded });
  latest.current = { filter, shown, loaded };

  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading of the list knows them all
  useEffect(() => {
    setWaiting(0);
    clearTimeout(timer.current);
    timer.current = undefined;
  }, [loaded]);

  const look = useCallback(async () => {
    timer.current = undefined;
    const asked = latest.current;
    const query = { ...asked.filter, sort: "updated", limit: LOOKED_AT };
    const page = await answer(api.GET("/api/v1/cases", { params: { query } })).catch(() => null);
    if (!page || latest.current.loaded !== asked.loaded) return;
    setWaiting(countUnseen(page.items, latest.current.shown, asked.loaded));
  }, []);

  const soon = () => {
    timer.current ??= setTimeout(look, CALM_MS);
  };
  useLive("cases", (numbers) => {
    const known = numbers.filter((number) => latest.current.shown.has(number));
    for (const number of known.slice(0, READ)) {
      readCase(Number(number)).then(
        (one) => patchCase(cache, one),
        // Out of reach: the row stays as it was read; the dot in the bar says that it may be old.
        () => {},
      );
    }
    if (known.length < numbers.length) soon();
  });
  useLive("reload", soon);
  useEffect(() => () => clearTimeout(timer.current), []);
  return waiting;
}
