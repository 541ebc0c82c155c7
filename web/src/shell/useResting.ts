/** The URL names the record under the cursor once the cursor rests. */
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** How long it rests before, in ms. */
const REST_MS = 300;

/**
 * Calls `write` when `at` has rested and is not what the URL names. Never on the way to another screen: the URL is that
 * screen's already while its code is still being loaded, and writing would come back from there.
 */
export function useResting(at: string | null, named: string | undefined, write: (at: string) => void): void {
  const router = useRouter();
  const here = useRef(router.latestLocation.pathname);
  const latest = useRef(write);
  latest.current = write;
  useEffect(() => {
    if (at === null || at === named) return;
    const timer = setTimeout(() => {
      if (router.latestLocation.pathname === here.current) latest.current(at);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [at, named, router]);
}
