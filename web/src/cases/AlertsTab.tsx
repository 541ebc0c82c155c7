/** The alerts of a case, and why each fired. */
import { Link } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import type { Alert } from "@/api/types";
import { Button } from "@/design/Button";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { shortHost, shortUser } from "@/design/names";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { useWide } from "@/design/useWide";
import { WIDE } from "@/shell/SidePanel";
import { DISPOSITION_WORDS } from "@/triage/verdicts";
import { WhyItFired } from "@/triage/WhyItFired";
import { Cites } from "./Cites";
import { Panel } from "./Panel";
import panels from "./panels.module.css";
import { Foot, type TabProps } from "./Tab";
import styles from "./tabs.module.css";
import type { CaseData } from "./useCaseData";
import { placeOf, usePanel, useTabCursor, useTimeWidth } from "./useTab";

interface AlertsTabProps extends TabProps {
  onAdd: () => void;
}

export function AlertsTab({ one, data, may, chosen, onAdd }: AlertsTabProps) {
  const alerts = useMemo(() => data.alerts.data ?? [], [data.alerts.data]);
  const ids = useMemo(() => alerts.map((alert) => alert.id), [alerts]);
  const cursor = useTabCursor(ids, "alerts");
  const panel = useRef<HTMLElement>(null);
  const side = usePanel(cursor, panel);
  const current = alerts.find((alert) => alert.id === cursor.at);
  const times = useTimeWidth(useMemo(() => alerts.map((alert) => alert.last_seen), [alerts]));
  // Beside the panel, which says whose it is, the title needs the room.
  const narrow = useWide(WIDE) && side.open;
  const columns = useMemo(
    () => columnsOf(data, times).filter((column) => !(narrow && column.id === "user")),
    [data, times, narrow],
  );
  chosen.current = data.facts.eventsOf.get(cursor.at ?? "")?.[0] ?? null;
  return (
    <>
      <div className={styles.columns}>
        <Grid
          label="Alerts of the case"
          rows={alerts}
          columns={columns}
          id={(alert) => alert.id}
          cursor={cursor.at}
          onCursor={cursor.set}
          onOpen={side.enter}
          gap={14}
          after={rest({ data, may: may && one.status !== "closed", onAdd })}
        />
        {side.open && current && (
          <Panel
            label="Alert"
            id={current.id}
            number={`A-${current.number}`}
            place={placeOf(ids, current.id)}
            title={<Hostile text={current.title} />}
            panel={panel}
            onClose={() => side.set(false)}
            facts={
              <>
                <SeverityMark severity={current.severity} />
                <StatusMark status={current.status} />
                {current.user && <Hostile text={current.user} mono />}
                <span>
                  <span className={panels.dim}>Seen</span> <Time at={current.last_seen} />
                </span>
                <Link to="/queue" search={{ alert: current.id }}>
                  Open in the queue
                </Link>
              </>
            }
          >
            <WhyItFired alert={current} />
          </Panel>
        )}
      </div>
      <Foot may={may} one={one} rows>
        {`${placeOf(ids, cursor.at) ?? "0"} ${alerts.length === 1 ? "alert" : "alerts"}`}
      </Foot>
    </>
  );
}

function columnsOf(data: CaseData, times: string): Column<Alert>[] {
  return [
    {
      id: "number",
      head: "Alert",
      width: "60px",
      cell: (alert) => <span className={styles.number}>A-{alert.number}</span>,
    },
    {
      id: "severity",
      head: "Severity",
      width: "62px",
      cell: (alert) => <SeverityMark severity={alert.severity} short />,
    },
    {
      id: "title",
      head: "Title",
      width: "minmax(0, 1fr)",
      cell: (alert) => <Hostile text={alert.title} titled />,
    },
    {
      id: "host",
      head: "Host",
      width: "96px",
      cell: (alert) => <Machine text={alert.host} short={shortHost} />,
    },
    {
      id: "user",
      head: "User",
      width: "92px",
      cell: (alert) => <Machine text={alert.user} short={shortUser} />,
    },
    {
      id: "count",
      head: "Events",
      width: "48px",
      align: "end",
      cell: (alert) => alert.count,
    },
    {
      id: "cites",
      head: "Cites",
      width: "68px",
      loose: true,
      cell: (alert) => <Cites events={data.facts.eventsOf.get(alert.id) ?? []} most={1} />,
    },
    { id: "seen", head: "Last seen", width: times, cell: (alert) => <Time at={alert.last_seen} /> },
    {
      id: "status",
      head: "State",
      width: "92px",
      cell: (alert) => (
        <span title={alert.disposition ? DISPOSITION_WORDS[alert.disposition] : undefined}>
          <StatusMark status={alert.status} />
        </span>
      ),
    },
  ];
}

function Machine({ text, short }: { text?: string | null; short: (text: string) => string }) {
  return text ? (
    <Hostile text={short(text)} mono titled={text} className={styles.machine} />
  ) : (
    <span className={styles.none}>none</span>
  );
}

function rest({ data, may, onAdd }: { data: CaseData; may: boolean; onAdd: () => void }) {
  const { alerts } = data;
  if (alerts.error) {
    return <Fault what="The alerts could not be read." fault={alerts.error} retry={() => alerts.refetch()} />;
  }
  if (!alerts.data) return <Loading lines={6} label="Loading alerts" />;
  const add = may ? (
    <Button k="l" onClick={onAdd}>
      Add an alert
    </Button>
  ) : null;
  if (alerts.data.length > 0) return add && <div className={styles.after}>{add}</div>;
  return <Empty title="No alert belongs to this case." why="It was raised by hand." action={add} />;
}
