/** The keys of the queue. */
import type { RefObject } from "react";
import type { Cursor } from "@/design/useCursor";
import { useKeys } from "@/keys/useKeys";

interface Deeds {
  cursor: Cursor;
  /** Whether the person may change alerts. */
  may: boolean;
  peekOpen: boolean;
  setPeek: (open: boolean) => void;
  waiting: number;
  panel: RefObject<HTMLElement | null>;
  brushed: boolean;
  clearBrush: () => void;
  load: () => void;
  close: () => void;
  escalate: () => void;
  raise: () => void;
  take: () => void;
  triage: () => void;
  note: () => void;
}

export function useQueueKeys(deeds: Deeds): void {
  const { cursor, may, peekOpen, setPeek, waiting, panel, brushed } = deeds;
  const writes = { off: cursor.at === null };
  const selecting = cursor.selected.size > 0;
  const inPanel = () => panel.current?.contains(document.activeElement) ?? false;
  const leave = () => {
    if (inPanel()) document.querySelector<HTMLElement>("[role=grid]")?.focus();
    else if (selecting) cursor.clear();
    else if (brushed) deeds.clearBrush();
    else setPeek(false);
  };
  const open = () => {
    setPeek(true);
    // The panel may have to be drawn first.
    requestAnimationFrame(() => panel.current?.focus());
  };
  const changes = [
    { id: "queue.close", keys: "e", label: "Close the alert", ...writes, run: deeds.close },
    { id: "queue.triage", keys: "i", label: "Take up: in progress", ...writes, run: deeds.triage },
    { id: "queue.assign", keys: "a", label: "Assign to me", ...writes, run: deeds.take },
    { id: "queue.case", keys: "c", label: "Raise a case, or open its case", ...writes, run: deeds.raise },
    { id: "queue.escalate", keys: "s", label: "Escalate to tier 2", ...writes, run: deeds.escalate },
    { id: "queue.note", keys: "m", label: "Write a note", ...writes, run: deeds.note },
  ];
  useKeys({ title: "Queue" }, [
    ...cursor.bindings,
    { id: "queue.open", keys: ["o", "Enter"], label: "Open: move into the panel", run: open },
    { id: "queue.peek", keys: "Space", label: "Show or hide the panel", run: () => setPeek(!peekOpen) },
    ...(may ? changes : []),
    { id: "queue.new", keys: "n", label: "Load new alerts", run: deeds.load, off: waiting === 0 },
    {
      id: "queue.leave",
      keys: "Escape",
      label: "Leave panel, selection or brush",
      here: true,
      off: !(peekOpen || selecting || brushed),
      run: leave,
    },
  ]);
}
