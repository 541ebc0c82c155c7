/** Handing over to tier 2, with what they should know. */
import { useState } from "react";
import { Dialog, DialogButtons } from "@/design/Dialog";
import styles from "@/design/dialogs.module.css";
import { useKeys } from "@/keys/useKeys";

interface EscalateDialogProps {
  what: string;
  onClose: () => void;
  onConfirm: (comment: string) => void;
}

export function EscalateDialog({ what, onClose, onConfirm }: EscalateDialogProps) {
  const [comment, setComment] = useState("");
  useKeys({ title: "Escalate", level: "dialog", closed: true }, [
    { id: "escalate.confirm", keys: "Enter", label: "Escalate", run: () => onConfirm(comment) },
    { id: "escalate.leave", keys: "Escape", label: "Cancel", typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title={`Escalate ${what} to tier 2`}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(comment);
        }}
      >
        <label className={styles.field}>
          What tier 2 should know
          <input
            value={comment}
            maxLength={4000}
            onChange={(event) => setComment(event.currentTarget.value)}
            data-autofocus
          />
        </label>
        <DialogButtons verb="Escalate" onClose={onClose} />
      </form>
    </Dialog>
  );
}
