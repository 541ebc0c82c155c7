/** What the queue asks the server. */
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";

/** How many alerts each view holds; `open` is also the number on the rail. */
export function useCounts() {
  return useQuery({
    queryKey: keys.alertCounts,
    queryFn: async () => {
      const count = async (query: { status?: string; owner?: string }) =>
        (await answer(api.GET("/api/v1/alerts", { params: { query: { ...query, limit: 1 } } }))).total ?? 0;
      const [open, mine, escalated] = await Promise.all([
        count({ status: "open" }),
        count({ status: "open", owner: "me" }),
        count({ status: "escalated" }),
      ]);
      return { open, mine, escalated };
    },
  });
}
