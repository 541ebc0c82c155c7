/** How many cases wait to be shown. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Case } from "@/api/types";
import { useWaiting } from "@/live/useWaiting";
import { patchCase } from "./actions";
import type { CaseFilter } from "./filter";
import { readCase } from "./queries";

/** Latest cases that are looked at for new ones. */
const LOOKED_AT = 100;

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
  return useWaiting({
    topic: "cases",
    loaded,
    shown,
    refresh: (number) => readCase(Number(number)).then((one) => patchCase(cache, one)),
    count: async () => {
      const query = { ...filter, sort: "updated", limit: LOOKED_AT };
      const page = await answer(api.GET("/api/v1/cases", { params: { query } })).catch(() => null);
      return page && countUnseen(page.items, shown, loaded);
    },
  });
}
