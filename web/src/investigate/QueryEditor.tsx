/** The editor of a query: coloured text, completion below the word, what is wrong under its place. */
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { insert, type Suggestion, type Typed, typedAt } from "./complete";
import { inked, type Lang } from "./ink";
import { linesOf } from "./lines";
import type { Place } from "./place";
import styles from "./QueryEditor.module.css";
import { Suggestions } from "./Suggestions";

interface QueryEditorProps {
  value: string;
  lang: Lang;
  onChange: (value: string) => void;
  onRun: () => void;
  /** Escape, where nothing is open. */
  onLeave: () => void;
  suggest: (typed: Typed) => Suggestion[];
  /** Where the query is wrong. */
  wrong: Place | null;
  /** The id of what says so. */
  describedBy?: string;
  field: RefObject<HTMLTextAreaElement | null>;
}

const PLACEHOLDERS: Record<Lang, string> = {
  bar: "host.name:WS-* AND powershell",
  sql: 'SELECT "host.name", count(*) FROM events GROUP BY 1',
};

const INK = { field: styles.name, value: styles.value, word: styles.word, plain: "" };

export function QueryEditor(props: QueryEditorProps) {
  const { value, lang, onChange, onRun, onLeave, wrong, field } = props;
  const id = useId();
  const [caret, setCaret] = useState<number | null>(null);
  // What was chosen by an arrow key; 0 and "not chosen" differ in what Enter does.
  const [chosen, setChosen] = useState<number | null>(null);
  const anchor = useRef<HTMLSpanElement>(null);
  const [spot, setSpot] = useState({ left: 0, top: 0 });
  const after = useRef<number | null>(null);

  const typed = caret === null ? null : typedAt(value, caret, lang);
  const found = typed ? props.suggest(typed) : [];
  // A name that is complete needs no completion.
  const list = found.length === 1 && found[0]?.name === typed?.text ? [] : found;
  const open = list.length > 0;
  const at = Math.min(chosen ?? 0, list.length - 1);

  const begin = open ? typed?.from : undefined;
  const lines = useMemo(
    () => linesOf(inked(value, lang), wrong, begin === undefined ? [] : [begin]),
    [value, lang, wrong, begin],
  );
  const last = useMemo(() => lines.at(-1)?.at(-1), [lines]);
  const atEnd = begin !== undefined && begin === value.length;

  useLayoutEffect(() => {
    const mark = anchor.current;
    if (!open || !mark || begin === undefined) return;
    const [word, around] = [
      mark.getBoundingClientRect(),
      mark.closest(`.${styles.editor}`)?.getBoundingClientRect(),
    ];
    setSpot({ left: word.left - (around?.left ?? 0), top: word.top - (around?.top ?? 0) });
  }, [open, begin]);
  useLayoutEffect(() => {
    if (after.current === null) return;
    field.current?.setSelectionRange(after.current, after.current);
    after.current = null;
  });

  const shut = () => {
    setCaret(null);
    setChosen(null);
  };
  const take = (what: Suggestion | undefined) => {
    if (!what || !typed) return;
    const next = insert(value, typed, what);
    after.current = next.caret;
    onChange(next.query);
    setChosen(null);
    // The value of the field comes next; behind a value nothing does.
    setCaret(typed.field === undefined && lang === "bar" ? next.caret : null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const mine = () => event.preventDefault();
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (open && !held && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      mine();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen(chosen === null && step > 0 ? 0 : (at + step + list.length) % list.length);
    } else if (
      open &&
      !event.shiftKey &&
      !held &&
      (event.key === "Tab" || (event.key === "Enter" && chosen !== null))
    ) {
      mine();
      take(list[at]);
    } else if (event.key === "Escape") {
      mine();
      if (open) shut();
      else onLeave();
    } else if (event.key === " " && event.ctrlKey) {
      mine();
      setCaret(event.currentTarget.selectionStart);
    } else if (event.key === "Enter" && !event.shiftKey && !held && lang === "bar") {
      mine();
      shut();
      onRun();
    } else if (event.key === "Enter" && held) shut();
    else if (/^(?:Arrow(?:Left|Right)|Home|End|Page)/.test(event.key)) shut();
  };

  return (
    <div className={styles.editor}>
      <div className={styles.scroll}>
        <div className={styles.both}>
          <div className={styles.ink} aria-hidden="true">
            {lines.map((line, nth) => (
              <div key={nth} className={styles.line}>
                {line.map((piece) => (
                  <span
                    key={piece.at}
                    ref={piece.at === begin ? anchor : undefined}
                    className={`${INK[piece.kind]} ${piece.wrong ? styles.wrong : ""}`}
                  >
                    {piece.text}
                  </span>
                ))}
                {nth === lines.length - 1 && (
                  <span
                    ref={atEnd || (begin !== undefined && !last) ? anchor : undefined}
                    className={wrong && wrong.from >= value.length ? styles.wrong : undefined}
                  >
                    {"\u00a0"}
                  </span>
                )}
              </div>
            ))}
          </div>
          <textarea
            ref={field}
            className={styles.field}
            aria-label={lang === "bar" ? "Query" : "Query in SQL"}
            aria-autocomplete="list"
            aria-controls={open ? `${id}-list` : undefined}
            aria-activedescendant={open ? `${id}-${at}` : undefined}
            aria-invalid={wrong ? true : undefined}
            aria-describedby={props.describedBy}
            placeholder={PLACEHOLDERS[lang]}
            value={value}
            rows={1}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            onChange={(event) => {
              onChange(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart);
              setChosen(null);
            }}
            onKeyDown={onKeyDown}
            onBlur={shut}
            onClick={shut}
          />
        </div>
      </div>
      {open && (
        <Suggestions
          id={id}
          list={list}
          at={at}
          typed={typed?.text ?? ""}
          left={spot.left}
          top={spot.top}
          onTake={(what) => {
            take(what);
            field.current?.focus();
          }}
        />
      )}
    </div>
  );
}
