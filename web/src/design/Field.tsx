/** A labelled field with its hint and its fault. */
import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./Field.module.css";

interface Around {
  label: string;
  hint?: ReactNode;
  fault?: string | null;
}

export function Field({ label, hint, fault, ...rest }: Around & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-describedby={hint || fault ? `${id}-says` : undefined}
        aria-invalid={fault ? true : undefined}
        spellCheck={false}
        autoCapitalize="off"
        {...rest}
      />
      <Says id={`${id}-says`} hint={hint} fault={fault} />
    </div>
  );
}

export function Choice({ label, hint, fault, children, ...rest }: Around & ComponentProps<"select">) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} aria-describedby={hint || fault ? `${id}-says` : undefined} {...rest}>
        {children}
      </select>
      <Says id={`${id}-says`} hint={hint} fault={fault} />
    </div>
  );
}

function Says({ id, hint, fault }: { id: string; hint?: ReactNode; fault?: string | null }) {
  if (!hint && !fault) return null;
  return (
    <p id={id} className={fault ? styles.fault : styles.hint}>
      {fault ?? hint}
    </p>
  );
}
