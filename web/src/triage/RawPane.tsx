/** A raw event field by field, or as it came, with numbered marks on the bytes that matched. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { EventDetail } from "@/api/types";
import { copyInert, Hostile } from "@/design/Hostile";
import { cut, type Mark, type Stretch } from "@/design/marks";
import { markedNodes, Raw } from "@/design/Raw";
import { hiddenCommand, type RawField, rawFields, tells } from "./rawFields";
import styles from "./WhyItFired.module.css";

/** Rows of a record before "more". */
const ROWS = 11;
/** Characters of a value behind its last mark. */
const TAIL = 90;

/** What the pane needs to know of an event; a copy that is evidence has it too. */
type RawEvent = Pick<EventDetail, "id" | "raw" | "raw_lossy" | "source">;

export function RawPane({ event, marks }: { event: RawEvent; marks: readonly Mark[] }) {
  const [asCame, setAsCame] = useState(false);
  const [all, setAll] = useState(false);
  const fields = rawFields(event.raw, marks);
  const shown = fields && (all ? fields : choose(fields));
  const more = (fields?.length ?? 0) - (shown?.length ?? 0);
  return (
    <div className={styles.raw}>
      {event.raw_lossy && (
        <p className={styles.stale}>
          It is not all UTF-8: what is not is shown as U+FFFD, and marks are left out.
        </p>
      )}
      {fields && shown && !asCame ? (
        <section
          tabIndex={0}
          onCopy={copyInert}
          aria-label="Raw event, field by field"
          className={styles.scroll}
        >
          <dl>
            {shown.map((field, at) => (
              <Row key={at} field={field} />
            ))}
          </dl>
        </section>
      ) : (
        <Raw text={event.raw} marks={marks} />
      )}
      <p className={styles.tools}>
        {!asCame && more > 0 && (
          <button type="button" className={styles.more} onClick={() => setAll(true)}>
            {more === 1 ? "1 more field" : `${more} more fields`}
          </button>
        )}
        {fields && (
          <button
            type="button"
            className={styles.more}
            aria-pressed={asCame}
            onClick={() => setAsCame(!asCame)}
          >
            {asCame ? "Field by field" : "As it came"}
          </button>
        )}
        <span>
          {event.source}, event{" "}
          <Link to="/hunt" search={{ q: `_id:${event.id}`, peek: "on" }} className={styles.version}>
            {event.id}
          </Link>
        </span>
      </p>
    </div>
  );
}

/** The marked rows, then what tells something, in the order of the record. */
function choose(fields: readonly RawField[]): readonly RawField[] {
  if (fields.length <= ROWS) return fields;
  const worth = (field: RawField) => (field.marked ? 2 : tells(field.path) ? 1 : 0);
  const best = fields.toSorted((a, b) => worth(b) - worth(a)).slice(0, ROWS);
  const chosen = new Set([...best, ...fields.filter((field) => field.marked)]);
  return fields.filter((field) => chosen.has(field));
}

function Row({ field }: { field: RawField }) {
  const [whole, setWhole] = useState(false);
  const length = field.stretches.reduce((sum, stretch) => sum + stretch.text.length, 0);
  const { shown, hidden } = whole ? { shown: field.stretches, hidden: 0 } : shortened(field.stretches);
  const command =
    length > TAIL ? hiddenCommand(field.stretches.map((stretch) => stretch.text).join("")) : null;
  return (
    <>
      <div className={styles.row}>
        <dt title={field.path}>
          <Hostile text={field.name} />
        </dt>
        <dd>
          {length === 0 ? <span className={styles.blank}>empty</span> : markedNodes(shown)}
          {hidden > 0 && (
            <button type="button" className={styles.more} onClick={() => setWhole(true)}>
              … {hidden} more
            </button>
          )}
        </dd>
      </div>
      {command && (
        <div className={`${styles.row} ${styles.decoded}`}>
          <dt>decoded</dt>
          <dd>
            <Hostile text={command} defanged />
          </dd>
        </div>
      )}
    </>
  );
}

/** Cuts what stands far behind the last mark. */
function shortened(stretches: readonly Stretch[]): { shown: readonly Stretch[]; hidden: number } {
  const text = stretches.map((stretch) => stretch.text).join("");
  const last = stretches.findLastIndex((stretch) => stretch.numbers.length > 0);
  const marked = stretches.slice(0, last + 1).reduce((sum, stretch) => sum + stretch.text.length, 0);
  const room = marked + TAIL;
  if (text.length <= room + 24) return { shown: stretches, hidden: 0 };
  const tail = cut(text.slice(marked, room), []);
  return { shown: [...stretches.slice(0, last + 1), ...tail], hidden: text.length - room };
}
