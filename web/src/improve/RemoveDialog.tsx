/** Removing an imported source: what would go is shown first, and it needs a reason. */
import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/query";
import type { ImportReport } from "@/api/types";
import dialogs from "@/design/dialogs.module.css";
import { Hostile } from "@/design/Hostile";
import { Fault, Loading } from "@/design/states";
import { ReasonDialog } from "@/shell/ReasonDialog";
import { removeSource } from "./queries";
import { Report } from "./Report";

interface RemoveDialogProps {
  source: string;
  onClose: () => void;
  /** Called when the rules are gone. */
  onDone: (report: ImportReport) => void;
}

export function RemoveDialog({ source, onClose, onDone }: RemoveDialogProps) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.ruleRemoval(source),
    queryFn: () => removeSource(source, null),
    gcTime: 0,
  });
  return (
    <ReasonDialog
      id="remove"
      title={
        <>
          Remove <Hostile text={source} />
        </>
      }
      name="Remove a source"
      verb="Remove"
      leave="Leave it as it is"
      missing="Say why: it stands in the journal."
      max={2000}
      size="44rem"
      ready={data !== undefined}
      onClose={onClose}
      onConfirm={async (reason) => onDone(await removeSource(source, reason))}
    >
      <p className={dialogs.lead}>
        From the next batch of events on its rules match nothing. Their alerts stay, and so does every text
        that a rule ever had. What was switched off is off if it ever comes back.
      </p>
      {error && !data && (
        <Fault what="What would go could not be read." fault={error} retry={() => refetch()} />
      )}
      {!data && !error && <Loading lines={4} label="Reading what would go" />}
      {data && <Report report={data} removal />}
    </ReasonDialog>
  );
}
