/** The rows of an answer. */
import { Menu } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { IconButton } from "@/design/Button";
import { moment, type Zone } from "@/design/clock";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { shortHost, shortUser } from "@/design/names";
import { Time } from "@/design/time";
import type { Cursor } from "@/design/useCursor";
import { useSettings } from "@/shell/settings";
import { type Row, SUMMARY, summary, written } from "./facts";
import styles from "./Results.module.css";

interface ResultsProps {
  rows: readonly Row[];
  columns: readonly string[];
  /** Names of fields that are times. */
  dates: ReadonlySet<string>;
  /** Names of columns that are numbers. */
  numbers: ReadonlySet<string>;
  cursor: Cursor;
  onOpen: () => void;
  /** Absent where the columns are the statement's. */
  onMove?: (name: string, by: -1 | 1) => void;
  onDrop?: (name: string) => void;
  total?: number;
  stale: boolean;
  after?: ReactNode;
}

/** Widths by what a column holds; what is unknown shares the rest. */
const WIDTHS: Record<string, string> = {
  "host.name": "minmax(90px, 120px)",
  "user.name": "minmax(80px, 110px)",
  "event.action": "minmax(90px, 150px)",
  _source: "minmax(90px, 130px)",
  "source.ip": "112px",
  "destination.ip": "112px",
  "source.port": "72px",
  "destination.port": "100px",
  [SUMMARY]: "minmax(160px, 1fr)",
};

const SHORT: Record<string, (text: string) => string> = { "host.name": shortHost, "user.name": shortUser };

/** Characters of a cell that are drawn; the panel has the whole. */
const MOST = 400;

export function Results(props: ResultsProps) {
  const { rows, columns, dates, numbers, cursor, onOpen, onMove, onDrop } = props;
  const { zone } = useSettings();
  // A day takes room, and where all is of today none is written.
  const time = [rows[0], rows.at(-1)].some((row) => row && isLong(row, zone)) ? "148px" : "100px";
  const grid = useMemo(
    () =>
      columns.map((name): Column<Row> => {
        const number = numbers.has(name);
        return {
          id: name,
          name: name === SUMMARY ? "Summary" : name,
          width: dates.has(name)
            ? time
            : (WIDTHS[name] ?? (number ? "minmax(72px, 110px)" : "minmax(90px, 220px)")),
          align: number ? "end" : undefined,
          head:
            onMove && onDrop ? (
              <ColumnHead name={name} all={columns} onMove={onMove} onDrop={onDrop} />
            ) : (
              <Hostile text={name} mono className={styles.name} />
            ),
          cell: (row) => <Cell row={row} name={name} date={dates.has(name)} />,
        };
      }),
    [columns, dates, numbers, time, onMove, onDrop],
  );
  return (
    <div className={styles.results} data-stale={props.stale || undefined}>
      <Grid
        label="Events"
        rows={rows}
        columns={grid}
        id={(row) => row.id}
        cursor={cursor.at}
        onCursor={cursor.set}
        onOpen={onOpen}
        total={props.total}
        after={props.after}
        gap={14}
      />
    </div>
  );
}

/** Whether the time of an event needs its day. */
function isLong(row: Row, zone: Zone): boolean {
  const at = written(row.cells["@timestamp"]);
  return at === "" || moment(at, zone, "ms").length > 12;
}

function Cell({ row, name, date }: { row: Row; name: string; date: boolean }) {
  if (name === SUMMARY) {
    const text = summary(row);
    return text ? (
      <Hostile
        text={text.slice(0, MOST)}
        mono
        defanged
        titled={text.slice(0, 2_000)}
        className={styles.cell}
      />
    ) : (
      <span className={styles.none}>nothing said</span>
    );
  }
  const value = row.cells[name];
  if (value === null || value === undefined) return <span className={styles.none}>–</span>;
  const text = written(value);
  if (date && !Number.isNaN(Date.parse(text)))
    return <Time at={text} precision="ms" className={styles.time} />;
  const short = SHORT[name]?.(text) ?? text;
  return <Hostile text={short.slice(0, MOST)} mono titled={text.slice(0, 2_000)} className={styles.cell} />;
}

interface ColumnHeadProps {
  name: string;
  all: readonly string[];
  onMove: (name: string, by: -1 | 1) => void;
  onDrop: (name: string) => void;
}

function ColumnHead({ name, all, onMove, onDrop }: ColumnHeadProps) {
  const at = all.indexOf(name);
  const word = name === SUMMARY ? "Summary" : name;
  return (
    <span className={styles.head}>
      <Hostile text={word} mono titled className={styles.name} />
      <Menu position="bottom-start" width={180} zIndex={300}>
        <Menu.Target>
          <IconButton label={`Column ${word}`} className={styles.menu}>
            <Icon name="gear" size={12} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown aria-label={`Column ${word}`}>
          <Menu.Item disabled={at === 0} onClick={() => onMove(name, -1)}>
            Move left
          </Menu.Item>
          <Menu.Item disabled={at === all.length - 1} onClick={() => onMove(name, 1)}>
            Move right
          </Menu.Item>
          <Menu.Item disabled={all.length === 1} onClick={() => onDrop(name)}>
            Take out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}
