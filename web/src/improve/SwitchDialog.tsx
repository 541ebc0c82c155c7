/** Switching a rule off or on: it needs a reason. */
import type { RuleRow } from "@/api/types";
import dialogs from "@/design/dialogs.module.css";
import { Hostile } from "@/design/Hostile";
import { ReasonDialog } from "@/shell/ReasonDialog";
import { useRule } from "./queries";

interface SwitchDialogProps {
  rule: RuleRow;
  onClose: () => void;
  /** Throws what the server says against it. */
  onConfirm: (reason: string) => Promise<void>;
}

export function SwitchDialog({ rule, onClose, onConfirm }: SwitchDialogProps) {
  const off = rule.state === "enabled";
  const { data } = useRule(rule.id);
  const hearing = (data?.named_by ?? []).filter((one) => one.state === "enabled");
  return (
    <ReasonDialog
      id="switch"
      title={off ? "Switch the rule off" : "Switch the rule on"}
      name="Switch a rule"
      verb={off ? "Switch off" : "Switch on"}
      leave="Leave it as it is"
      missing="Say why: it stands beside the rule and in the journal."
      max={2000}
      onClose={onClose}
      onConfirm={onConfirm}
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
    </ReasonDialog>
  );
}
