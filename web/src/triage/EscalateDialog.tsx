/** Handing over to tier 2, with what they should know. */
import { useState } from "react";
import { Button } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { useKeys } from "@/keys/useKeys";
import styles from "./dialogs.module.css";

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
        <div className={styles.buttons}>
          <Button look="filled" type="submit" k="↵">
            Escalate
          </Button>
          <Button look="plain" k="Esc" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
