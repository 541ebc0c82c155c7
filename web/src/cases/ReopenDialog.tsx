/** Opening a closed case again: it needs a reason. */
import { useState } from "react";
import type { Case } from "@/api/types";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Field } from "@/design/Field";
import { useKeys } from "@/keys/useKeys";
import { called } from "./actions";

interface ReopenDialogProps {
  one: Case;
  onClose: () => void;
  onConfirm: (comment: string) => void;
}

export function ReopenDialog({ one, onClose, onConfirm }: ReopenDialogProps) {
  const [comment, setComment] = useState("");
  const [tried, setTried] = useState(false);
  const confirm = () => {
    setTried(true);
    if (comment.trim()) onConfirm(comment.trim());
  };
  useKeys({ title: "Reopen", level: "dialog", closed: true }, [
    { id: "reopen.confirm", keys: "Ctrl+Enter", label: "Reopen", typing: true, run: confirm },
    { id: "reopen.leave", keys: "Escape", label: "Leave it closed", typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title={`Reopen ${called(one)}`}>
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <p className={dialogs.lead}>It goes back to in progress. Its alerts stay closed.</p>
        <Field
          label="Why"
          value={comment}
          maxLength={4000}
          onChange={(event) => setComment(event.currentTarget.value)}
          fault={tried && !comment.trim() ? "Say why: the journal keeps it." : null}
          data-autofocus
        />
        <DialogButtons verb="Reopen" onClose={onClose} />
      </form>
    </Dialog>
  );
}
