/** The panel on the right: beside the screen where there is room, over it where there is none; its edge can be moved. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";
import { useWide } from "@/design/useWide";
import styles from "./SidePanel.module.css";
import { choose, useSettings } from "./settings";

/** Narrower than this the panel lies over the screen. */
export const WIDE = 1400;
const LEAST = 440;
const MOST = 720;

const within = (width: number) => Math.min(MOST, Math.max(LEAST, Math.round(width)));

export function SidePanel({ children }: { children: ReactNode }) {
  const { peek } = useSettings();
  const wide = useWide(WIDE);
  const [drag, setDrag] = useState<number | null>(null);
  const width = within(drag ?? peek);
  const move = (event: PointerEvent) => drag !== null && setDrag(within(innerWidth - event.clientX));
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowLeft" ? 16 : event.key === "ArrowRight" ? -16 : 0;
    if (by === 0) return;
    event.preventDefault();
    choose({ peek: within(width + by) });
  };
  return (
    <div className={wide ? styles.beside : styles.over} style={{ width }}>
      <div
        className={styles.edge}
        role="separator"
        tabIndex={0}
        aria-label="Width of the panel"
        aria-orientation="vertical"
        aria-valuenow={width}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag(width);
        }}
        onPointerMove={move}
        onPointerUp={() => {
          if (drag !== null) choose({ peek: drag });
          setDrag(null);
        }}
        onKeyDown={key}
      />
      {children}
    </div>
  );
}
