/** A person as initials; the name stands beside it or is its tooltip. */
import { initials } from "@/api/session";
import styles from "./Avatar.module.css";

/** `bare`: the name only as tooltip and for readers. */
export function Avatar({ name, bare = false }: { name: string; bare?: boolean }) {
  return (
    <span className={styles.person} title={bare ? name : undefined}>
      <span className={styles.avatar} aria-hidden="true">
        {initials(name)}
      </span>
      {bare ? <span className="unseen">{name}</span> : name}
    </span>
  );
}
