/** The search bar belongs to the shell; the screen says what is in it and what Enter does. */
import { useEffect, useSyncExternalStore } from "react";

export interface BarContent {
  /** The text that the screen's state amounts to. */
  value: string;
  placeholder: string;
  submit: (text: string) => void;
  /** The key is that of another field of the screen. */
  keyless?: boolean;
}

let content: BarContent | null = null;
const listeners = new Set<() => void>();
let field: HTMLInputElement | null = null;

function set(next: BarContent | null): void {
  content = next;
  for (const listener of listeners) listener();
}

/** Fills the bar while the screen is there. `submit` should be stable, or depend on the value. */
export function useBar(
  value: string,
  placeholder: string,
  submit: (text: string) => void,
  keyless = false,
): void {
  useEffect(() => set({ value, placeholder, submit, keyless }), [value, placeholder, submit, keyless]);
  useEffect(() => () => set(null), []);
}

/** What the bar holds now; null where the screen has no use for it. */
export function useBarContent(): BarContent | null {
  return useSyncExternalStore(
    (call) => {
      listeners.add(call);
      return () => listeners.delete(call);
    },
    () => content,
    () => content,
  );
}

/** The field itself, for `/`. */
export function holdBar(input: HTMLInputElement | null): void {
  field = input;
}

export function focusBar(): void {
  field?.focus();
  field?.select();
}
