/** Buttons: one filled per panel, the rest outlined or plain, each with its key on it. */
import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";
import { Key } from "./Key";

interface ButtonProps extends Omit<ComponentProps<"button">, "children"> {
  children?: ReactNode;
  /** `filled`: the next thing to do. `plain`: no border. */
  look?: "filled" | "outlined" | "plain";
  /** The key that does the same. */
  k?: string | string[];
  icon?: ReactNode;
}

export function Button({ look = "outlined", k, icon, children, className = "", ...rest }: ButtonProps) {
  const shortcut = k ? (Array.isArray(k) ? k.join("+") : k) : undefined;
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[look]} ${className}`}
      aria-keyshortcuts={shortcut?.replace("Ctrl", "Control")}
      {...rest}
    >
      {icon}
      {children}
      {k && <Key k={k} on={look === "filled" ? "accent" : undefined} />}
    </button>
  );
}

/** A button that is an icon; `label` is its name and tooltip. */
export function IconButton({
  label,
  children,
  className = "",
  ...rest
}: { label: string } & ComponentProps<"button">) {
  return (
    <button
      type="button"
      className={`${styles.icon} ${className}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </button>
  );
}
