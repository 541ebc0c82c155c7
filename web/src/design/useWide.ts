/** Whether the window is at least so wide. */
import { useSyncExternalStore } from "react";

export function useWide(px: number): boolean {
  const query = `(min-width: ${px}px)`;
  return useSyncExternalStore(
    (call) => {
      const media = matchMedia(query);
      media.addEventListener("change", call);
      return () => media.removeEventListener("change", call);
    },
    () => matchMedia(query).matches,
    () => true,
  );
}
