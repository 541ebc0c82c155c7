/** The rail: the rooms, settings, help. */
import { Link } from "@tanstack/react-router";
import { Icon } from "@/design/Icon";
import { Key } from "@/design/Key";
import { useCounts } from "@/triage/queries";
import styles from "./Rail.module.css";
import { ROOMS } from "./rooms";

export function Rail({ onHelp }: { onHelp: () => void }) {
  const { data: counts } = useCounts();
  const badge = (to: string) => (to === "/queue" && counts?.open ? counts.open : undefined);
  return (
    <nav className={styles.rail} aria-label="Rooms">
      <Link to="/queue" className={styles.mark} aria-label="Watchfloor">
        <Mark />
      </Link>
      <ul className={styles.rooms}>
        {ROOMS.map((room) => {
          const count = badge(room.to);
          return (
            <li key={room.to}>
              <Link to={room.to} className={styles.room} title={`${room.name}: ${room.says} (${room.key})`}>
                <Icon name={room.icon} size={18} />
                {count !== undefined && (
                  <span className={styles.badge}>
                    <span className="unseen">, </span>
                    {count > 999 ? "999+" : count}
                    <span className="unseen"> open</span>
                  </span>
                )}
                <span className={styles.name}>{room.name}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      <Link to="/settings" className={styles.tool} aria-label="Settings" title="Settings (g ,)">
        <Icon name="gear" size={18} />
      </Link>
      <button type="button" className={styles.tool} onClick={onHelp} aria-label="Keys" title="Keys (?)">
        <Key k="?" />
      </button>
    </nav>
  );
}

/** The mark: a W with a light over it. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
      <path
        d="M3 8.5l4.3 9.5L12 9.8 16.7 18 21 8.5"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx="12" cy="5" r="1.7" className={styles.light} />
    </svg>
  );
}
