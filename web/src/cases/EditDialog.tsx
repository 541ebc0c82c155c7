/** A case's own fields: raising one by hand, and changing one. What somebody else changed meanwhile is shown. */
import { useState } from "react";
import type { Problem } from "@/api/problem";
import type { Case, CaseEdit, Severity, Tlp } from "@/api/types";
import { Button } from "@/design/Button";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Choice, Field } from "@/design/Field";
import { SEVERITIES, SEVERITY_WORDS, STATUS_WORDS } from "@/design/shapes";
import { useKeys } from "@/keys/useKeys";
import { called } from "./actions";
import { Refusal } from "./dialogs";
import styles from "./forms.module.css";
import { TLP_HINTS, TLPS, tlpWord } from "./words";

export interface NewCase {
  title: string;
  severity: Severity;
  summary: string | null;
}

const MAX_SUMMARY = 60_000;

interface RaiseDialogProps {
  onClose: () => void;
  onConfirm: (raised: NewCase) => Promise<Problem | null>;
}

/** A case without an alert: a phone call, a report, a suspicion. */
export function RaiseDialog({ onClose, onConfirm }: RaiseDialogProps) {
  const [title, setTitle] = useState("");
  const [severity, setSeverity] = useState<Severity>("medium");
  const [summary, setSummary] = useState("");
  const [tried, setTried] = useState(false);
  const { fault, busy, run } = useTry();
  const lack = title.trim() ? null : "A case needs a title.";
  const confirm = () => {
    setTried(true);
    if (!lack) run(() => onConfirm({ title: title.trim(), severity, summary: summary.trim() || null }));
  };
  useFormKeys("Raise a case", "Raise the case", confirm, onClose);
  return (
    <Dialog onClose={onClose} title="Raise a case by hand" size="32rem">
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <p className={dialogs.lead}>
          From an alert, raise it in the queue with c: its evidence comes with it.
        </p>
        <Field
          label="Title"
          value={title}
          maxLength={500}
          onChange={(event) => setTitle(event.currentTarget.value)}
          placeholder="What is suspected, in one line"
          fault={tried ? lack : null}
          data-autofocus
        />
        <SeverityChoice value={severity} onChange={setSeverity} />
        <Summary value={summary} onChange={setSummary} />
        {fault && <Refusal what="The case was not raised." problem={fault} />}
        <DialogButtons verb="Raise case" k={["Ctrl", "↵"]} disabled={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

interface EditDialogProps {
  one: Case;
  onClose: () => void;
  /** Changes what it is given on the version that it is given. */
  onConfirm: (seen: Case, change: CaseEdit) => Promise<Problem | null>;
}

export function EditDialog({ one, onClose, onConfirm }: EditDialogProps) {
  // What the person has in front of them; a newer version comes in only with their consent.
  const [base, setBase] = useState(one);
  const [title, setTitle] = useState(one.title);
  const [severity, setSeverity] = useState(one.severity);
  const [tlp, setTlp] = useState(one.tlp);
  const [summary, setSummary] = useState(one.summary);
  const [tried, setTried] = useState(false);
  const { fault, busy, run } = useTry();
  const theirs = differences(base, one);
  const lack = title.trim() ? null : "A case needs a title.";
  const confirm = () => {
    setTried(true);
    if (lack) return;
    const change: CaseEdit = {};
    if (title.trim() !== base.title) change.title = title.trim();
    if (severity !== base.severity) change.severity = severity;
    if (tlp !== base.tlp) change.tlp = tlp;
    if (summary.trim() !== base.summary) change.summary = summary.trim();
    if (Object.keys(change).length === 0) return onClose();
    run(() => onConfirm(base, change));
  };
  /** Theirs where mine is as it was, mine elsewhere. */
  const rebase = () => {
    if (title === base.title) setTitle(one.title);
    if (severity === base.severity) setSeverity(one.severity);
    if (tlp === base.tlp) setTlp(one.tlp);
    if (summary === base.summary) setSummary(one.summary);
    setBase(one);
  };
  useFormKeys("Details", "Keep the changes", confirm, onClose);
  return (
    <Dialog onClose={onClose} title={`Details of ${called(one)}`} size="34rem">
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <Field
          label="Title"
          value={title}
          maxLength={500}
          onChange={(event) => setTitle(event.currentTarget.value)}
          fault={tried ? lack : null}
          data-autofocus
        />
        <div className={styles.pair}>
          <SeverityChoice value={severity} onChange={setSeverity} />
          <Choice
            label="With whom it may be shared"
            value={tlp}
            onChange={(event) => setTlp(event.currentTarget.value as Tlp)}
          >
            {TLPS.map((circle) => (
              <option key={circle} value={circle}>
                {tlpWord(circle)}, {TLP_HINTS[circle]}
              </option>
            ))}
          </Choice>
        </div>
        <Summary value={summary} onChange={setSummary} />
        {theirs.length > 0 ? (
          <div className={styles.refusal} role="alert">
            <p>
              <strong>Somebody changed {called(one)} while you wrote.</strong> Nothing was overwritten. It has
              now:
            </p>
            <ul>
              {theirs.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <Button onClick={rebase}>Keep theirs where I changed nothing</Button>
          </div>
        ) : (
          fault && <Refusal what="The changes were not kept." problem={fault} />
        )}
        <DialogButtons verb="Keep" k={["Ctrl", "↵"]} disabled={busy || theirs.length > 0} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** What a newer version of a case says otherwise. Pure. */
export function differences(base: Case, now: Case): string[] {
  if (base.version === now.version) return [];
  const said: string[] = [];
  if (base.title !== now.title) said.push(`the title “${now.title}”`);
  if (base.severity !== now.severity)
    said.push(`the severity ${SEVERITY_WORDS[now.severity].long.toLowerCase()}`);
  if (base.status !== now.status) said.push(`the state ${STATUS_WORDS[now.status].toLowerCase()}`);
  if (base.owner?.id !== now.owner?.id) said.push(`the owner ${now.owner?.name ?? "nobody"}`);
  if (base.tlp !== now.tlp) said.push(tlpWord(now.tlp));
  if (base.summary !== now.summary) said.push("another summary");
  if (base.alert_count !== now.alert_count) said.push(`${now.alert_count} alerts`);
  return said.length > 0 ? said : ["another version"];
}

/** Runs something once at a time and keeps why it failed. */
export function useTry() {
  const [fault, setFault] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const run = (call: () => Promise<Problem | null>) => {
    if (busy) return;
    setBusy(true);
    void call().then((problem) => {
      setFault(problem);
      setBusy(false);
    });
  };
  return { fault, busy, run };
}

/** Ctrl+Enter from any field, Escape. */
export function useFormKeys(title: string, verb: string, confirm: () => void, leave: () => void): void {
  useKeys({ title, level: "dialog", closed: true }, [
    { id: "form.confirm", keys: "Ctrl+Enter", label: verb, typing: true, run: confirm },
    { id: "form.leave", keys: "Escape", label: "Cancel", typing: true, run: leave },
  ]);
}

function SeverityChoice({ value, onChange }: { value: Severity; onChange: (severity: Severity) => void }) {
  return (
    <Choice
      label="Severity"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as Severity)}
    >
      {SEVERITIES.map((severity) => (
        <option key={severity} value={severity}>
          {SEVERITY_WORDS[severity].long}
        </option>
      ))}
    </Choice>
  );
}

function Summary({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <label className={styles.area}>
      Summary
      <textarea
        rows={6}
        value={value}
        maxLength={MAX_SUMMARY}
        onChange={(event) => onChange(event.currentTarget.value)}
        placeholder="What is known so far, for whoever takes over"
      />
    </label>
  );
}
