/** An entry of the timeline by hand, or from an event by its id or the number of its evidence. */
import { useState } from "react";
import type { Problem } from "@/api/problem";
import type { Case, NewTimelineEntry } from "@/api/types";
import { dayAndTime, fullTime, now } from "@/design/clock";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Choice, Field } from "@/design/Field";
import { useSettings } from "@/shell/settings";
import { called } from "./actions";
import { useExhibits } from "./Cites";
import { Refusal } from "./dialogs";
import { useFormKeys, useTry } from "./EditDialog";
import styles from "./forms.module.css";
import { readWhen } from "./when";

interface EntryDialogProps {
  one: Case;
  /** The event that it is about, where one is chosen. */
  event: string | null;
  onClose: () => void;
  onConfirm: (entry: NewTimelineEntry) => Promise<Problem | null>;
}

type State = NonNullable<NewTimelineEntry["state"]>;

export function EntryDialog({ one, event, onClose, onConfirm }: EntryDialogProps) {
  const { zone } = useSettings();
  const { numberOf } = useExhibits();
  const [title, setTitle] = useState("");
  const [when, setWhen] = useState("");
  const [host, setHost] = useState("");
  const [about, setAbout] = useState(event ? nameOf(event, numberOf) : "");
  const [state, setState] = useState<State>("confirmed");
  const [detail, setDetail] = useState("");
  const [tried, setTried] = useState(false);
  const { fault, busy, run } = useTry();

  const id = about.trim() === "" ? null : eventOf(about.trim(), numberOf);
  const at = when.trim() === "" ? null : readWhen(when, zone, now());
  const zoneWord = zone === "utc" ? "UTC" : "local time";
  const faults = {
    title: title.trim() ? null : "Say what happened.",
    about:
      about.trim() && !id ? "No such evidence: a number such as E5, or an event's id such as 1-42." : null,
    when:
      when.trim() && !at
        ? "Not a time. Such as 09:32, 12 Mar 09:32:04 or 2026-03-12 09:32."
        : !when.trim() && !about.trim()
          ? "Without an event it needs a time."
          : null,
  };
  const confirm = () => {
    setTried(true);
    if (faults.title || faults.about || faults.when) return;
    run(() =>
      onConfirm({
        title: title.trim(),
        at,
        event: id,
        host: host.trim() || null,
        detail: detail.trim() || null,
        state,
      }),
    );
  };
  useFormKeys("Timeline entry", "Put it on the timeline", confirm, onClose);
  return (
    <Dialog onClose={onClose} title={`Timeline of ${called(one)}`} size="32rem">
      <form
        className={dialogs.form}
        onSubmit={(submit) => {
          submit.preventDefault();
          confirm();
        }}
      >
        <Field
          label="What happened"
          value={title}
          maxLength={500}
          onChange={(change) => setTitle(change.currentTarget.value)}
          fault={tried ? faults.title : null}
          data-autofocus
        />
        <div className={styles.pair}>
          <Field
            label={`When, ${zoneWord}`}
            value={when}
            onChange={(change) => setWhen(change.currentTarget.value)}
            placeholder={about.trim() ? "The event's time" : "09:32"}
            hint={
              at ? fullTime(at, zone) : about.trim() ? "As the event says" : `Now ${dayAndTime(now(), zone)}`
            }
            fault={tried ? faults.when : null}
          />
          <Field
            label="Event"
            value={about}
            onChange={(change) => setAbout(change.currentTarget.value)}
            placeholder="E5 or 1-42; none by hand"
            hint={id && !numberOf.has(id) ? "It becomes evidence" : undefined}
            fault={tried ? faults.about : null}
          />
        </div>
        <div className={styles.pair}>
          <Field
            label="Host"
            value={host}
            maxLength={500}
            onChange={(change) => setHost(change.currentTarget.value)}
            placeholder={about.trim() ? "The event's host" : "Where, if anywhere"}
          />
          <Choice
            label="How sure"
            value={state}
            onChange={(change) => setState(change.currentTarget.value as State)}
          >
            <option value="confirmed">Confirmed: I stand by it</option>
            <option value="draft">Draft: not looked at yet</option>
            <option value="disputed">Disputed: I doubt it</option>
          </Choice>
        </div>
        <label className={styles.area}>
          More
          <textarea
            rows={3}
            value={detail}
            maxLength={16_000}
            onChange={(change) => setDetail(change.currentTarget.value)}
          />
        </label>
        {fault && <Refusal what="The entry was not kept." problem={fault} />}
        <DialogButtons verb="Put on the timeline" k={["Ctrl", "↵"]} disabled={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

function nameOf(event: string, numberOf: ReadonlyMap<string, number>): string {
  const number = numberOf.get(event);
  return number ? `E${number}` : event;
}

/** The event that `E5` or `1-42` names. Pure. */
export function eventOf(text: string, numberOf: ReadonlyMap<string, number>): string | null {
  if (/^\d{1,5}-\d{1,20}$/.test(text)) return text;
  const number = /^e?(\d{1,6})$/i.exec(text)?.[1];
  if (!number) return null;
  return [...numberOf].find(([, own]) => own === Number(number))?.[0] ?? null;
}
