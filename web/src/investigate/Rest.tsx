/** Below the last row: whether there is more, and how to have it. */
import { Button } from "@/design/Button";
import styles from "./HuntScreen.module.css";

interface RestProps {
  shown: number;
  /** Rows that can be had at once; absent when these are the most. */
  next: number | undefined;
  busy: boolean;
  onMore: () => void;
}

export function Rest({ shown, next, busy, onMore }: RestProps) {
  return (
    <div className={styles.rest}>
      <p>
        These are the first {shown.toLocaleString("en")}; there are more.
        {next === undefined && " No answer has more: narrow the query or its time."}
      </p>
      {next !== undefined && (
        <Button onClick={onMore} disabled={busy}>
          Load {next.toLocaleString("en")}
        </Button>
      )}
    </div>
  );
}
