/** Every field of an event, one row each. */
import { Fragment, useEffect, useRef, useState } from "react";
import { IconButton } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import styles from "./EventPanel.module.css";
import { written } from "./facts";
import type { FieldCursor, FieldValue } from "./useFieldKeys";

interface FieldRowsProps {
  fields: readonly FieldValue[];
  cursor: FieldCursor;
  /** Absent where a value cannot become part of the query. */
  onTerm?: (name: string, value: unknown, exclude: boolean) => void;
  onColumn?: (name: string) => void;
}

/** Characters of a value before "all". */
const LONG = 600;

export function FieldRows({ fields, cursor, onTerm, onColumn }: FieldRowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const here = cursor.at;
  useEffect(() => {
    if (here !== null) list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [here]);
  return (
    <ul ref={list} className={styles.rows} aria-label="Fields">
      {fields.map(({ name, value }, nth) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: j and k do the same
        <li
          key={`${nth} ${name}`}
          className={styles.row}
          data-cursor={nth === here || undefined}
          aria-current={nth === here ? true : undefined}
          onClick={() => cursor.set(nth)}
        >
          <span className={styles.name}>{broken(name)}</span>
          <Value value={value} />
          {onTerm && onColumn && (
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
