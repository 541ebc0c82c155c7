/** Whether the panel is open: at once for who pressed the key, and in the URL a moment later. */
import { useEffect, useState } from "react";
import type { HuntState } from "./state";

/** `usual`: what the width suggests, which the URL need not say. `store` writes to the URL. */
export function usePeek(
  said: HuntState["peek"],
  usual: boolean,
  store: (peek: HuntState["peek"]) => void,
): [boolean, (open: boolean) => void] {
  const [ahead, setAhead] = useState<boolean | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever the URL says next is in force
  useEffect(() => setAhead(null), [said, usual]);
  const set = (open: boolean) => {
    setAhead(open);
    store(open === usual ? undefined : open ? "on" : "off");
  };
  return [ahead ?? (said ? said === "on" : usual), set];
}
