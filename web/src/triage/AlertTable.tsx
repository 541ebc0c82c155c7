/** The rows of the queue. */
import { memo, type ReactNode, useMemo } from "react";
import type { Alert } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { NewPill } from "@/design/NewPill";
import { shortHost, shortUser } from "@/design/names";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Time, TimeLeft } from "@/design/time";
import type { Cursor } from "@/design/useCursor";
import { useSettings } from "@/shell/settings";
import styles from "./AlertTable.module.css";

interface AlertTableProps {
  alerts: readonly Alert[];
  total: number;
  cursor: Cursor;
  /** Alerts that wait for `n`. */
  waiting: number;
  onNew: () => void;
  onEnd: () => void;
  onOpen: (id: string) => void;
  /** Shows when each was last seen: where that is the order. */
  timed: boolean;
  after?: ReactNode;
}

export function AlertTable(props: AlertTableProps) {
  const { alerts, total, cursor, waiting, onNew, onEnd, onOpen, timed } = props;
  const { density } = useSettings();
  const wordy = density === "comfortable";
  const { selected, toggle, select, clear } = cursor;
  const all = alerts.length > 0 && alerts.every((alert) => selected.has(alert.id));

  const columns = useMemo<Column<Alert>[]>(
    () => [
      {
        id: "box",
        name: "Selection",
        width: "13px",
        head: (
          <input
            type="checkbox"
            aria-label="Select all that are loaded"
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = !all && selected.size > 0;
            }}
            onChange={() => (all ? clear() : select(alerts.map((alert) => alert.id)))}
          />
        ),
        cell: (alert) => (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select A-${alert.number}`}
            checked={selected.has(alert.id)}
            onChange={() => toggle(alert.id)}
            onClick={(event) => event.stopPropagation()}
          />
        ),
      },
      {
        id: "severity",
        width: "52px",
        head: "Severity",
        cell: (alert) => <SeverityMark severity={alert.severity} short />,
      },
      {
        id: "alert",
        name: "Alert",
        width: "minmax(0, 1fr)",
        head: <NewPill head="Alert" waiting={waiting} onNew={onNew} />,
        cell: (alert) => (
          <span className={alert.status === "closed" ? styles.closed : styles.title}>
            {timed && <Time at={alert.last_seen} className={styles.seen} />}
            <Hostile text={alert.title} titled className={styles.words} />
            {alert.case != null && <span className={styles.case}>C-{alert.case}</span>}
          </span>
        ),
      },
      {
        id: "host",
        width: "82px",
        head: "Host",
        cell: (alert) => <Machine text={alert.host} short={shortHost} />,
      },
      {
        id: "user",
        width: "78px",
        head: "User",
        cell: (alert) => <Machine text={alert.user} short={shortUser} />,
      },
      {
        id: "count",
        width: "34px",
        align: "end",
        head: "Count",
        cell: (alert) => (alert.count > 1 ? compact(alert.count) : ""),
      },
      { id: "risk", width: "28px", align: "end", head: "Risk", cell: (alert) => alert.risk },
      {
        id: "due",
        width: "46px",
        align: "end",
        loose: true,
        head: "Due in",
        cell: (alert) => (
          <span className={styles.due}>
            <Due alert={alert} />
          </span>
        ),
      },
      {
        id: "status",
        width: wordy ? "84px" : "14px",
        head: <span className={wordy ? undefined : "unseen"}>Status</span>,
        cell: (alert) => <StatusMark status={alert.status} bare={!wordy} />,
      },
      {
        id: "owner",
        width: "20px",
        head: <span className="unseen">Owner</span>,
        cell: (alert) => alert.owner && <Avatar name={alert.owner.name} bare />,
      },
    ],
    [alerts, all, selected, toggle, select, clear, waiting, onNew, timed, wordy],
  );

  return (
    <Grid
      label="Alerts"
      rows={alerts}
      columns={columns}
      id={(alert) => alert.id}
      cursor={cursor.at}
      onCursor={cursor.set}
      onOpen={onOpen}
      selected={selected}
      total={total}
      onEnd={onEnd}
      after={props.after}
    />
  );
}

interface MachineProps {
  text?: string | null;
  short: (text: string) => string;
}

const Machine = memo(function Machine({ text, short }: MachineProps) {
  return text ? (
    <Hostile text={short(text)} mono titled={text} className={styles.machine} />
  ) : (
    <span className={styles.none}>none</span>
  );
});

/** Time left; of a closed alert whether it was in time. */
function Due({ alert }: { alert: Alert }) {
  if (alert.status !== "closed") return <TimeLeft due={alert.due_at} />;
  return (
    <span className={styles.none}>{alert.closed_at && alert.closed_at <= alert.due_at ? "met" : "late"}</span>
  );
}

/** 12,345 becomes 12k. */
export function compact(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1_000_000 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 1_000_000)}M`;
}
