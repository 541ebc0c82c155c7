/** What the tabs with rows share: a cursor that the URL names once it rests, and a panel beside the rows. */
import { getRouteApi } from "@tanstack/react-router";
import { type RefObject, useCallback, useEffect, useMemo, useRef } from "react";
import { moment, useNow } from "@/design/clock";
import { type Cursor, useCursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import { useKeys } from "@/keys/useKeys";
import { WIDE } from "@/shell/SidePanel";
import { useSettings } from "@/shell/settings";
import { useResting } from "@/shell/useResting";

const route = getRouteApi("/cases/$number");

/** The cursor of a tab. `ids` in the order of the screen. */
export function useTabCursor(ids: readonly string[], scope: string): Cursor {
  const { at } = route.useSearch();
  const go = route.useNavigate();
  const cursor = useCursor(ids, scope, at ?? null, false);
  const written = useRef(at);
  // A citation names another record than the cursor does: the URL leads. Otherwise the cursor does.
  useEffect(() => {
    if (at === written.current) return;
    written.current = at;
    if (at) cursor.set(at);
  }, [at, cursor.set]);
  useResting(cursor.at, at, (rested) => {
    written.current = rested;
    void go({ search: (old) => ({ ...old, at: rested }), replace: true });
  });
  return cursor;
}

export interface PanelState {
  open: boolean;
  set: (open: boolean) => void;
  /** Opens it and moves the focus in. */
  enter: () => void;
}

/** The panel of a tab, and its keys with those of the cursor. */
export function usePanel(cursor: Cursor, panel: RefObject<HTMLElement | null>): PanelState {
  const { peek } = route.useSearch();
  const go = route.useNavigate();
  const wide = useWide(WIDE);
  const open = peek ? peek === "on" : wide;
  const set = useCallback(
    (next: boolean) =>
      void go({
        search: (old) => ({ ...old, peek: next === wide ? undefined : next ? "on" : "off" }),
        replace: true,
      }),
    [go, wide],
  );
  const enter = () => {
    set(true);
    // The panel may have to be drawn first.
    requestAnimationFrame(() => panel.current?.focus());
  };
  useKeys({ title: "Rows" }, [
    ...cursor.bindings,
    {
      id: "case.open",
      keys: ["o", "Enter"],
      label: "Open: move into the panel",
      off: cursor.at === null,
      run: enter,
    },
    { id: "case.peek", keys: "Space", label: "Show or hide the panel", run: () => set(!open) },
    {
      id: "case.leave",
      keys: "Escape",
      label: "Leave the panel",
      off: !open,
      run: () => {
        if (panel.current?.contains(document.activeElement)) {
          document.querySelector<HTMLElement>("[role=grid]")?.focus();
        } else set(false);
      },
    },
  ]);
  return { open, set, enter };
}

/** `2 of 148`. */
export function placeOf(ids: readonly string[], id: string | null, total = ids.length): string | null {
  const at = id === null ? -1 : ids.indexOf(id);
  return at < 0 ? null : `${at + 1} of ${total}`;
}

/** A column for times: narrow where all of them are of today, which is then left out. */
export function useTimeWidth(times: readonly string[]): string {
  const { zone } = useSettings();
  const at = useNow(60);
  return useMemo(
    () => (times.every((time) => moment(time, zone, "s", at).length <= 8) ? "64px" : "116px"),
    [times, zone, at],
  );
}
