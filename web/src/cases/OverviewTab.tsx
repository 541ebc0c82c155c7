/** A case on one screen: the five questions, the timeline drawn, its alerts, its evidence, what people wrote. */
import { useMemo } from "react";
import type { TimelineEntry } from "@/api/types";
import { Button } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { shortHost } from "@/design/names";
import { SeverityMark, SeverityShape, StatusMark } from "@/design/shapes";
import { Empty, Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { useKeys } from "@/keys/useKeys";
import { AnswerStrip } from "./AnswerStrip";
import { Cite } from "./Cites";
import { sizeWords } from "./facts";
import { Lanes } from "./Lanes";
import { NoteList, type Noting } from "./NotesTab";
import styles from "./OverviewTab.module.css";
import { Foot, type TabProps } from "./Tab";
import tabs from "./tabs.module.css";
import type { CaseData } from "./useCaseData";
import { placeOf, useTabCursor } from "./useTab";

/** Rows of a column before "all". */
const ROWS = 8;

interface OverviewTabProps extends TabProps {
  noting: Noting;
  onAdd: () => void;
  onEdit: () => void;
}

export function OverviewTab(props: OverviewTabProps) {
  const { one, data, may, chosen, onTab } = props;
  const entries = useMemo(() => data.timeline.data ?? [], [data.timeline.data]);
  const ids = useMemo(() => entries.map((entry) => entry.id), [entries]);
  const cursor = useTabCursor(ids, "overview");
  const current = entries.find((entry) => entry.id === cursor.at);
  chosen.current = current?.event ?? null;
  const open = (id: string | null) => {
    const entry = entries.find((other) => other.id === id);
    if (entry?.event) onTab("evidence", entry.event);
    else if (entry) onTab("timeline", entry.id);
  };
  useKeys({ title: "Timeline" }, [
    ...cursor.bindings,
    {
      id: "case.open",
      keys: ["o", "Enter"],
      label: "Open what the entry cites",
      off: !current,
      run: () => open(cursor.at),
    },
  ]);
  return (
    <>
      <section className={tabs.page} tabIndex={0} aria-label="Overview">
        <AnswerStrip answers={data.answers} pending={data.facts.pending || data.evidence.isPending} />
        <Reach data={data} />
        <section className={styles.timeline} aria-labelledby="overview-timeline">
          <Head id="overview-timeline" title="Timeline" says={counts(entries)}>
            {current && <Current entry={current} data={data} onOpen={() => open(current.id)} />}
            <Button
              look="plain"
              className={styles.more}
              onClick={() => onTab("timeline", cursor.at ?? undefined)}
            >
              Table
            </Button>
          </Head>
          {data.timeline.error && (
            <Fault what="The timeline could not be read." fault={data.timeline.error} />
          )}
          {data.timeline.isPending && <Loading lines={4} label="Loading the timeline" />}
          {data.timeline.data && entries.length === 0 && (
            <Empty title="Nothing is on the timeline." why="Add an entry with t, or an alert with l." />
          )}
          {entries.length > 0 && (
            <Lanes
              entries={entries}
              severityOf={data.severityOf}
              cursor={cursor.at}
              onCursor={cursor.set}
              onOpen={open}
            />
          )}
        </section>
        <div className={styles.columns}>
          <AlertColumn {...props} />
          <EvidenceColumn {...props} />
          <NoteColumn {...props} />
        </div>
      </section>
      <Foot may={may} one={one} rows>
        {entries.length > 0 ? `Timeline ${placeOf(ids, cursor.at) ?? "0"}` : ""}
      </Foot>
    </>
  );
}

function counts(entries: readonly TimelineEntry[]): string {
  const of = (state: TimelineEntry["state"]) => entries.filter((entry) => entry.state === state).length;
  const said = [`${entries.length} ${entries.length === 1 ? "entry" : "entries"}`];
  for (const state of ["confirmed", "draft", "disputed"] as const) {
    if (of(state) > 0) said.push(`${of(state)} ${state}`);
  }
  return said.join(", ");
}

/** How far the answers reach, where that is not all of the evidence. */
function Reach({ data }: { data: CaseData }) {
  const { facts, evidence, pieces } = data;
  const total = evidence.data?.pages[0]?.total ?? pieces.length;
  const unread = total - pieces.length;
  if (facts.pending || (facts.missing === 0 && unread === 0 && !facts.fault)) return null;
  return (
    <p className={styles.reach}>
      The answers rest on {facts.facts.length} of {total} pieces of evidence.
      {facts.missing > 0 &&
        ` ${facts.missing} could not be read with their fields: retention has removed them, or they are beyond the newest 50 of an alert. Their bytes are under Evidence.`}
      {unread > 0 && ` ${unread} are not loaded yet: scroll Evidence to its end.`}
    </p>
  );
}

interface HeadProps {
  id: string;
  title: string;
  says: string;
  children?: React.ReactNode;
}

function Head({ id, title, says, children }: HeadProps) {
  return (
    <div className={styles.head}>
      <h2 id={id}>{title}</h2>
      <span className={styles.says}>{says}</span>
      {children}
    </div>
  );
}

/** The entry under the cursor in words: what the drawing has no room for. */
function Current({ entry, data, onOpen }: { entry: TimelineEntry; data: CaseData; onOpen: () => void }) {
  const severity = entry.event ? data.severityOf.get(entry.event) : undefined;
  return (
    <button type="button" className={styles.current} onClick={onOpen} tabIndex={-1} aria-live="polite">
      {severity && <SeverityShape severity={severity} />}
      <Time at={entry.at} />
      {entry.host && <Hostile text={shortHost(entry.host)} mono />}
      <Hostile text={entry.title} className={styles.title} />
    </button>
  );
}

function AlertColumn({ data, may, one, onTab, onAdd }: OverviewTabProps) {
  const alerts = data.alerts.data ?? [];
  const closed = alerts.filter((alert) => alert.status === "closed").length;
  return (
    <section className={styles.column} aria-labelledby="overview-alerts">
      <Head
        id="overview-alerts"
        title="Alerts"
        says={alerts.length > 0 ? `${alerts.length}, ${alerts.length - closed} open` : ""}
      >
        {may && one.status !== "closed" && (
          <Button look="plain" k="l" className={styles.more} onClick={onAdd}>
            Add
          </Button>
        )}
      </Head>
      {data.alerts.error && <Fault what="The alerts could not be read." fault={data.alerts.error} />}
      {data.alerts.data && alerts.length === 0 && <Empty title="None: the case was raised by hand." />}
      <ul>
        {alerts.slice(0, ROWS).map((alert) => (
          <li key={alert.id}>
            <button type="button" className={styles.row} onClick={() => onTab("alerts", alert.id)}>
              <SeverityMark severity={alert.severity} short />
              <span className={styles.grow}>
                <Hostile text={alert.title} titled />
                <span className={styles.under}>
                  A-{alert.number}
                  {alert.host && (
                    <>
                      {" "}
                      <Hostile text={shortHost(alert.host)} mono />
                    </>
                  )}
                </span>
              </span>
              <StatusMark status={alert.status} />
            </button>
          </li>
        ))}
      </ul>
      <All count={alerts.length} onClick={() => onTab("alerts")} />
    </section>
  );
}

function EvidenceColumn({ data, onTab }: OverviewTabProps) {
  const { pieces, evidence } = data;
  const total = evidence.data?.pages[0]?.total ?? pieces.length;
  return (
    <section className={styles.column} aria-labelledby="overview-evidence">
      <Head
        id="overview-evidence"
        title="Evidence"
        says={total > 0 ? `${total} ${total === 1 ? "piece" : "pieces"}` : ""}
      />
      {evidence.error && <Fault what="The evidence could not be read." fault={evidence.error} />}
      {evidence.data && total === 0 && <Empty title="There is no evidence." />}
      <ul>
        {pieces.slice(0, ROWS).map((piece) => {
          const [alert] = data.alertsOf.get(piece.event ?? "") ?? [];
          return (
            <li key={piece.id}>
              <div className={styles.row}>
                <span>{piece.event && <Cite event={piece.event} />}</span>
                <span className={styles.grow}>
                  {alert ? <Hostile text={alert.title} titled /> : <span>{piece.name}</span>}
                  <span className={styles.under}>
                    <Hostile text={piece.source} mono />{" "}
                    <span title={piece.sha256}>{piece.sha256.slice(0, 10)}…</span>
                  </span>
                </span>
                <span className={styles.says}>{sizeWords(piece.size)}</span>
              </div>
            </li>
          );
        })}
      </ul>
      <All count={total} onClick={() => onTab("evidence")} />
    </section>
  );
}

function NoteColumn({ one, may, noting, onEdit, onTab }: OverviewTabProps) {
  const count = noting.notes.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  return (
    <section className={styles.column} aria-labelledby="overview-summary">
      <Head id="overview-summary" title="Summary" says="">
        {may && one.status !== "closed" && (
          <Button look="plain" k="d" className={styles.more} onClick={onEdit}>
            {one.summary ? "Change" : "Write"}
          </Button>
        )}
      </Head>
      {one.summary ? (
        <p className={styles.summary}>
          <Hostile text={one.summary} />
        </p>
      ) : (
        <p className={styles.lack}>
          <strong>Not established</strong> Nobody has written what is known so far.
        </p>
      )}
      <Head id="overview-notes" title="Notes" says={count > 0 ? String(count) : ""} />
      <div className={styles.notes}>
        <NoteList noting={noting} may={may} last={3} />
      </div>
      {count > 3 && <All count={count} least={3} onClick={() => onTab("notes")} />}
    </section>
  );
}

function All({ count, onClick, least = ROWS }: { count: number; onClick: () => void; least?: number }) {
  if (count <= least) return null;
  return (
    <Button look="plain" className={styles.all} onClick={onClick}>
      All {count}
    </Button>
  );
}
