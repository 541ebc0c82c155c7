/** A note: `m` opens it, Ctrl+Enter keeps it, Escape leaves it. */
import { useEffect, useRef, useState } from "react";
import { Button } from "@/design/Button";
import styles from "./NoteForm.module.css";

interface NoteFormProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  /** Answers whether it was kept. */
  onSave: (text: string) => Promise<boolean>;
}

export function NoteForm({ open, onOpen, onSave }: NoteFormProps) {
  const [text, setText] = useState("");
  const [saving, setSaving] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (open) field.current?.focus();
  }, [open]);
  const save = async () => {
    if (!text.trim() || saving) return;
    setSaving(true);
    const kept = await onSave(text.trim());
    setSaving(false);
    if (!kept) return;
    setText("");
    onOpen(false);
  };
  if (!open) {
    return (
      <Button look="plain" k="m" className={styles.add} onClick={() => onOpen(true)}>
        Add a note
      </Button>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={field}
        value={text}
        rows={3}
        maxLength={16_384}
        aria-label="Note"
        placeholder="What you saw, and what it means"
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            onOpen(false);
          }
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <div className={styles.buttons}>
        <Button type="submit" k={["Ctrl", "↵"]} disabled={!text.trim() || saving}>
          Keep the note
        </Button>
        <Button look="plain" k="Esc" onClick={() => onOpen(false)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
