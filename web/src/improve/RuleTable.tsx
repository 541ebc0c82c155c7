/** The rows of the list of rules. */
import { type ReactNode, useMemo } from "react";
import type { RuleRow } from "@/api/types";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { SeverityMark } from "@/design/shapes";
import { Time } from "@/design/time";
import type { Cursor } from "@/design/useCursor";
import { useWide } from "@/design/useWide";
import { LooksAt, RuleMark } from "./marks";
import styles from "./RuleTable.module.css";
import { isCounted } from "./state";

const count = new Intl.NumberFormat("en");

interface RuleTableProps {
  rules: readonly RuleRow[];
  total: number;
  cursor: Cursor;
  onOpen: () => void;
  onEnd: () => void;
  after?: ReactNode;
  /** A panel takes part of the room. */
  narrow: boolean;
}

export function RuleTable({ rules, total, cursor, onOpen, onEnd, after, narrow }: RuleTableProps) {
  const roomy = useWide(1400) && !narrow;
  const afterFigures = narrow ? styles.last : undefined;
  const columns = useMemo<Column<RuleRow>[]>(
    () => [
      { id: "level", head: "Level", width: "76px", cell: (one) => <SeverityMark severity={one.level} /> },
      {
        id: "title",
        head: "Rule",
        width: "minmax(120px, 1fr)",
        cell: (one) => (
          <span className={one.state === "disabled" ? styles.off : undefined}>
            <Hostile text={one.title} titled />
          </span>
        ),
      },
      {
        id: "log",
        head: "Looks at",
        width: narrow ? "150px" : roomy ? "minmax(150px, 240px)" : "180px",
        cell: (one) => (
          <span
            className={one.telemetry ? styles.log : styles.blind}
            title={one.telemetry ? undefined : "No such event has come in: the rule cannot fire here"}
          >
            <LooksAt rule={one} />
          </span>
        ),
      },
      ...(roomy
        ? [{ id: "source", head: "Source", width: "92px", cell: sourceCell } satisfies Column<RuleRow>]
        : []),
      FIGURES[0] as Column<RuleRow>,
      ...(narrow ? [] : FIGURES.slice(1)),
      ...(narrow ? [] : [LAST]),
      {
        id: "state",
        head: <span className={afterFigures}>State</span>,
        name: "State",
        width: narrow ? "104px" : "92px",
        cell: (one) => (
          <span className={afterFigures}>
            <RuleMark rule={one} />
          </span>
        ),
      },
    ],
    [roomy, narrow, afterFigures],
  );
  return (
    <Grid
      label="Rules"
      rows={rules}
      total={total}
      columns={columns}
      id={(one) => one.id}
      cursor={cursor.at}
      onCursor={cursor.set}
      onOpen={onOpen}
      onEnd={onEnd}
      after={after}
      gap={10}
    />
  );
}

const FIGURES: Column<RuleRow>[] = (
  [
    ["day", "24 h"],
    ["week", "7 d"],
    ["month", "30 d"],
  ] as const
).map(([id, head]) => ({
  id,
  head,
  name: `Matches in ${head}`,
  width: "52px",
  align: "end",
  cell: (one) => (isCounted(one) ? <Figure n={one.fired[id]} /> : <span className={styles.none}>–</span>),
}));

/** Beside the panel there is no room for it, and the panel says it. */
const LAST: Column<RuleRow> = {
  id: "last",
  head: <span className={styles.last}>Last fired</span>,
  name: "Last fired",
  width: "128px",
  cell: (one) =>
    one.fired.last ? (
      <Time at={one.fired.last} precision="min" className={styles.last} />
    ) : (
      <span className={`${styles.none} ${styles.last}`}>
        {isCounted(one) ? "not in 30 days" : "not counted"}
      </span>
    ),
};

const sourceCell = (one: RuleRow) => (
  <span className={styles.log}>
    <Hostile text={one.source} titled={one.file} />
  </span>
);

function Figure({ n }: { n: number }) {
  return n === 0 ? <span className={styles.none}>0</span> : count.format(n);
}
