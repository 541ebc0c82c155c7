/** The panel beside the queue: one alert, why it fired, what it is about, what was said and done. */
import { type ReactNode, type RefObject, useRef } from "react";
import { usePeople } from "@/api/session";
import type { Alert } from "@/api/types";
import { Avatar } from "@/design/Avatar";
import { IconButton } from "@/design/Button";
import { now } from "@/design/clock";
import { Hostile } from "@/design/Hostile";
import { Icon, type IconName } from "@/design/Icon";
import { SeverityMark, StatusMark } from "@/design/shapes";
import { Fault, Loading } from "@/design/states";
import { Time, TimeLeft } from "@/design/time";
import { PanelLine } from "@/shell/PanelLine";
import { say } from "@/shell/toast";
import { dayAround } from "./filter";
import { deed } from "./history";
import { NoteForm } from "./NoteForm";
import styles from "./Peek.module.css";
import { aboutEntity, useAlert, useEntityCounts, useHistory, useNotes } from "./queries";
import type { QueueState } from "./state";
import { DISPOSITION_WORDS, REASON_WORDS } from "./verdicts";
import { WhyItFired } from "./WhyItFired";

interface PeekProps {
  id: string;
  known: Alert | undefined;
  /** `2 of 148`. */
  place: string | null;
  onClose: () => void;
  /** Shows the alerts that a figure counts. */
  onAbout: (about: QueueState) => void;
  onNote: (alert: Alert, text: string) => Promise<boolean>;
  /** Whether the person may write. */
  writes: boolean;
  noting: boolean;
  onNoting: (open: boolean) => void;
  actions: (alert: Alert) => ReactNode;
  panel: RefObject<HTMLElement | null>;
}

export function Peek(props: PeekProps) {
  const { id, known, place, onClose, panel } = props;
  const { data: alert, error, refetch } = useAlert(id, known);
  const body = useRef<HTMLDivElement>(null);
  return (
    <aside ref={panel} className={styles.peek} aria-label="Alert" tabIndex={-1}>
      {error && !alert && (
        <Fault what="This alert could not be read." fault={error} retry={() => refetch()} />
      )}
      {!alert && !error && <Loading lines={10} label="Loading the alert" />}
      {alert && (
        <>
          <PeekHead alert={alert} place={place} onClose={onClose} />
          <section ref={body} className={styles.body} tabIndex={0} aria-label="Details of the alert" key={id}>
            <WhyItFired alert={alert} />
            <Entities alert={alert} onAbout={props.onAbout} />
            <Notes {...props} alert={alert} />
            <Journal alert={alert} />
          </section>
          {props.writes && <div className={styles.actions}>{props.actions(alert)}</div>}
        </>
      )}
    </aside>
  );
}

function PeekHead({ alert, place, onClose }: { alert: Alert; place: string | null; onClose: () => void }) {
  const copyLink = async () => {
    const link = new URL("/queue", location.origin);
    link.searchParams.set("alert", alert.id);
    try {
      await navigator.clipboard.writeText(link.href);
      say("Link copied.");
    } catch {
      say(`The browser does not let a page copy. The link is ${link.href}`);
    }
  };
  return (
    <header className={styles.head}>
      <PanelLine
        number={`A-${alert.number}`}
        places={[place, alert.count > 1 && `${alert.count} events`]}
        tools={
          <IconButton label="Copy a link to this alert" onClick={copyLink}>
            <Icon name="link" />
          </IconButton>
        }
        onClose={onClose}
      />
      <h2>
        <Hostile text={alert.title} titled />
      </h2>
      <div className={styles.facts}>
        <SeverityMark severity={alert.severity} />
        <StatusMark status={alert.status} />
        {alert.owner ? <Avatar name={alert.owner.name} /> : <span className={styles.dim}>Unassigned</span>}
        <span>
          <span className={styles.dim}>Risk</span> {alert.risk}
        </span>
        <span>
          <span className={styles.dim}>Seen</span> <Time at={alert.last_seen} />
        </span>
        {alert.status !== "closed" && (
          <span className={styles.left}>
            <Icon name="clock" size={14} />
            <TimeLeft due={alert.due_at} long />
          </span>
        )}
        {alert.case != null && <span className={styles.case}>C-{alert.case}</span>}
      </div>
      {alert.disposition && (
        <p className={styles.verdict}>
          {DISPOSITION_WORDS[alert.disposition]}
          {alert.reason && `, ${REASON_WORDS[alert.reason]}`}
          {alert.comment && (
            <>
              : <Hostile text={alert.comment} />
            </>
          )}
        </p>
      )}
    </header>
  );
}

