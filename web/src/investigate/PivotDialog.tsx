/** Which of an event's things to follow: a digit, or Enter for the first. */
import { Button } from "@/design/Button";
import { Dialog } from "@/design/Dialog";
import { Hostile } from "@/design/Hostile";
import { Key } from "@/design/Key";
import { useKeys } from "@/keys/useKeys";
import styles from "./PivotDialog.module.css";
import type { Pivot } from "./pivot";

interface PivotDialogProps {
  ways: readonly Pivot[];
  onClose: () => void;
  onPick: (way: Pivot) => void;
}

export function PivotDialog({ ways, onClose, onPick }: PivotDialogProps) {
  useKeys({ title: "Pivot", level: "dialog", closed: true }, [
    ...ways.map((way, at) => ({
      id: `pivot.${at + 1}`,
      keys: at === 0 ? ["1", "Enter"] : String(at + 1),
      label: `${way.word}: ${way.value.slice(0, 60)}`,
      run: () => onPick(way),
    })),
    { id: "pivot.leave", keys: "Escape", label: "Cancel", run: onClose },
  ]);
  return (
    <Dialog title="Events about the same" onClose={onClose} size="32rem">
      <ol className={styles.ways}>
        {ways.map((way, at) => (
          <li key={way.field}>
            <button type="button" onClick={() => onPick(way)} data-autofocus={at === 0 || undefined}>
              <Key k={String(at + 1)} />
              <span className={styles.word}>{way.word}</span>
              <Hostile text={way.value} mono titled className={styles.value} />
            </button>
          </li>
        ))}
      </ol>
      <p className={styles.lead}>
        The time range stays, the query is replaced; the browser's back key returns to it.
      </p>
      <Button look="plain" k="Esc" onClick={onClose}>
        Cancel
      </Button>
    </Dialog>
  );
}
