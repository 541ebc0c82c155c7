/** A dialog that does one thing and wants to know why: nothing happens without a reason, and a refusal stands in it. */
import { type ReactNode, useState } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Field } from "@/design/Field";
import { FaultCode } from "@/design/states";
import { useKeys } from "@/keys/useKeys";

interface ReasonDialogProps {
  /** The name of its keys: `reopen`. */
  id: string;
  title: ReactNode;
  /** The same for the list of keys. */
  name: string;
  /** What it does: `Reopen`. */
  verb: string;
  /** What leaving it means: `Leave it closed`. */
  leave: string;
  /** What is said to somebody who gives no reason. */
  missing: string;
  /** Characters of the reason. */
  max: number;
  /** A CSS width. */
  size?: string;
  /** Whether what it does is known well enough to do it. */
  ready?: boolean;
  onClose: () => void;
  /** Throws what the server says against it. */
  onConfirm: (reason: string) => void | Promise<void>;
  /** What it comes to, above the reason. */
  children: ReactNode;
}

export function ReasonDialog(props: ReasonDialogProps) {
  const {
    id,
    title,
    name,
    verb,
    leave,
    missing,
    max,
    size,
    ready = true,
    onClose,
    onConfirm,
    children,
  } = props;
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const confirm = async () => {
    setTried(true);
    if (!reason.trim() || !ready || busy) return;
    setBusy(true);
    try {
      await onConfirm(reason.trim());
    } catch (fault) {
      setProblem(asProblem(fault));
      setBusy(false);
    }
  };
  useKeys({ title: name, level: "dialog", closed: true }, [
    { id: `${id}.confirm`, keys: "Ctrl+Enter", label: verb, typing: true, run: confirm },
    { id: `${id}.leave`, keys: "Escape", label: leave, typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title={title} size={size}>
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {children}
        <Field
          label="Why"
          value={reason}
          maxLength={max}
          onChange={(event) => setReason(event.currentTarget.value)}
          fault={tried && !reason.trim() ? missing : null}
          data-autofocus
        />
        {problem && (
          <div role="alert">
            <p className={dialogs.lack}>{problem.detail}</p>
            <FaultCode problem={problem} />
          </div>
        )}
        <DialogButtons verb={verb} disabled={busy || !ready} onClose={onClose} />
      </form>
    </Dialog>
  );
}