const ENTITY_ICONS: Record<string, IconName> = {
  host: "host",
  user: "user",
  ip: "globe",
  domain: "globe",
  hash: "hash",
  file: "file",
  process: "process",
  email: "mail",
};

/** Entities before "more". */
const FEW = 6;

/** Kinds that somebody could reach by a click. */
const REACHABLE = new Set(["ip", "domain", "url", "email"]);

function Entities({ alert, onAbout }: { alert: Alert; onAbout: PeekProps["onAbout"] }) {
  const shown = alert.entities.slice(0, FEW);
  const { from, to } = dayAround(alert.last_seen, now());
  const counts = useEntityCounts(shown, from, to);
  if (shown.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="entities">
      <div className={styles.sectionhead}>
        <h3 id="entities">Entities</h3>
        <span className={styles.dim}>{alert.entities.length}</span>
        <span className={styles.aside} title="Within the 24 hours around this alert, closed ones too">
          Alerts, 24 h
        </span>
      </div>
      <ul>
        {shown.map((entity, at) => (
          <li key={`${entity.kind}:${entity.value}`} className={styles.entity}>
            <Icon name={ENTITY_ICONS[entity.kind] ?? "hash"} />
            <Hostile
              text={entity.value}
              mono
              defanged={REACHABLE.has(entity.kind)}
              titled
              className={styles.value}
            />
            <span className={styles.kind}>{entity.kind}</span>
            <button
              type="button"
              onClick={() => onAbout({ ...aboutEntity(entity), from, to })}
              title="Show these alerts"
            >
              {counts[at] ?? "–"}
              <span className="unseen"> alerts about it</span>
            </button>
          </li>
        ))}
      </ul>
      {alert.entities.length > FEW && (
        <p className={styles.dim}>{alert.entities.length - FEW} more in the events</p>
      )}
    </section>
  );
}

function Notes({ alert, onNote, writes, noting, onNoting }: PeekProps & { alert: Alert }) {
  const { data, error, refetch } = useNotes(alert.id);
  return (
    <section className={styles.section} aria-labelledby="notes">
      <div className={styles.sectionhead}>
        <h3 id="notes">Notes</h3>
        {data && <span className={styles.dim}>{data.items.length || "none yet"}</span>}
      </div>
      {error && <Fault what="The notes could not be read." fault={error} retry={() => refetch()} />}
      {data?.items.map((note) => (
        <article key={note.id} className={styles.note}>
          <p className={styles.meta}>
            <Avatar name={note.author.name} />
            <Time at={note.created_at} precision="min" />
          </p>
          <p className={styles.text}>
            <Hostile text={note.text} />
          </p>
        </article>
      ))}
      {writes && (
        <NoteForm open={noting} onOpen={onNoting} onSave={(text) => onNote(alert, text)} key={alert.id} />
      )}
    </section>
  );
}

function Journal({ alert }: { alert: Alert }) {
  const { data, error, refetch } = useHistory(alert.id);
  const { data: people } = usePeople();
  return (
    <section className={styles.section} aria-labelledby="history">
      <div className={styles.sectionhead}>
        <h3 id="history">History</h3>
      </div>
      {error && <Fault what="The history could not be read." fault={error} retry={() => refetch()} />}
      <ol className={styles.history}>
        {data?.items.map((item) => (
          <li key={item.id}>
            <Time at={item.at} precision="min" className={styles.when} />
            <span>
              <strong>{item.actor.name}</strong> {deed(item, people?.items ?? [])}
              {item.reason && (
                <>
                  : <Hostile text={item.reason} />
                </>
              )}
            </span>
          </li>
        ))}
        {alert.source !== "system" && (
          <li>
            <Time at={alert.first_seen} precision="min" className={styles.when} />
            <span>First event</span>
          </li>
        )}
      </ol>
    </section>
  );
}
