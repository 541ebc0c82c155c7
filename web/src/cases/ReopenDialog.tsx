/** Opening a closed case again: it needs a reason. */
import type { Case } from "@/api/types";
import dialogs from "@/design/dialogs.module.css";
import { ReasonDialog } from "@/shell/ReasonDialog";
import { called } from "./actions";

interface ReopenDialogProps {
  one: Case;
  onClose: () => void;
  onConfirm: (comment: string) => void;
}

export function ReopenDialog({ one, onClose, onConfirm }: ReopenDialogProps) {
  return (
    <ReasonDialog
      id="reopen"
      title={`Reopen ${called(one)}`}
      name="Reopen"
      verb="Reopen"
      leave="Leave it closed"
      missing="Say why: the journal keeps it."
      max={4000}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p className={dialogs.lead}>It goes back to in progress. Its alerts stay closed.</p>
    </ReasonDialog>
  );
}
