/** The panel for a line of SQL: its cells, whole. */
import type { RefObject } from "react";
import { IconButton } from "@/design/Button";
import { Icon } from "@/design/Icon";
import styles from "./EventPanel.module.css";
import { FieldRows } from "./FieldRows";
import type { Row } from "./facts";
import { useFieldKeys } from "./useFieldKeys";

interface RowPanelProps {
  row: Row;
  place: string | null;
  panel: RefObject<HTMLElement | null>;
  onClose: () => void;
}

export function RowPanel({ row, place, panel, onClose }: RowPanelProps) {
  const fields = Object.entries(row.cells).map(([name, value]) => ({ name, value }));
  const cursor = useFieldKeys({ panel, about: row.id, fields });
  return (
    <aside ref={panel} className={styles.panel} aria-label="Row" tabIndex={-1}>
      <header className={styles.head}>
        <div className={styles.line}>
          <h2>Row {place}</h2>
          <span className={styles.tools}>
            <IconButton label="Close the panel (Esc)" onClick={onClose}>
              <Icon name="close" />
            </IconButton>
          </span>
        </div>
      </header>
      <section className={styles.body} key={row.id} aria-label="Cells of the row" tabIndex={0}>
        <FieldRows fields={fields} cursor={cursor} />
      </section>
    </aside>
  );
}
