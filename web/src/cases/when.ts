/** A time as a person types it. Pure. */
import { parts, type Zone } from "@/design/clock";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const CLOCK = /(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;

/**
 * Reads `09:32`, `09:32:04.120`, `12 Mar 09:32`, `2026-03-12 09:32` or a whole RFC 3339 instant. A clock time alone is
 * the latest one that has passed at `at`. Null where it is no time.
 */
export function readWhen(text: string, zone: Zone, at: number): string | null {
  const typed = text.trim();
  if (/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(typed)) {
    const instant = Date.parse(typed);
    return Number.isNaN(instant) ? null : new Date(instant).toISOString();
  }
  const clock = CLOCK.exec(typed);
  if (!clock) return null;
  const [hour, minute, second] = [clock[1], clock[2], clock[3] ?? "0"].map(Number) as [
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Math.floor(Number(`0.${clock[4] ?? "0"}`) * 1000);
  const day = typed.slice(0, clock.index).trim().replace(/[T,]$/, "").trim();
  const today = parts(at, zone);
  const make = (year: number, month: number, date: number): string | null => {
    const instant =
      zone === "utc"
        ? Date.UTC(year, month, date, hour, minute, second, ms)
        : new Date(year, month, date, hour, minute, second, ms).getTime();
    const made = parts(instant, zone);
    return made.month === month && made.day === date ? new Date(instant).toISOString() : null;
  };
  if (day === "") {
    const now = make(today.year, today.month, today.day);
    if (now === null || Date.parse(now) <= at) return now;
    // Yesterday by the calendar, not 24 hours ago: a change of the clocks may lie between.
    const before = parts(Date.parse(now) - 86_400_000, zone);
    return make(before.year, before.month, before.day);
  }
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (iso) return make(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const named = /^(\d{1,2})\s+([a-z]{3})[a-z]*\.?(?:\s+(\d{4}))?$/i.exec(day);
  const month = named ? MONTHS.indexOf((named[2] ?? "").toLowerCase()) : -1;
  if (!named || month < 0) return null;
  return make(named[3] ? Number(named[3]) : today.year, month, Number(named[1]));
}
