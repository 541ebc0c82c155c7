/** The keys of Hunt. */
import type { RefObject } from "react";
import type { Cursor } from "@/design/useCursor";
import { useKeys } from "@/keys/useKeys";
import { focusGrid } from "./focus";

interface Deeds {
  cursor: Cursor;
  peekOpen: boolean;
  setPeek: (open: boolean) => void;
  panel: RefObject<HTMLElement | null>;
  query: RefObject<HTMLTextAreaElement | null>;
  filter: RefObject<HTMLInputElement | null>;
  brushed: boolean;
  running: boolean;
  clearBrush: () => void;
  cancel: () => void;
  run: () => void;
  /** Opens the panel and moves into it once it is drawn. */
  enter: () => void;
  pivot: () => void;
  switchLang: () => void;
}

export function useHuntKeys(deeds: Deeds): void {
  const { cursor, peekOpen, setPeek, panel, query, filter, brushed, running } = deeds;
  const nothing = { off: cursor.at === null };
  const leave = () => {
    if (running) deeds.cancel();
    else if (panel.current?.contains(document.activeElement)) focusGrid();
    else if (brushed) deeds.clearBrush();
    else setPeek(false);
  };
  const open = () => {
    // What is typed next is meant for the panel, so nothing may come between where it is there already.
    if (panel.current) panel.current.focus();
    else deeds.enter();
  };
  useKeys({ title: "Hunt" }, [
    ...cursor.bindings,
    { id: "hunt.query", keys: "/", label: "Write the query", run: () => focusEnd(query.current) },
    { id: "hunt.run", keys: "Ctrl+Enter", label: "Run the query", typing: true, run: deeds.run },
    { id: "hunt.open", keys: ["o", "Enter"], label: "Open: move into the panel", ...nothing, run: open },
    { id: "hunt.peek", keys: "Space", label: "Show or hide the panel", run: () => setPeek(!peekOpen) },
    {
      id: "hunt.pivot",
      keys: "p",
      label: "Events about the same host or account",
      ...nothing,
      run: deeds.pivot,
    },
    { id: "hunt.fields", keys: "f", label: "Filter the fields", run: () => filter.current?.focus() },
    { id: "hunt.lang", keys: "s", label: "Switch between bar and SQL", run: deeds.switchLang },
    {
      id: "hunt.leave",
      keys: "Escape",
      label: "Cancel the query; leave panel or brush",
      here: true,
      off: !(peekOpen || brushed || running),
      run: leave,
    },
  ]);
}

function focusEnd(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}
