/** One of several: by digit, by arrows and Enter, or by typing a part of its name. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Dialog, DialogButtons } from "@/design/Dialog";
import dialogs from "@/design/dialogs.module.css";
import { Key } from "@/design/Key";
import { useKeys } from "@/keys/useKeys";
import styles from "./Pick.module.css";

export interface Option {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Why it cannot be chosen. */
  off?: string;
}

interface PickProps {
  title: string;
  /** What the list is called. */
  label: string;
  lead?: ReactNode;
  options: readonly Option[];
  /** The field above the list; without it digits choose. */
  field?: { label: string; value: string; onChange: (text: string) => void };
  /** Below the list: what is loading, or why there is nothing. */
  after?: ReactNode;
  /** The word on the button. */
  verb: string;
  onPick: (id: string) => void;
  onClose: () => void;
}

export function Pick({ title, label, lead, options, field, after, verb, onPick, onClose }: PickProps) {
  const base = useId();
  const [wanted, setWanted] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const at = Math.min(wanted, options.length - 1);
  const pick = (option: Option | undefined) => {
    if (option && !option.off) onPick(option.id);
  };
  const step = (by: number) => setWanted(Math.max(0, Math.min(options.length - 1, at + by)));
  const digits = field ? [] : options.slice(0, 9);
  useKeys({ title, level: "dialog", closed: true }, [
    ...digits.map((option, place) => ({
      id: `pick.${place + 1}`,
      keys: String(place + 1),
      label: `Choice ${place + 1}`,
      run: () => pick(option),
    })),
    {
      id: "pick.down",
      keys: field ? "ArrowDown" : ["ArrowDown", "j"],
      label: "Next",
      typing: true,
      run: () => step(1),
    },
    {
      id: "pick.up",
      keys: field ? "ArrowUp" : ["ArrowUp", "k"],
      label: "Previous",
      typing: true,
      run: () => step(-1),
    },
    { id: "pick.confirm", keys: "Enter", label: verb, typing: true, run: () => pick(options[at]) },
    { id: "pick.leave", keys: "Escape", label: "Cancel", typing: true, run: onClose },
  ]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });

  return (
    <Dialog onClose={onClose} title={title}>
      <form
        className={dialogs.form}
        onSubmit={(event) => {
          event.preventDefault();
          pick(options[at]);
        }}
      >
        {lead && <p className={dialogs.lead}>{lead}</p>}
        {field && (
          <label className={dialogs.field}>
            {field.label}
            <input
              value={field.value}
              onChange={(event) => {
                field.onChange(event.currentTarget.value);
                setWanted(0);
              }}
              role="combobox"
              aria-expanded="true"
              aria-controls={`${base}-list`}
              aria-activedescendant={options.length > 0 ? `${base}-${at}` : undefined}
              spellCheck={false}
              autoComplete="off"
              data-autofocus
            />
          </label>
        )}
        <div
          ref={list}
          id={`${base}-list`}
          role="listbox"
          aria-label={label}
          className={styles.list}
          tabIndex={field ? -1 : 0}
          aria-activedescendant={!field && options.length > 0 ? `${base}-${at}` : undefined}
          data-autofocus={!field || undefined}
        >
          {options.map((option, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: digits, arrows and Enter choose for the whole list
            <div
              key={option.id}
              id={`${base}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === at}
              aria-disabled={option.off ? true : undefined}
              title={option.off}
              onClick={() => {
                setWanted(place);
                pick(option);
              }}
            >
              {!field && place < 9 && <Key k={String(place + 1)} />}
              <span className={styles.label}>{option.label}</span>
              <span className={styles.hint}>{option.off ?? option.hint}</span>
            </div>
          ))}
        </div>
        {after}
        <DialogButtons
          verb={verb}
          disabled={!options[at] || options[at]?.off !== undefined}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
