/**
 * A virtual table with one cursor row: sticky head, rows of one height, columns by a CSS grid. The rows that come in
 * are drawn as they come: nothing here sorts or moves them.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useSettings } from "@/shell/settings";
import styles from "./Grid.module.css";

export interface Column<Row> {
  id: string;
  /** The head: a word, or a control. */
  head: ReactNode;
  /** The name for readers where `head` is no text. */
  name?: string;
  /** A CSS grid track: `52px`, `minmax(0, 1fr)`. */
  width: string;
  align?: "end" | "center";
  /** The cell may reach into the gaps beside it instead of being cut. */
  loose?: true;
  cell: (row: Row) => ReactNode;
}

export interface GridProps<Row> {
  /** The name of the table. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  id: (row: Row) => string;
  /** The row under the cursor. */
  cursor: string | null;
  onCursor: (id: string) => void;
  /** A second click, or Enter. */
  onOpen?: (id: string) => void;
  selected?: ReadonlySet<string>;
  /** Rows beyond those that are loaded. */
  total?: number;
  /** Called when the last rows come into view. */
  onEnd?: () => void;
  /** Height of a row in rem where it is not that of the density. */
  rowHeight?: number;
  /** Below the last row: more to load, an empty state. */
  after?: ReactNode;
  /** Space between columns in px. */
  gap?: number;
}

/** Rows drawn beyond the edge. */
const OVERSCAN = 12;
const REM = 16;
/** Height of the head in px, which stays in sight and lies over the rows. */
const HEAD = 30;

export function Grid<Row>(props: GridProps<Row>) {
  const { rows, columns, id, cursor, onCursor, onOpen, selected, total, onEnd, gap = 8 } = props;
  const { density } = useSettings();
  const base = useId();
  const body = useRef<HTMLDivElement>(null);
  const height = (props.rowHeight ?? (density === "compact" ? 1.75 : 2.25)) * REM;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    // The rows begin below the head, and what is scrolled into view must not end under it.
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    getItemKey: (at) => id(rows[at] as Row),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is the reason to measure again
  useEffect(() => virtual.measure(), [virtual, height]);

  const place = cursor === null ? -1 : rows.findIndex((row) => id(row) === cursor);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place, { align: "auto" });
  }, [virtual, place]);

  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= 0 && last >= rows.length - OVERSCAN) onEnd?.();
  }, [last, rows.length, onEnd]);

  const template = { gridTemplateColumns: columns.map((column) => column.width).join(" "), columnGap: gap };
  const align = (column: Column<Row>) => (column.align ? styles[column.align] : undefined);
  return (
    <div
      ref={body}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={(total ?? rows.length) + 1}
      aria-colcount={columns.length}
      aria-multiselectable={selected ? true : undefined}
      aria-activedescendant={place >= 0 ? `${base}-${place}` : undefined}
    >
      <div role="rowgroup" className={styles.headgroup}>
        <div role="row" aria-rowindex={1} className={styles.head} style={template}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={align(column)} aria-label={column.name}>
              {column.head}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index] as Row;
          const key = id(row);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the screen binds j, k and Enter for the whole grid
            <div
              key={key}
              id={`${base}-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={selected ? selected.has(key) : key === cursor}
              data-cursor={key === cursor || undefined}
              data-selected={selected?.has(key) || undefined}
              className={styles.row}
              style={{ ...template, height, transform: `translateY(${item.start - HEAD}px)` }}
              onClick={() => onCursor(key)}
              onDoubleClick={() => onOpen?.(key)}
            >
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className={align(column)} data-loose={column.loose}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {props.after && (
        // A grid holds rows only: what follows the last one is a row over all columns.
        <div role="rowgroup">
          <div role="row">
            <div role="gridcell" aria-colspan={columns.length}>
              {props.after}
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
