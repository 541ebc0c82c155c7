/** Removing an imported source: what would go is shown first, and it needs a reason. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { keys } from "@/api/query";
import type { ImportReport } from "@/api/types";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Field } from "@/design/Field";
import { Hostile } from "@/design/Hostile";
import { Fault, FaultCode, Loading } from "@/design/states";
import { useKeys } from "@/keys/useKeys";
import { removeSource } from "./queries";
import { Report } from "./Report";

interface RemoveDialogProps {
  source: string;
  onClose: () => void;
  /** Called when the rules are gone. */
  onDone: (report: ImportReport) => void;
}

export function RemoveDialog({ source, onClose, onDone }: RemoveDialogProps) {
  const before = useQuery({
    queryKey: [...keys.rules, "removal", source],
    queryFn: () => removeSource(source, null),
  });
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const confirm = async () => {
    setTried(true);
    if (!reason.trim() || !before.data || busy) return;
    setBusy(true);
    try {
      onDone(await removeSource(source, reason.trim()));
    } catch (fault) {
      setProblem(asProblem(fault));
      setBusy(false);
    }
  };
  useKeys({ title: "Remove a source", level: "dialog", closed: true }, [
    { id: "remove.confirm", keys: "Ctrl+Enter", label: "Remove", typing: true, run: confirm },
    { id: "remove.leave", keys: "Escape", label: "Leave it as it is", typing: true, run: onClose },
  ]);
  return (
    <Dialog
      onClose={onClose}
      title={
        <>
          Remove <Hostile text={source} />
        </>
      }
      size="44rem"
    >
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p className={dialogs.lead}>
          From the next batch of events on its rules match nothing. Their alerts stay, and so does every text
          that a rule ever had. What was switched off is off if it ever comes back.
        </p>
        {before.error && !before.data && (
          <Fault
            what="What would go could not be read."
            fault={before.error}
            retry={() => before.refetch()}
          />
        )}
        {!before.data && !before.error && <Loading lines={4} label="Reading what would go" />}
        {before.data && <Report report={before.data} removal />}
        <Field
          label="Why"
          value={reason}
          maxLength={2000}
          onChange={(event) => setReason(event.currentTarget.value)}
          fault={tried && !reason.trim() ? "Say why: it stands in the journal." : null}
          data-autofocus
        />
        {problem && (
          <div role="alert">
            <p className={dialogs.lack}>{problem.detail}</p>
            <FaultCode problem={problem} />
          </div>
        )}
        <DialogButtons verb="Remove" disabled={busy || !before.data} onClose={onClose} />
      </form>
    </Dialog>
  );
}
