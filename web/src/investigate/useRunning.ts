/** For how many whole seconds something has been under way; null when it is not, or has only just begun. */
import { useEffect, useState } from "react";
import { useImpatient } from "@/design/states";

export function useRunning(running: boolean): number | null {
  const late = useImpatient(running);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!running) return;
    const timer = setInterval(() => setSeconds((old) => old + 1), 1_000);
    return () => clearInterval(timer);
  }, [running]);
  return late ? seconds : null;
}
