/** What a person chose for this browser: kept in local storage, shared by its tabs. */
import { useSyncExternalStore } from "react";
import type { Zone } from "@/design/clock";

export interface Settings {
  theme: "system" | "dark" | "light" | "hc";
  density: "compact" | "comfortable";
  zone: Zone;
  /** Single-key shortcuts (WCAG 2.1.4). Keys with Ctrl, Enter, Escape and arrows work always. */
  shortcuts: boolean;
  /** Other keys for a binding, by its id. */
  remapped: Record<string, string>;
  /** Width of the peek panel in px. */
  peek: number;
}

const DEFAULTS: Settings = {
  theme: "system",
  density: "compact",
  zone: "utc",
  shortcuts: true,
  remapped: {},
  peek: 564,
};

const STORE = "wf.settings";

function read(): Settings {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return typeof saved === "object" && saved !== null ? { ...DEFAULTS, ...saved } : DEFAULTS;
  } catch {
    // Storage that is closed or spoilt means the defaults; the console works without it.
    return DEFAULTS;
  }
}

let current = read();
const listeners = new Set<() => void>();

function tell(): void {
  apply();
  for (const listener of listeners) listener();
}

/** The theme that is shown: `system` follows the browser. */
export function shownTheme(theme: Settings["theme"]): "dark" | "light" | "hc" {
  if (theme !== "system") return theme;
  if (matchMedia("(prefers-contrast: more)").matches) return "hc";
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

function apply(): void {
  const root = document.documentElement;
  root.dataset.theme = shownTheme(current.theme);
  root.dataset.density = current.density;
}

/** Changes settings and keeps them. */
export function choose(change: Partial<Settings>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORE, JSON.stringify(current));
  } catch {
    // Not kept; in force for this tab all the same.
  }
  tell();
}

/** The settings, outside of components. */
export function settings(): Settings {
  return current;
}

function subscribe(call: () => void): () => void {
  listeners.add(call);
  return () => listeners.delete(call);
}

/** The settings; renders again when they change. */
export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings, settings);
}

/** Follows other tabs and the browser's own preferences. */
export function watchSettings(): void {
  addEventListener("storage", (event) => {
    if (event.key !== STORE) return;
    current = read();
    tell();
  });
  for (const query of ["(prefers-color-scheme: light)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", tell);
  }
  apply();
}
