/** What to do about something and its code; what stands between back quotes is code too. */
import styles from "./Remedy.module.css";

export function Remedy({ text, code }: { text: string; code: string }) {
  return (
    <p className={styles.remedy}>
      {text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}{" "}
      <code className={styles.code}>{code}</code>
    </p>
  );
}
