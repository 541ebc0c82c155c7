/** The cursor of a list: moves by keys, stays on its record when the list changes, selects. */
import { useCallback, useRef, useState } from "react";
import type { Binding } from "@/keys/registry";

export interface Cursor {
  /** The record under the cursor. */
  at: string | null;
  set: (id: string | null) => void;
  selected: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** Exactly these. */
  select: (ids: Iterable<string>) => void;
  clear: () => void;
  /** Moves off records that are about to go, to the next that stays; they are no longer selected. */
  leave: (gone: ReadonlySet<string>) => void;
  /** `j`, `k`, arrows, `x`, `Shift+J`, `Shift+K`, Home and End. */
  bindings: Binding[];
}

/** The place after removing `gone`: the next row, or the last. Pure. */
export function placeAfter(
  ids: readonly string[],
  at: string | null,
  gone: ReadonlySet<string>,
): string | null {
  const from = at === null ? 0 : Math.max(0, ids.indexOf(at));
  const next = ids.slice(from).find((id) => !gone.has(id));
  return next ?? ids.slice(0, from).findLast((id) => !gone.has(id)) ?? null;
}

/** `ids` in the order of the screen. Without `select` there is a cursor only. */
export function useCursor(
  ids: readonly string[],
  scope: string,
  initial: string | null = null,
  select = true,
): Cursor {
  const [wanted, setWanted] = useState<string | null>(initial);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const list = useRef(ids);
  list.current = ids;
  const at = wanted !== null && ids.includes(wanted) ? wanted : (ids[0] ?? null);
  const here = useRef(at);
  here.current = at;

  const step = useCallback((by: number, extend: boolean) => {
    const all = list.current;
    if (all.length === 0) return;
    const from = here.current === null ? -1 : all.indexOf(here.current);
    const to = all[Math.min(all.length - 1, Math.max(0, from + by))] ?? null;
    if (extend) {
      setSelected((old) => new Set([...old, here.current, to].filter((id): id is string => id !== null)));
    }
    setWanted(to);
  }, []);
  const toggle = useCallback((id: string) => {
    setSelected((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);

  const bindings: Binding[] = [
    {
      id: `${scope}.down`,
      keys: ["j", "ArrowDown"],
      label: "Next row",
      here: true,
      run: () => step(1, false),
    },
    {
      id: `${scope}.up`,
      keys: ["k", "ArrowUp"],
      label: "Previous row",
      here: true,
      run: () => step(-1, false),
    },
    {
      id: `${scope}.first`,
      keys: "Home",
      label: "First row",
      quiet: true,
      run: () => step(-ids.length, false),
    },
    {
      id: `${scope}.last`,
      keys: "End",
      label: "Last loaded row",
      quiet: true,
      run: () => step(ids.length, false),
    },
    { id: `${scope}.page`, keys: "PageDown", label: "Page down", quiet: true, run: () => step(20, false) },
    { id: `${scope}.back`, keys: "PageUp", label: "Page up", quiet: true, run: () => step(-20, false) },
  ];
  if (select) {
    bindings.push(
      { id: `${scope}.select`, keys: "x", label: "Select", run: () => here.current && toggle(here.current) },
      { id: `${scope}.extend`, keys: "Shift+J", label: "Extend down", here: true, run: () => step(1, true) },
      {
        id: `${scope}.extend-up`,
        keys: "Shift+K",
        label: "Extend up",
        here: true,
        run: () => step(-1, true),
      },
    );
  }
  return {
    at,
    set: setWanted,
    selected,
    toggle,
    select: (some) => setSelected(new Set(some)),
    clear: () => setSelected(new Set()),
    leave: (gone) => {
      setWanted(placeAfter(list.current, here.current, gone));
      setSelected((old) => new Set([...old].filter((id) => !gone.has(id))));
    },
    bindings,
  };
}
