/** The panel beside the results: one event with everything that it says, as fields and as it came. */
import { type RefObject, useState } from "react";
import { IconButton } from "@/design/Button";
import { Hostile } from "@/design/Hostile";
import { Icon } from "@/design/Icon";
import { Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { PanelLine } from "@/shell/PanelLine";
import { say } from "@/shell/toast";
import { Around } from "./Around";
import { Diagnostics } from "./Diagnostics";
import styles from "./EventPanel.module.css";
import { FieldRows } from "./FieldRows";
import { summary, written } from "./facts";
import { useEvent } from "./queries";
import { type FieldValue, useFieldKeys } from "./useFieldKeys";

interface EventPanelProps {
  id: string;
  place: string | null;
  panel: RefObject<HTMLElement | null>;
  onClose: () => void;
  onTerm: (field: string, value: unknown, exclude: boolean) => void;
  onColumn: (field: string) => void;
  onEvent: (id: string) => void;
  onPivot: () => void;
}

export function EventPanel(props: EventPanelProps) {
  const { id, place, panel, onClose } = props;
  const { data: event, error, refetch } = useEvent(id);
  const [raw, setRaw] = useState(false);
  const copyLink = async () => {
    const link = new URL("/hunt", location.origin);
    link.searchParams.set("event", id);
    link.searchParams.set("peek", "on");
    try {
      await navigator.clipboard.writeText(link.href);
      say("Link copied.");
    } catch {
      say(`The browser does not let a page copy. The link is ${link.href}`);
    }
  };
  const fields: FieldValue[] = event
    ? [
        { name: "@timestamp", value: event.time },
        { name: "_received", value: event.received },
        { name: "_source", value: event.source },
        ...Object.entries(event.fields).flatMap(([name, values]) => values.map((value) => ({ name, value }))),
      ]
    : [];
  const cursor = useFieldKeys({
    panel,
    about: id,
    fields,
    onTerm: raw ? undefined : props.onTerm,
    onColumn: raw ? undefined : props.onColumn,
  });
  const first =
    event && Object.fromEntries(Object.entries(event.fields).map(([name, values]) => [name, values[0]]));
  return (
    <aside ref={panel} className={styles.panel} aria-label="Event" tabIndex={-1}>
      <header className={styles.head}>
        <PanelLine
          number={id}
          places={[place]}
          tools={
            <>
              <IconButton label="Copy a link to this event" onClick={copyLink}>
                <Icon name="link" />
              </IconButton>
              <IconButton label="Events about the same (p)" onClick={props.onPivot} disabled={!event}>
                <Icon name="hunt" />
              </IconButton>
            </>
          }
          onClose={onClose}
        />
        {event && first && (
          <>
            <h2>
              <Hostile
                text={summary({ id, cells: first }).slice(0, 160) || "An event that says nothing known"}
                defanged
              />
            </h2>
            <p className={styles.facts}>
              <span>
                <span className={styles.dim}>Happened</span> <Time at={event.time} precision="ms" />
              </span>
              <span>
                <span className={styles.dim}>Received</span> <Time at={event.received} precision="ms" />
              </span>
              <span>
                <span className={styles.dim}>Through</span> <Hostile text={event.source} mono />
              </span>
              <span>
                <span className={styles.dim}>Is</span> {kindOf(event.log_source)}
              </span>
            </p>
          </>
        )}
      </header>
      {error && <Fault what="This event could not be read." fault={error} retry={() => refetch()} />}
      {!event && !error && <Loading lines={12} label="Loading the event" />}
      {event && (
        <>
          <div className={styles.tabs} role="tablist" aria-label="The event as">
            <button type="button" role="tab" aria-selected={!raw} onClick={() => setRaw(false)}>
              Fields <span className={styles.dim}>{fields.length}</span>
            </button>
            <button type="button" role="tab" aria-selected={raw} onClick={() => setRaw(true)}>
              Raw{" "}
              <span className={event.diagnostics.length > 0 ? styles.flagged : styles.dim}>
                {event.diagnostics.length > 0 ? `${event.diagnostics.length} diagnostics` : bytes(event.raw)}
              </span>
            </button>
          </div>
          <section className={styles.body} key={id} aria-label="Details of the event" tabIndex={0}>
            {raw || event.diagnostics.length > 0 ? <Diagnostics event={event} raw={raw} /> : null}
            {!raw && (
              <>
                <FieldRows fields={fields} cursor={cursor} onTerm={props.onTerm} onColumn={props.onColumn} />
                <Around event={event} host={written(first?.["host.name"])} onEvent={props.onEvent} />
              </>
            )}
          </section>
        </>
      )}
    </aside>
  );
}

/** `windows, sysmon, process_creation`. */
function kindOf(source: { product?: string | null; service?: string | null; categories: string[] }): string {
  const said = [source.product, source.service, ...source.categories].filter(Boolean);
  return said.length > 0 ? said.join(", ") : "of no known log source";
}

function bytes(raw: string): string {
  return `${new TextEncoder().encode(raw).length.toLocaleString("en")} bytes`;
}
