/** Times on screen: in the zone that the person chose, with the whole instant as tooltip. */
import { useSettings } from "@/shell/settings";
import { fullTime, left, moment, useNow } from "./clock";
import styles from "./time.module.css";

interface TimeProps {
  at: string;
  precision?: "min" | "s" | "ms";
  className?: string;
}

/** An instant: the time today, day and time otherwise. In mono, because a machine wrote it. */
export function Time({ at, precision = "s", className = "" }: TimeProps) {
  const { zone } = useSettings();
  const now = useNow(60);
  return (
    <time className={`${styles.time} ${className}`} dateTime={at} title={fullTime(at, zone)}>
      {moment(at, zone, precision, now)}
    </time>
  );
}

/** Time left until something is due, with the moment as tooltip. `long` for a sentence, with a clock before it. */
export function TimeLeft({ due, long = false }: { due: string; long?: boolean }) {
  const { zone } = useSettings();
  const now = useNow(10);
  const remaining = left(due, now);
  return (
    <time className={styles[remaining.tone]} dateTime={due} title={`Due ${fullTime(due, zone)}`}>
      {long ? remaining.long : remaining.short}
    </time>
  );
}
