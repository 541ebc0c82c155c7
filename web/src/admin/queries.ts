/** What the floor's administration asks the server. */
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/query";

/** Every source with its counters and whether it reports. */
export function useSources() {
  return useQuery({
    queryKey: keys.sources,
    queryFn: () => answer(api.GET("/api/v1/sources")),
    refetchInterval: 60_000,
  });
}
