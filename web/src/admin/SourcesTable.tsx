/** One row for each source. */
import { useMemo } from "react";
import type { SourceRow } from "@/api/types";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { StatusMark } from "@/design/shapes";
import { Time } from "@/design/time";
import type { Cursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import styles from "./SourcesScreen.module.css";
import { FATES, kindOf, lagWord, rateWord, STATE_MEANINGS, sumOf } from "./sources";

const count = new Intl.NumberFormat("en");

interface SourceTableProps {
  sources: readonly SourceRow[];
  cursor: Cursor;
  onOpen: (name: string) => void;
  /** A panel takes part of the room. */
  narrow: boolean;
}

/** The parts of the sum stand with their signs, so that each row is one. */
const SUM: Column<SourceRow>[] = [
  {
    id: "received",
    width: "84px",
    align: "end",
    head: "Received",
    cell: (source) => <Figure n={sumOf(source).received} />,
  },
  ...FATES.map(
    (fate, at): Column<SourceRow> => ({
      id: fate,
      width: fate === "quarantined" ? "92px" : "74px",
      align: "end",
      name: fate,
      head: (
        <>
          <span className={styles.sign}>{at === 0 ? "=" : "+"}</span>
          {fate}
        </>
      ),
      cell: (source) => <Figure n={sumOf(source).parts[fate]} bad={fate !== "stored"} />,
    }),
  ),
];

export function SourceTable({ sources, cursor, onOpen, narrow }: SourceTableProps) {
  const roomy = useWide(1400) && !narrow;
  const columns = useMemo<Column<SourceRow>[]>(
    () => [
      {
        id: "name",
        width: "minmax(120px, 1fr)",
        head: "Source",
        cell: (source) => <Hostile text={source.name} mono titled className={styles.name} />,
      },
      ...(roomy ? [{ id: "kind", width: "84px", head: "Came by", cell: kindCell }] : []),
      {
        id: "state",
        width: "84px",
        head: "State",
        cell: (source) => (
          <span
            title={STATE_MEANINGS[source.state]}
            className={source.state === "on_time" ? styles.fine : undefined}
          >
            <StatusMark status={source.state} />
          </span>
        ),
      },
      {
        id: "event",
        width: "104px",
        head: "Last event",
        cell: (source) =>
          source.last_event_time ? (
            <Time at={source.last_event_time} />
          ) : (
            <span className={styles.none}>none</span>
          ),
      },
      ...(narrow ? [] : [RECEIPT]),
      { id: "lag", width: "64px", align: "end", head: "Lag", cell: lagWord },
      {
        id: "rate",
        width: "72px",
        align: "end",
        head: <span title="Over the last five whole minutes">Rate</span>,
        name: "Rate over the last five minutes",
        cell: (source) => rateWord(source.per_minute),
      },
      ...(roomy
        ? [
            {
              id: "hour",
              width: "134px",
              loose: true as const,
              head: <span className={styles.hour}>Last hour</span>,
              name: "Last hour",
              cell: sparkCell,
            },
          ]
        : []),
      ...SUM,
      ...(narrow ? [] : [AGAIN]),
      ...(roomy ? [FLAGGED] : []),
    ],
    [roomy, narrow],
  );
  return (
    <Grid
      label="Sources"
      rows={sources}
      columns={columns}
      id={(source) => source.name}
      cursor={cursor.at}
      onCursor={cursor.set}
      onOpen={onOpen}
      gap={10}
    />
  );
}

const RECEIPT: Column<SourceRow> = {
  id: "receipt",
  width: "104px",
  head: "Last receipt",
  cell: (source) => <Time at={source.last_seen} />,
};

const AGAIN: Column<SourceRow> = {
  id: "again",
  width: "74px",
  align: "end",
  head: "Sent again",
  cell: (source) => <Figure n={source.duplicates} />,
};

const FLAGGED: Column<SourceRow> = {
  id: "flagged",
  width: "58px",
  align: "end",
  head: "Flagged",
  cell: (source) => <Figure n={source.flagged} />,
};

const kindCell = (source: SourceRow) => <span className={styles.none}>{kindOf(source.name)}</span>;
const sparkCell = (source: SourceRow) => <Spark counts={source.per_minute} />;

/** A count; nothing lost has no colour, and what is lost has one. */
function Figure({ n, bad = false }: { n: number; bad?: boolean }) {
  if (n === 0) return <span className={styles.none}>0</span>;
  return <span className={bad ? styles.lost : undefined}>{count.format(n)}</span>;
}

/** The last 60 minutes, one bar each; a minute without events is a gap. */
function Spark({ counts }: { counts: readonly number[] }) {
  const most = Math.max(0, ...counts);
  const all = counts.reduce((sum, one) => sum + one, 0);
  return (
    <svg
      className={styles.spark}
      width={120}
      height={16}
      role="img"
      shapeRendering="crispEdges"
      aria-label={`${all} events in the last hour, at most ${most} in a minute`}
    >
      <path d="M0 15.5H120" />
      {counts.map((events, at) =>
        events > 0 ? (
          <rect
            key={at}
            x={at * 2}
            y={15 - Math.max(1, (14 * events) / most)}
            width={1}
            height={Math.max(1, (14 * events) / most)}
          />
        ) : null,
      )}
    </svg>
  );
}
