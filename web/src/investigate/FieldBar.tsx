/** The fields of the loaded events with their values and counts; a value can be asked for or excluded. */
import { type RefObject, useMemo, useState } from "react";
import type { FieldDetail } from "@/api/types";
import { IconButton } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import styles from "./FieldBar.module.css";
import { type Row, USUAL, valuesOf } from "./facts";

interface FieldBarProps {
  /** Whether the rows are all that match. */
  complete: boolean;
  fields: readonly FieldDetail[];
  rows: readonly Row[];
  /** Fields that the rows carry. */
  counted: readonly string[];
  /** Fields that the table shows. */
  columns: readonly string[];
  /** Fields that were opened although the rows did not carry them. */
  onOpen: (name: string) => void;
  onColumn: (name: string) => void;
  onTerm: (field: string, value: string, exclude: boolean) => void;
  filter: RefObject<HTMLInputElement | null>;
}

/** Values of a field before "more". */
const FEW = 5;

export function FieldBar(props: FieldBarProps) {
  const { fields, rows, counted, columns, onOpen, onColumn, onTerm, filter } = props;
  const [wanted, setWanted] = useState("");
  const [shut, setShut] = useState<ReadonlyMap<string, boolean>>(new Map());
  const meanings = useMemo(() => new Map(fields.map((field) => [field.name, field])), [fields]);
  const needle = wanted.trim().toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(needle);

  const known = useMemo(
    () => counted.filter((name) => name !== "@timestamp").map((name) => ({ name, ...valuesOf(rows, name) })),
    [counted, rows],
  );
  const there = known.filter((field) => field.present > 0 && fits(field.name));
  const others = fields.filter(
    (field) =>
      fits(field.name) && field.name !== "@timestamp" && !there.some((one) => one.name === field.name),
  );
  const isOpen = (name: string) => shut.get(name) ?? (USUAL as readonly string[]).includes(name);

  return (
    <section className={styles.bar} aria-label="Fields">
      <div className={styles.filter}>
        <input
          ref={filter}
          value={wanted}
          placeholder={`Filter ${fields.length} fields`}
          aria-label="Filter the fields"
          spellCheck={false}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            setWanted("");
            event.currentTarget.blur();
          }}
        />
        <Key k="f" />
      </div>
      <p className={styles.base}>{base(rows.length, props.complete)}</p>
      {there.map((field) => (
        <Field
          key={field.name}
          field={field}
          rows={rows.length}
          meaning={meanings.get(field.name)?.meaning}
          open={isOpen(field.name) || (needle !== "" && there.length <= 3)}
          column={columns.includes(field.name)}
          onToggle={() => setShut((old) => new Map(old).set(field.name, !isOpen(field.name)))}
          onColumn={() => onColumn(field.name)}
          onTerm={onTerm}
        />
      ))}
      {others.length > 0 && (
        <>
          <h2 className={styles.head}>
            Other fields <span>{others.length}</span>
          </h2>
          <ul>
            {others.slice(0, needle ? 40 : 12).map((field) => (
              <li key={field.name} className={styles.other}>
                <button
                  type="button"
                  title={`${field.meaning}: count its values`}
                  onClick={() => {
                    setShut((old) => new Map(old).set(field.name, true));
                    onOpen(field.name);
                  }}
                >
                  <Icon name="right" size={14} />
                  <Hostile text={field.name} mono titled className={styles.name} />
                </button>
                <span className={styles.kind}>
                  {counted.includes(field.name) && rows.length > 0 ? "in none" : field.kind}
                </span>
              </li>
            ))}
          </ul>
          {!needle && others.length > 12 && (
            <p className={styles.base}>{others.length - 12} more: filter by name</p>
          )}
        </>
      )}
      {there.length === 0 && others.length === 0 && <p className={styles.base}>No field is called so.</p>}
    </section>
  );
}

interface FieldProps {
  field: { name: string; present: number; values: { value: string; count: number }[] };
  rows: number;
  meaning: string | undefined;
  open: boolean;
  column: boolean;
  onToggle: () => void;
  onColumn: () => void;
  onTerm: FieldBarProps["onTerm"];
}

function Field({ field, rows, meaning, open, column, onToggle, onColumn, onTerm }: FieldProps) {
  const [all, setAll] = useState(false);
  const { name, values, present } = field;
  const most = values[0]?.count ?? 1;
  const shown = all ? values.slice(0, 50) : values.slice(0, FEW);
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.title}
          aria-expanded={open}
          onClick={onToggle}
          title={meaning}
        >
          <Icon name={open ? "down" : "right"} size={14} />
          <Hostile text={name} mono titled className={styles.name} />
        </button>
        <span className={styles.kind} title={`${present} of ${rows} events have it`}>
          {values.length === 1 ? "1 value" : `${values.length} values`}
        </span>
        <IconButton
          label={column ? `Take ${name} out of the table` : `Show ${name} in the table`}
          aria-pressed={column}
          className={styles.column}
          onClick={onColumn}
        >
          <Icon name="table" size={14} />
        </IconButton>
      </div>
      {open && (
        <ul>
          {shown.map(({ value, count }) => (
            <li key={value} className={styles.value}>
              <svg
                className={styles.share}
                aria-hidden="true"
                focusable="false"
                preserveAspectRatio="none"
                viewBox="0 0 100 1"
              >
                <rect width={Math.max(1, (100 * count) / most)} height="1" />
              </svg>
              <Hostile text={value || "empty"} mono titled className={styles.text} />
              <span className={styles.percent}>{percent(count, rows)}</span>
              <span className={styles.tools}>
                <IconButton label={`Only ${name} ${value}`} onClick={() => onTerm(name, value, false)}>
                  <Icon name="plus" size={14} />
                </IconButton>
                <IconButton label={`Without ${name} ${value}`} onClick={() => onTerm(name, value, true)}>
                  <Icon name="minus" size={14} />
                </IconButton>
              </span>
              <span className={styles.count}>{count}</span>
            </li>
          ))}
          {values.length > FEW && (
            <li>
              <button type="button" className={styles.more} onClick={() => setAll(!all)}>
                {all ? "Fewer" : `${values.length - FEW} more`}
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

/** A share of the loaded events; what is there is never nothing. */
function percent(count: number, of: number): string {
  const share = (100 * count) / Math.max(1, of);
  return share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

/** What the counts are about. */
function base(rows: number, complete: boolean): string {
  if (rows === 0) return "No event is loaded";
  const number = rows.toLocaleString("en");
  if (!complete) return `Counted over the ${number} newest events`;
  return rows === 1 ? "Counted over the one event" : `Counted over all ${number} events`;
}
