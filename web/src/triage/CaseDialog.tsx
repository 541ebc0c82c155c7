/** Raising a case: Enter is enough, the title can be changed. */
import { useState } from "react";
import type { Alert } from "@/api/types";
import { Dialog, DialogButtons } from "@/design/Dialog";
import styles from "@/design/dialogs.module.css";
import { useKeys } from "@/keys/useKeys";

interface CaseDialogProps {
  alerts: readonly Alert[];
  onClose: () => void;
  onConfirm: (title: string) => Promise<void>;
}

export function CaseDialog({ alerts, onClose, onConfirm }: CaseDialogProps) {
  const [title, setTitle] = useState(alerts[0]?.title ?? "");
  const [raising, setRaising] = useState(false);
  const events = alerts.reduce((sum, alert) => sum + alert.count, 0);
  const confirm = async () => {
    if (raising || !title.trim()) return;
    setRaising(true);
    await onConfirm(title);
    setRaising(false);
  };
  useKeys({ title: "Raise a case", level: "dialog", closed: true }, [
    {
      id: "case.confirm",
      keys: ["Enter", "c"],
      label: "Raise the case",
      typing: false,
      run: () => void confirm(),
    },
    { id: "case.leave", keys: "Escape", label: "Cancel", typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title="Raise a case">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p className={styles.lead}>
          {alerts.length === 1 ? "1 alert" : `${alerts.length} alerts`} with{" "}
          {events === 1 ? "1 event" : `${events} events`}. The events are copied as evidence with their hashes
          and drafted onto the timeline. You own the case.
        </p>
        <label className={styles.field}>
          Title
          <input
            value={title}
            maxLength={500}
            onChange={(event) => setTitle(event.currentTarget.value)}
            onFocus={(event) => event.currentTarget.select()}
            data-autofocus
          />
        </label>
        <DialogButtons verb="Raise case" disabled={raising || !title.trim()} onClose={onClose} />
      </form>
    </Dialog>
  );
}
