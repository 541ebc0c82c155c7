/** What happened since a list was loaded: rows that are shown change in place, others wait behind "37 new". */
import { useCallback, useEffect, useRef, useState } from "react";
import { type Topic, useLive } from "./live";

/** Shown rows that are read again at once; more than that wait for the reload. */
const READ = 20;
/** How often new ones are counted, in ms. */
const CALM_MS = 1_000;

interface Waiting {
  topic: Topic;
  /** When the list was loaded, by the server's clock. */
  loaded: number;
  /** The ids on the list. */
  shown: ReadonlySet<string>;
  /** Reads a shown row again and puts it in its place. */
  refresh: (id: string) => Promise<unknown>;
  /** How many wait; null where it cannot be said now. */
  count: () => Promise<number | null>;
}

/** How many records wait for the next reading of the list. */
export function useWaiting(list: Waiting): number {
  const [waiting, setWaiting] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(list);
  latest.current = list;
  const { topic, loaded } = list;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading of the list knows them all
  useEffect(() => {
    setWaiting(0);
    clearTimeout(timer.current);
    timer.current = undefined;
  }, [loaded]);

  const look = useCallback(async () => {
    timer.current = undefined;
    const asked = latest.current;
    const found = await asked.count();
    if (found !== null && latest.current.loaded === asked.loaded) setWaiting(found);
  }, []);
  const soon = () => {
    timer.current ??= setTimeout(look, CALM_MS);
  };
  useLive(topic, (ids) => {
    const known = ids.filter((id) => latest.current.shown.has(id));
    // One that is gone or out of reach stays as it was read; whoever opens it is told what is wrong.
    for (const id of known.slice(0, READ)) latest.current.refresh(id).catch(() => {});
    if (known.length < ids.length) soon();
  });
  useLive("reload", soon);
  useEffect(() => () => clearTimeout(timer.current), []);
  return waiting;
}
