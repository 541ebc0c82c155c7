/** The rows of the list of cases. */
import { type ReactNode, useMemo } from "react";
import type { Case } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { NewPill } from "@/design/NewPill";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Time } from "@/design/time";
import type { Cursor } from "@/design/useCursor";
import { DISPOSITION_WORDS } from "@/triage/verdicts";
import styles from "./CaseTable.module.css";

interface CaseTableProps {
  cases: readonly Case[];
  total: number;
  cursor: Cursor;
  /** Cases that wait for `n`. */
  waiting: number;
  onNew: () => void;
  onOpen: (number: string) => void;
  onEnd: () => void;
  after?: ReactNode;
}

export function CaseTable({ cases, total, cursor, waiting, onNew, onOpen, onEnd, after }: CaseTableProps) {
  const columns = useMemo<Column<Case>[]>(
    () => [
      {
        id: "number",
        head: "Case",
        width: "56px",
        cell: (one) => <span className={styles.number}>C-{one.number}</span>,
      },
      {
        id: "severity",
        head: "Severity",
        width: "76px",
        cell: (one) => <SeverityMark severity={one.severity} />,
      },
      {
        id: "title",
        name: "Title",
        width: "minmax(0, 1fr)",
        head: <NewPill head="Title" waiting={waiting} onNew={onNew} />,
        cell: (one) => (
          <span className={one.status === "closed" ? styles.closed : undefined}>
            <Hostile text={one.title} titled />
          </span>
        ),
      },
      {
        id: "status",
        head: "State",
        width: "118px",
        cell: (one) => (
          <span title={one.disposition ? DISPOSITION_WORDS[one.disposition] : undefined}>
            <StatusMark status={one.status} />
          </span>
        ),
      },
      {
        id: "owner",
        head: "Owner",
        width: "148px",
        cell: (one) =>
          one.owner ? <Avatar name={one.owner.name} /> : <span className={styles.none}>nobody</span>,
      },
      { id: "alerts", head: "Alerts", width: "46px", align: "end", cell: (one) => one.alert_count },
      { id: "evidence", head: "Evidence", width: "58px", align: "end", cell: (one) => one.evidence_count },
      { id: "opened", head: "Raised", width: "116px", cell: (one) => <Time at={one.created_at} /> },
      { id: "changed", head: "Last change", width: "116px", cell: (one) => <Time at={one.updated_at} /> },
    ],
    [waiting, onNew],
  );
  return (
    <Grid
      label="Cases"
      rows={cases}
      columns={columns}
      id={(one) => String(one.number)}
      cursor={cursor.at}
      onCursor={cursor.set}
      onOpen={onOpen}
      total={total}
      onEnd={onEnd}
      gap={14}
      after={after}
    />
  );
}
