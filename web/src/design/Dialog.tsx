/** A dialog over everything: title, body, Escape closes. Its keys come from `useKeys` with `level: "dialog"`. */
import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { Button, IconButton } from "./Button";
import styles from "./Dialog.module.css";
import { Icon } from "./Icon";

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  /** A CSS width. */
  size?: string;
  children: ReactNode;
}

export function Dialog({ title, onClose, size = "27rem", children }: DialogProps) {
  return (
    // Scroll lock would write a style element, which the policy forbids; the page does not scroll anyway.
    <Modal.Root
      opened
      onClose={onClose}
      size={size}
      lockScroll={false}
      zIndex={200}
      transitionProps={TRANSITION}
    >
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content>
        <div className={styles.head}>
          <Modal.Title>{title}</Modal.Title>
          <IconButton label="Cancel (Esc)" onClick={onClose}>
            <Icon name="close" />
          </IconButton>
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const TRANSITION = { duration: 120, transition: "fade" } as const;

interface DialogButtonsProps {
  /** What the dialog does: the filled button. */
  verb: ReactNode;
  /** The key that does it, as it is printed. */
  k?: string | string[];
  disabled?: boolean;
  onClose: () => void;
}

/** The foot of a dialog's form: the next key to press, and the way out. */
export function DialogButtons({ verb, k = "↵", disabled = false, onClose }: DialogButtonsProps) {
  return (
    <div className={styles.buttons}>
      <Button look="filled" type="submit" k={k} disabled={disabled}>
        {verb}
      </Button>
      <Button look="plain" k="Esc" onClick={onClose}>
        Cancel
      </Button>
    </div>
  );
}
