/** The registry of this tab, bound to the document, and how a component joins it. */
import { useEffect, useRef } from "react";
import { settings } from "@/shell/settings";
import { type Binding, isTyping, KeyRegistry, LEVEL, ownsEnter, spell } from "./registry";

export const registry = new KeyRegistry(settings);

/** Listens on the document. Called once. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = spell(event);
    if (key === "Shift" || key.endsWith("+Shift") || key === "Control" || key === "Alt" || key === "Meta")
      return;
    if ((key === "Enter" || key === "Space") && ownsEnter(event.target)) return;
    const found = registry.find(key, isTyping(event.target), performance.now());
    if (!found) return;
    event.preventDefault();
    if (found !== "waiting") found.run(event);
  });
}

interface Place {
  /** The heading in the help. */
  title: string;
  level?: keyof typeof LEVEL;
  /** A dialog: nothing below it is asked. */
  closed?: boolean;
}

/** Gives keys a meaning while the component is there. `bindings` may change at every render. */
export function useKeys(
  { title, level = "screen", closed = false }: Place,
  bindings: readonly Binding[],
): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(
    () => registry.add({ title, level: LEVEL[level], closed, bindings: () => latest.current }),
    [title, level, closed],
  );
}
