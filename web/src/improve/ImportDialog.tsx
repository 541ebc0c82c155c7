/** Importing: a file is chosen, the server says what it would change, and a person decides. */
import { useId, useRef, useState } from "react";
import { asProblem, type Problem } from "@/api/problem";
import type { ImportReport } from "@/api/types";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Field } from "@/design/Field";
import { FaultCode, Loading } from "@/design/states";
import { useKeys } from "@/keys/useKeys";
import styles from "./ImportDialog.module.css";
import { importRules } from "./queries";
import { Report } from "./Report";
import { isImport, sourceName } from "./state";

interface ImportDialogProps {
  onClose: () => void;
  /** Called when the rules are in force. */
  onDone: (report: ImportReport, source: string) => void;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

export function ImportDialog({ onClose, onDone }: ImportDialogProps) {
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [source, setSource] = useState("");
  const [report, setReport] = useState<ImportReport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  /** Whether it is done for good: nothing can be chosen any more. */
  const [final, setFinal] = useState(false);
  const named = NAME.test(source) && isImport(source);
  // An answer about another file or source than those that stand there now says nothing.
  const asked = useRef(0);

  const ask = async (dryRun: boolean, from: File, name: string) => {
    asked.current += 1;
    const turn = asked.current;
    setBusy(true);
    setFinal(!dryRun);
    setProblem(null);
    try {
      const answer = await importRules(from, name, dryRun);
      if (!dryRun) onDone(answer, name);
      else if (turn === asked.current) setReport(answer);
    } catch (fault) {
      if (turn === asked.current) setProblem(asProblem(fault));
    } finally {
      if (turn === asked.current) {
        setBusy(false);
        setFinal(false);
      }
    }
  };
  const forget = () => {
    asked.current += 1;
    setBusy(false);
    setReport(null);
    setProblem(null);
  };
  const choose = (chosen: File | null) => {
    setFile(chosen);
    forget();
    if (!chosen) return;
    const name = source || sourceName(chosen.name);
    setSource(name);
    if (NAME.test(name)) void ask(true, chosen, name);
  };
  const confirm = () => {
    if (!file || !named || busy) return;
    void ask(report === null, file, source);
  };
  useKeys({ title: "Import rules", level: "dialog", closed: true }, [
    { id: "import.confirm", keys: "Ctrl+Enter", label: "Import", typing: true, run: confirm },
    { id: "import.leave", keys: "Escape", label: "Import nothing", typing: true, run: onClose },
  ]);
  const nothing = report !== null && report.loaded === 0;
  return (
    <Dialog onClose={onClose} title="Import rules" size="44rem">
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <div className={styles.file}>
          <label htmlFor={id}>Sigma rules: a .zip, a .tar.zst or one .yml</label>
          <input
            id={id}
            type="file"
            accept=".zip,.zst,.yml,.yaml"
            disabled={final}
            onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)}
            data-autofocus
          />
        </div>
        <Field
          label="Source"
          value={source}
          maxLength={64}
          disabled={final}
          onChange={(event) => {
            setSource(event.currentTarget.value);
            forget();
          }}
          hint="Rules that this source had and has no more are removed; other sources stay as they are."
          fault={
            source && !named ? "Letters, digits, dot, hyphen and underscore; not built-in, not folder." : null
          }
        />
        {busy && <Loading lines={4} label="Reading the rules" />}
        {problem && (
          <div role="alert">
            <p className={dialogs.lack}>{problem.detail}</p>
            <FaultCode problem={problem} />
          </div>
        )}
        {report && !busy && <Report report={report} />}
        <DialogButtons
          k={["Ctrl", "↵"]}
          verb={report ? "Import" : "See what would change"}
          disabled={!file || !named || busy || nothing}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
