/** The frame of the settings: what concerns this browser, and for administrators people and tokens. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/api/session";
import styles from "./Settings.module.css";

export function SettingsFrame({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}) {
  const administers = useMay("administer");
  return (
    <div className={styles.frame}>
      <nav className={styles.nav} aria-label="Settings">
        <h1>Settings</h1>
        <Link to="/settings" activeOptions={{ exact: true }}>
          This browser
        </Link>
        {administers && (
          <>
            <Link to="/settings/people">People</Link>
            <Link to="/settings/tokens">Tokens</Link>
          </>
        )}
      </nav>
      <section className={styles.body} aria-label={title}>
        <header className={styles.head}>
          <h2>{title}</h2>
          <p>{lead}</p>
        </header>
        {children}
      </section>
    </div>
  );
}
