/** The first line of a side panel: what it shows, where that stands in the list, what can be done, and the way out. */
import type { ReactNode } from "react";
import { IconButton } from "@/design/Button";
import { Icon } from "@/design/Icon";
import styles from "./panel.module.css";

interface PanelLineProps {
  /** What the record is known by. */
  number: ReactNode;
  /** `3 of 40` and the like. */
  places?: readonly (string | false | null)[];
  /** Buttons before the one that closes. */
  tools?: ReactNode;
  onClose: () => void;
}

export function PanelLine({ number, places = [], tools, onClose }: PanelLineProps) {
  return (
    <div className={styles.line}>
      <span className={styles.number}>{number}</span>
      {places.map(
        (place, at) =>
          place && (
            <span key={at} className={styles.place}>
              {place}
            </span>
          ),
      )}
      <span className={styles.tools}>
        {tools}
        <IconButton label="Close the panel (Esc)" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </span>
    </div>
  );
}
