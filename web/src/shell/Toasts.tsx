/** Messages, above the foot of the screen. */

import { Button, IconButton } from "@/design/Button";
import { useNow } from "@/design/clock";
import { Icon } from "@/design/Icon";
import { FaultCode } from "@/design/states";
import { useKeys } from "@/keys/useKeys";
import styles from "./Toasts.module.css";
import { dismiss, dismissLatest, type Toast, undoLatest, useToasts } from "./toast";

export function Toasts() {
  const toasts = useToasts();
  useKeys({ title: "Messages", level: "shell" }, [
    {
      id: "shell.undo",
      keys: "u",
      label: "Undo",
      off: !toasts.some((toast) => toast.undo),
      run: undoLatest,
    },
  ]);
  // Before the screen's own Escape: what failed stands in front.
  useKeys({ title: "Messages", level: "panel" }, [
    {
      id: "shell.dismiss",
      keys: "Escape",
      label: "Dismiss the message",
      off: !toasts.some((toast) => toast.problem),
      quiet: true,
      run: () => void dismissLatest(),
    },
  ]);
  return (
    <section className={styles.toasts} aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function Message({ toast }: { toast: Toast }) {
  return (
    <div className={toast.problem ? styles.fault : styles.toast}>
      <div>
        <p>{toast.text}</p>
        {toast.problem && (
          <>
            <p className={styles.detail}>{toast.problem.detail}</p>
            <FaultCode problem={toast.problem} />
          </>
        )}
      </div>
      {toast.open && (
        <Button
          onClick={() => {
            dismiss(toast.id);
            toast.open?.run();
          }}
        >
          {toast.open.label}
        </Button>
      )}
      {toast.undo && (
        <Button
          k="u"
          onClick={() => {
            dismiss(toast.id);
            toast.undo?.();
          }}
        >
          Undo <Countdown until={toast.until} />
        </Button>
      )}
      <IconButton label="Dismiss" onClick={() => dismiss(toast.id)}>
        <Icon name="close" size={14} />
      </IconButton>
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  useNow();
  const left_s = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  return (
    <span className={styles.count} aria-hidden="true">
      {left_s} s
    </span>
  );
}
