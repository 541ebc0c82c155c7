/** The field under the cursor of a panel, and its keys while the focus is in there. */
import { type RefObject, useEffect, useState } from "react";
import { useKeys } from "@/keys/useKeys";

export interface FieldValue {
  name: string;
  value: unknown;
}

interface FieldDeeds {
  panel: RefObject<HTMLElement | null>;
  /** What the panel is about: another has its own first field. */
  about: string;
  /** None as long as they are not read; the keys count all the same. */
  fields: readonly FieldValue[];
  onTerm?: (name: string, value: unknown, exclude: boolean) => void;
  onColumn?: (name: string) => void;
}

export interface FieldCursor {
  /** The place of the field; null while the focus is elsewhere. */
  at: number | null;
  set: (at: number) => void;
}

export function useFieldKeys({ panel, about, fields, onTerm, onColumn }: FieldDeeds): FieldCursor {
  const inside = useInside(panel);
  const [wanted, setWanted] = useState(0);
  // Who is in the panel already has moved on in what is about to be shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another event is a reason
  useEffect(() => {
    if (!inside) setWanted(0);
  }, [about]);
  const most = fields.length > 0 ? fields.length - 1 : Number.POSITIVE_INFINITY;
  const at = Math.min(wanted, most);
  const step = (by: number) => setWanted((old) => Math.max(0, Math.min(most, Math.min(old, most) + by)));
  const field = fields[at];
  const off = !inside;
  useKeys({ title: "Panel", level: "panel" }, [
    { id: "event.down", keys: ["j", "ArrowDown"], label: "Next field", here: true, off, run: () => step(1) },
    { id: "event.up", keys: ["k", "ArrowUp"], label: "Previous field", here: true, off, run: () => step(-1) },
    {
      id: "event.only",
      keys: ["+", "="],
      label: "Ask for this value",
      off: off || !onTerm,
      run: () => field && onTerm?.(field.name, field.value, false),
    },
    {
      id: "event.without",
      keys: "-",
      label: "Exclude this value",
      off: off || !onTerm,
      run: () => field && onTerm?.(field.name, field.value, true),
    },
    {
      id: "event.column",
      keys: "v",
      label: "Show or hide this field in the table",
      off: off || !onColumn,
      run: () => field && onColumn?.(field.name),
    },
  ]);
  return { at: inside ? at : null, set: setWanted };
}

/** Whether the focus is in an element. */
function useInside(element: RefObject<HTMLElement | null>): boolean {
  const [inside, setInside] = useState(() => element.current?.contains(document.activeElement) ?? false);
  useEffect(() => {
    const look = () => setInside(element.current?.contains(document.activeElement) ?? false);
    look();
    const root = element.current;
    // At `focusout` the focus is nowhere yet.
    const leave = (event: FocusEvent) =>
      setInside(root?.contains(event.relatedTarget as Node | null) ?? false);
    root?.addEventListener("focusin", look);
    root?.addEventListener("focusout", leave);
    return () => {
      root?.removeEventListener("focusin", look);
      root?.removeEventListener("focusout", leave);
    };
  }, [element]);
  return inside;
}
