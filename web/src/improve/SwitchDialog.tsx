/** Switching a rule off or on: it needs a reason. */
import { useState } from "react";
import { asProblem, type Problem } from "@/api/problem";
import type { RuleRow } from "@/api/types";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Field } from "@/design/Field";
import { Hostile } from "@/design/Hostile";
import { FaultCode } from "@/design/states";
import { useKeys } from "@/keys/useKeys";
import { useRule } from "./queries";

interface SwitchDialogProps {
  rule: RuleRow;
  onClose: () => void;
  /** Throws what the server says against it. */
  onConfirm: (reason: string) => Promise<void>;
}

export function SwitchDialog({ rule, onClose, onConfirm }: SwitchDialogProps) {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const off = rule.state === "enabled";
  const { data } = useRule(rule.id);
  const hearing = (data?.named_by ?? []).filter((one) => one.state === "enabled");
  const confirm = async () => {
    setTried(true);
    if (!reason.trim() || busy) return;
    setBusy(true);
    try {
      await onConfirm(reason.trim());
    } catch (fault) {
      setProblem(asProblem(fault));
      setBusy(false);
    }
  };
  useKeys({ title: "Switch a rule", level: "dialog", closed: true }, [
    { id: "switch.confirm", keys: "Ctrl+Enter", label: "Confirm", typing: true, run: confirm },
    { id: "switch.leave", keys: "Escape", label: "Leave it as it is", typing: true, run: onClose },
  ]);
  return (
    <Dialog onClose={onClose} title={off ? "Switch the rule off" : "Switch the rule on"}>
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p className={dialogs.lead}>
          <Hostile text={rule.title} />.{" "}
          {off
            ? "From the next batch of events on it matches nothing, until somebody switches it on. Its open alerts stay."
            : "It matches from the next batch of events on. What came meanwhile is not looked at again."}
        </p>
        {off && hearing.length > 0 && (
          <p className={dialogs.lack}>
            {hearing.length === 1 ? "A correlation stops" : `${hearing.length} correlations stop`} with it:{" "}
            <Hostile text={hearing.map((one) => one.title).join(", ")} />.
          </p>
        )}
        <Field
          label="Why"
          value={reason}
          maxLength={2000}
          onChange={(event) => setReason(event.currentTarget.value)}
          fault={tried && !reason.trim() ? "Say why: it stands beside the rule and in the journal." : null}
          data-autofocus
        />
        {problem && (
          <div role="alert">
            <p className={dialogs.lack}>{problem.detail}</p>
            <FaultCode problem={problem} />
          </div>
        )}
        <DialogButtons verb={off ? "Switch off" : "Switch on"} disabled={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
