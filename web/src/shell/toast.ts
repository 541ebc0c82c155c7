/** Messages at the foot of the screen, and the one that can be undone. */
import { useSyncExternalStore } from "react";
import { asProblem, type Problem } from "@/api/problem";

export interface Toast {
  id: number;
  text: string;
  /** When it goes, in ms since 1970. */
  until: number;
  /** Takes it back; `u` does the same. */
  undo?: () => void;
  /** Something to open. */
  open?: { label: string; run: () => void };
  problem?: Problem;
}

/** How long something can be undone. */
export const UNDO_MS = 10_000;

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(list: readonly Toast[]): void {
  toasts = list;
  for (const listener of listeners) listener();
}

/** Says something. With `undo` it stays for 10 s. */
export function say(text: string, more: { undo?: () => void; open?: Toast["open"] } = {}): number {
  const id = next++;
  const lasts_ms = more.undo ? UNDO_MS : 6_000;
  set([...toasts.slice(-2), { id, text, until: Date.now() + lasts_ms, ...more }]);
  setTimeout(() => dismiss(id), lasts_ms);
  return id;
}

/** Says that something failed, with code and request; it stays until it is dismissed. */
export function complain(text: string, fault: unknown): void {
  const problem = asProblem(fault);
  set([...toasts.slice(-2), { id: next++, text, until: Number.POSITIVE_INFINITY, problem }]);
}

export function dismiss(id: number): void {
  if (toasts.some((toast) => toast.id === id)) set(toasts.filter((toast) => toast.id !== id));
}

/** Takes back the latest that can be taken back. */
export function undoLatest(): void {
  const latest = toasts.findLast((toast) => toast.undo);
  if (!latest) return;
  dismiss(latest.id);
  latest.undo?.();
}

/** The latest failure, for Escape. */
export function dismissLatest(): boolean {
  const latest = toasts.findLast((toast) => toast.problem);
  if (latest) dismiss(latest.id);
  return latest !== undefined;
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (call) => {
      listeners.add(call);
      return () => listeners.delete(call);
    },
    () => toasts,
    () => toasts,
  );
}
