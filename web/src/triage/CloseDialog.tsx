/** Closing: a digit says what it turned out to be, Enter confirms. Cases use it too. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Dialog, DialogButtons } from "@/design/Dialog";
import styles from "@/design/dialogs.module.css";
import { Key } from "@/design/Key";
import { useKeys } from "@/keys/useKeys";
import { lacks, VERDICTS, type Verdict, verdictOf } from "./verdicts";

interface CloseDialogProps {
  /** `A-88213`, `4 alerts`, `case C-417`. */
  what: string;
  /** What else closing does. */
  lead?: ReactNode;
  onClose: () => void;
  onConfirm: (verdict: Verdict, comment: string) => void;
}

export function CloseDialog({ what, lead, onClose, onConfirm }: CloseDialogProps) {
  const [chosen, setChosen] = useState<Verdict | null>(null);
  const [comment, setComment] = useState("");
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const radio = useRef<HTMLInputElement>(null);
  // The focus is where the choice is, or where something lacks.
  useEffect(() => {
    if (chosen) (lacks(chosen, "") ? field : radio).current?.focus();
  }, [chosen]);
  const lack = chosen ? lacks(chosen, comment) : "Choose what it turned out to be.";

  const choose = (digit: string) => {
    const verdict = verdictOf(digit);
    if (!verdict) return;
    setChosen(verdict);
    setTried(false);
  };
  const confirm = () => {
    setTried(true);
    if (!chosen || lack) return;
    onConfirm(chosen, comment);
  };
  useKeys({ title: "Close", level: "dialog", closed: true }, [
    ...VERDICTS.map(({ digit, label }) => ({
      id: `close.${digit}`,
      keys: digit,
      label,
      run: () => choose(digit),
    })),
    { id: "close.confirm", keys: "Enter", label: "Close", typing: true, run: confirm },
    { id: "close.leave", keys: "Escape", label: "Leave it open", typing: true, run: onClose },
  ]);

  return (
    <Dialog onClose={onClose} title={`Close ${what}`}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        {lead && <p className={styles.lead}>{lead}</p>}
        <fieldset className={styles.verdicts}>
          <legend className="unseen">What it turned out to be</legend>
          {VERDICTS.map((verdict, at) => (
            <label key={verdict.digit} data-chosen={chosen === verdict || undefined}>
              <input
                type="radio"
                name="verdict"
                className="unseen"
                ref={chosen === verdict ? radio : undefined}
                checked={chosen === verdict}
                onChange={() => choose(verdict.digit)}
                data-autofocus={(chosen ? chosen === verdict && !lacks(verdict, "") : at === 0) || undefined}
              />
              <Key k={verdict.digit} />
              <span>{verdict.label}</span>
              <span className={styles.hint}>{verdict.hint}</span>
            </label>
          ))}
        </fieldset>
        <label className={styles.field}>
          Comment
          <input
            ref={field}
            value={comment}
            maxLength={4000}
            // The dialog moves the focus in only after it is drawn; a digit may have come before.
            data-autofocus={chosen?.reason === "other" || undefined}
            aria-invalid={tried && chosen !== null && lack !== null}
            onChange={(event) => setComment(event.currentTarget.value)}
            placeholder={chosen?.reason === "other" ? "Needed: what it is" : "If there is more to say"}
          />
        </label>
        {tried && lack && (
          <p className={styles.lack} role="alert">
            {lack}
          </p>
        )}
        <DialogButtons verb="Close" disabled={!chosen} onClose={onClose} />
      </form>
    </Dialog>
  );
}
