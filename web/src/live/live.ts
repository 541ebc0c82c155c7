/**
 * The live feed: one connection per browser. The tab that holds the lock reads it and tells the others; it carries
 * ids, never records.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export type Topic = "alerts" | "cases" | "sources" | "rules" | "reload";
const TOPICS: readonly Topic[] = ["alerts", "cases", "sources", "rules", "reload"];

/** `live`: every change arrives. `down`: nothing does, and the console says so. */
export type LiveState = "connecting" | "live" | "down";

type Message =
  | { kind: "notice"; topic: Topic; ids: string[] }
  | { kind: "state"; state: LiveState }
  | { kind: "hello" };

type Listener = (ids: string[]) => void;

const listeners = new Map<Topic, Set<Listener>>();
const watchers = new Set<() => void>();
let state: LiveState = "connecting";
let channel: BroadcastChannel | null = null;
let leading = false;
let stop: (() => void) | null = null;

function setState(next: LiveState): void {
  if (state === next) return;
  // Whatever happened while nobody listened was missed.
  if (state === "down" && next === "live") deliver("reload", []);
  state = next;
  for (const watcher of watchers) watcher();
}

function deliver(topic: Topic, ids: string[]): void {
  for (const listener of listeners.get(topic) ?? []) listener(ids);
}

function send(message: Message): void {
  channel?.postMessage(message);
}

/** The ids of a notice; anything else means "something changed". */
export function readIds(data: unknown): string[] {
  try {
    const said: unknown = JSON.parse(String(data));
    const ids = (said as { ids?: unknown } | null)?.ids;
    return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** Reads the feed until the answer is called. */
function lead(whenRefused: () => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const become = (next: LiveState) => {
    setState(next);
    send({ kind: "state", state: next });
  };
  const connect = () => {
    source = new EventSource("/api/v1/live");
    source.onopen = () => become("live");
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        const ids = readIds(event.data);
        deliver(topic, ids);
        send({ kind: "notice", topic, ids });
      });
    }
    source.onerror = () => {
      // A server that closes the feed may have ended the session: this is found out at once, not at the next try.
      if (!over && (state === "live" || source?.readyState === EventSource.CLOSED)) whenRefused();
      become("down");
      // The browser tries again by itself unless the server refused.
      if (source?.readyState === EventSource.CLOSED && !over) retry = setTimeout(connect, 3_000);
    };
  };
  leading = true;
  connect();
  return () => {
    over = true;
    leading = false;
    clearTimeout(retry);
    source?.close();
  };
}

/** Joins the feed; the answer leaves it. `whenRefused`: the feed broke or was refused, so the session may be over. */
export function joinLive(whenRefused: () => void): () => void {
  stop?.();
  const aborted = new AbortController();
  let leave: (() => void) | undefined;
  channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("wf.live");
  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.kind === "notice") deliver(data.topic, data.ids);
    if (data.kind === "state") setState(data.state);
    if (data.kind === "hello" && leading) send({ kind: "state", state });
  });
  if (navigator.locks && channel) {
    send({ kind: "hello" });
    let first = true;
    navigator.locks
      .request("wf.live", { signal: aborted.signal }, () => {
        // Taking over from another tab: what came in between is unknown.
        if (!first) deliver("reload", []);
        leave = lead(whenRefused);
        return new Promise<void>((resolve) => aborted.signal.addEventListener("abort", () => resolve()));
      })
      .catch((fault: unknown) => {
        if (!aborted.signal.aborted) throw fault;
      });
    setTimeout(() => {
      first = false;
    }, 500);
  } else {
    leave = lead(whenRefused);
  }
  stop = () => {
    leave?.();
    aborted.abort();
    channel?.close();
    channel = null;
    state = "connecting";
    stop = null;
  };
  return stop;
}

/** Calls `listener` with the ids that changed, while the component is there. */
export function useLive(topic: Topic, listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call: Listener = (ids) => latest.current(ids);
    const all = listeners.get(topic) ?? new Set();
    listeners.set(topic, all.add(call));
    return () => {
      all.delete(call);
    };
  }, [topic]);
}

/** Whether the feed stands. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (call) => {
      watchers.add(call);
      return () => watchers.delete(call);
    },
    () => state,
    () => state,
  );
}
