/** Every field of an event, one row each; inside the panel j and k move, + asks for the value, - excludes it. */
import { Fragment, type RefObject, useEffect, useRef, useState } from "react";
import { IconButton } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { useKeys } from "@/keys/useKeys";
import styles from "./EventPanel.module.css";
import { written } from "./facts";

export interface FieldValue {
  name: string;
  value: unknown;
}

interface FieldRowsProps {
  fields: readonly FieldValue[];
  panel: RefObject<HTMLElement | null>;
  onTerm: (name: string, value: unknown, exclude: boolean) => void;
  onColumn: (name: string) => void;
  /** Whether a value can become part of the query. */
  asks?: boolean;
}

/** Characters of a value before "all". */
const LONG = 600;

export function FieldRows({ fields, panel, onTerm, onColumn, asks = true }: FieldRowsProps) {
  const inside = useInside(panel);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const here = Math.min(at, fields.length - 1);
  const field = fields[here];
  const step = (by: number) => setAt(Math.min(fields.length - 1, Math.max(0, here + by)));
  useEffect(() => {
    if (inside) list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [inside, here]);
  const off = !inside || !field;
  useKeys({ title: "Event", level: "panel" }, [
    { id: "event.down", keys: ["j", "ArrowDown"], label: "Next field", here: true, off, run: () => step(1) },
    { id: "event.up", keys: ["k", "ArrowUp"], label: "Previous field", here: true, off, run: () => step(-1) },
    {
      id: "event.only",
      keys: ["+", "="],
      label: "Ask for this value",
      off: off || !asks,
      run: () => field && onTerm(field.name, field.value, false),
    },
    {
      id: "event.without",
      keys: "-",
      label: "Exclude this value",
      off: off || !asks,
      run: () => field && onTerm(field.name, field.value, true),
    },
    {
      id: "event.column",
      keys: "v",
      label: "Show or hide this field in the table",
      off: off || !asks,
      run: () => field && onColumn(field.name),
    },
  ]);
  return (
    <ul ref={list} className={styles.rows} aria-label="Fields">
      {fields.map(({ name, value }, nth) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: j and k do the same
        <li
          key={`${nth} ${name}`}
          className={styles.row}
          data-cursor={(inside && nth === here) || undefined}
          aria-current={inside && nth === here ? true : undefined}
          onClick={() => setAt(nth)}
        >
          <span className={styles.name}>{broken(name)}</span>
          <Value value={value} />
          {asks && (
            <span className={styles.deeds}>
              <IconButton
                tabIndex={-1}
                label={`Only ${name} with this value (+)`}
                onClick={() => onTerm(name, value, false)}
              >
                <Icon name="plus" size={14} />
              </IconButton>
              <IconButton
                tabIndex={-1}
                label={`Without ${name} of this value (-)`}
                onClick={() => onTerm(name, value, true)}
              >
                <Icon name="minus" size={14} />
              </IconButton>
              <IconButton tabIndex={-1} label={`${name} in the table (v)`} onClick={() => onColumn(name)}>
                <Icon name="table" size={14} />
              </IconButton>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Value({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  if (value === null) return <span className={styles.dim}>null</span>;
  const text = written(value);
  if (text === "") return <span className={styles.dim}>empty</span>;
  return (
    <span className={styles.value}>
      <Hostile text={all ? text : text.slice(0, LONG)} mono />
      {text.length > LONG && !all && (
        <button type="button" className={styles.more} onClick={() => setAll(true)}>
          {(text.length - LONG).toLocaleString("en")} more characters
        </button>
      )}
    </span>
  );
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

/** A name that breaks behind its dots; it may come out of a log. */
function broken(name: string) {
  const parts = name.split(/(?<=[._])/);
  return parts.map((part, at) => (
    <Fragment key={at}>
      <Hostile text={part} />
      {at < parts.length - 1 && <wbr />}
    </Fragment>
  ));
}
