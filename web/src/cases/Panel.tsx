/** The panel beside a tab: a head and a body that scrolls. */
import type { ReactNode, RefObject } from "react";
import { PanelLine } from "@/shell/PanelLine";
import { SidePanel } from "@/shell/SidePanel";
import styles from "./panels.module.css";

interface PanelProps {
  /** The name for readers. */
  label: string;
  number: ReactNode;
  place: string | null;
  title: ReactNode;
  /** Below the title. */
  facts?: ReactNode;
  panel: RefObject<HTMLElement | null>;
  onClose: () => void;
  /** Another record: the body begins at its top. */
  id: string;
  children: ReactNode;
}

export function Panel({ label, number, place, title, facts, panel, onClose, id, children }: PanelProps) {
  return (
    <SidePanel>
      <aside ref={panel} className={styles.panel} aria-label={label} tabIndex={-1}>
        <header className={styles.head}>
          <PanelLine number={number} places={[place]} onClose={onClose} />
          <h2>{title}</h2>
          {facts && <div className={styles.under}>{facts}</div>}
        </header>
        <section
          className={styles.body}
          tabIndex={0}
          aria-label={`Details of the ${label.toLowerCase()}`}
          key={id}
        >
          {children}
        </section>
      </aside>
    </SidePanel>
  );
}
