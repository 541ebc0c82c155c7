/** What happened when: drafted from the events, completed by people. */
import { useMemo, useRef } from "react";
import type { Case, TimelineEntry } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { Button } from "@/design/Button";
import { type Column, Grid } from "@/design/Grid";
import { Hostile } from "@/design/Hostile";
import { shortHost } from "@/design/names";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { Cite } from "./Cites";
import { EvidencePanel } from "./EvidencePanel";
import { Panel } from "./Panel";
import panels from "./panels.module.css";
import { Foot, type TabProps } from "./Tab";
import styles from "./tabs.module.css";
import type { CaseData } from "./useCaseData";
import { placeOf, usePanel, useTabCursor, useTimeWidth } from "./useTab";

/** Entries that an earlier one on the same host said already. Pure. */
export function repeated(entries: readonly Pick<TimelineEntry, "id" | "title" | "host">[]): Set<string> {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const entry of entries) {
    const key = `${entry.host ?? ""}\n${entry.title}`;
    if (seen.has(key)) again.add(entry.id);
    seen.add(key);
  }
  return again;
}

export function TimelineTab({ one, data, may, chosen, onEnter }: TabProps) {
  const { timeline } = data;
  const entries = useMemo(() => timeline.data ?? [], [timeline.data]);
  const ids = useMemo(() => entries.map((entry) => entry.id), [entries]);
  const again = useMemo(() => repeated(entries), [entries]);
  const cursor = useTabCursor(ids, "timeline");
  const panel = useRef<HTMLElement>(null);
  const side = usePanel(cursor, panel);
  const current = entries.find((entry) => entry.id === cursor.at);
  chosen.current = current?.event ?? null;
  const times = useTimeWidth(useMemo(() => entries.map((entry) => entry.at), [entries]));
  const columns = useMemo(() => columnsOf(data, again, times), [data, again, times]);
  return (
    <>
      <div className={styles.columns}>
        <Grid
          label="Timeline"
          rows={entries}
          columns={columns}
          id={(entry) => entry.id}
          cursor={cursor.at}
          onCursor={cursor.set}
          onOpen={side.enter}
          gap={14}
          after={rest({ data, may, onEnter })}
        />
        {side.open && current && (
          <EntryPanel
            one={one}
            entry={current}
            data={data}
            panel={panel}
            place={placeOf(ids, current.id)}
            onClose={() => side.set(false)}
          />
        )}
      </div>
      <Foot may={may} one={one} rows>
        {`${placeOf(ids, cursor.at) ?? "0"} ${entries.length === 1 ? "entry" : "entries"}`}
      </Foot>
    </>
  );
}

function columnsOf(data: CaseData, again: ReadonlySet<string>, times: string): Column<TimelineEntry>[] {
  return [
    { id: "at", head: "Time", width: times, cell: (entry) => <Time at={entry.at} /> },
    {
      id: "severity",
      head: "Severity",
      width: "62px",
      cell: (entry) => {
        const severity = entry.event ? data.severityOf.get(entry.event) : undefined;
        return severity ? <SeverityMark severity={severity} short /> : null;
      },
    },
    {
      id: "title",
      head: "What happened",
      width: "minmax(0, 1fr)",
      cell: (entry) => (
        <Hostile text={entry.title} titled className={again.has(entry.id) ? styles.again : ""} />
      ),
    },
    {
      id: "host",
      head: "Host",
      width: "104px",
      cell: (entry) =>
        entry.host ? (
          <Hostile text={shortHost(entry.host)} mono titled={entry.host} className={styles.machine} />
        ) : (
          <span className={styles.none}>none</span>
        ),
    },
    {
      id: "technique",
      head: "Technique",
      width: "82px",
      cell: (entry) => entry.technique && <Hostile text={entry.technique} mono className={styles.machine} />,
    },
    {
      id: "event",
      head: "Cites",
      width: "54px",
      loose: true,
      cell: (entry) =>
        entry.event ? <Cite event={entry.event} /> : <span className={styles.none}>by hand</span>,
    },
    { id: "state", head: "State", width: "92px", cell: (entry) => <StatusMark status={entry.state} /> },
    { id: "author", head: "By", width: "24px", cell: (entry) => <Avatar name={entry.author.name} bare /> },
  ];
}

function rest({ data, may, onEnter }: Pick<TabProps, "data" | "may" | "onEnter">) {
  const { timeline } = data;
  if (timeline.error) {
    return (
      <Fault what="The timeline could not be read." fault={timeline.error} retry={() => timeline.refetch()} />
    );
  }
  if (!timeline.data) return <Loading lines={8} label="Loading the timeline" />;
  if (timeline.data.length > 0) return null;
  return (
    <Empty
      title="Nothing is on the timeline."
      why="Entries are drafted from the events of alerts; this case has none yet."
      action={
        may ? (
          <Button k="t" onClick={onEnter}>
            Put something on it
          </Button>
        ) : null
      }
    />
  );
}

interface EntryPanelProps {
  one: Case;
  entry: TimelineEntry;
  data: CaseData;
  panel: React.RefObject<HTMLElement | null>;
  place: string | null;
  onClose: () => void;
}

function EntryPanel({ entry, data, panel, place, onClose }: EntryPanelProps) {
  const piece = entry.event ? data.pieceOf.get(entry.event) : undefined;
  const severity = entry.event ? data.severityOf.get(entry.event) : undefined;
  const about = entry.entity && entry.entity.value !== entry.host ? entry.entity : null;
  return (
    <Panel
      label="Entry"
      id={entry.id}
      number={entry.event ? <Cite event={entry.event} /> : "By hand"}
      place={place}
      title={<Hostile text={entry.title} />}
      panel={panel}
      onClose={onClose}
      facts={
        <>
          {severity && <SeverityMark severity={severity} />}
          <StatusMark status={entry.state} />
          <Time at={entry.at} precision="ms" />
          {entry.host && <Hostile text={entry.host} mono />}
          <span className={panels.inline}>
            <span className={panels.dim}>by</span> <Avatar name={entry.author.name} />
          </span>
        </>
      }
    >
      {(entry.detail || about) && (
        <section className={panels.section}>
          {about && (
            <p>
              <span className={panels.dim}>{about.kind}</span> <Hostile text={about.value} mono defanged />
            </p>
          )}
          {entry.detail && (
            <p className={panels.detail}>
              <Hostile text={entry.detail} />
            </p>
          )}
        </section>
      )}
      {piece ? (
        <EvidencePanel piece={piece} alerts={data.alertsOf.get(entry.event ?? "") ?? []} />
      ) : (
        <section className={panels.section}>
          <p className={panels.says}>
            {entry.event
              ? "Its evidence is not loaded yet: scroll the tab Evidence to its end."
              : "No event is cited: it stands on the word of its author."}
          </p>
        </section>
      )}
    </Panel>
  );
}
