/** The time as the server has it, and how it is written. Pure but for the one clock. */
import { useSyncExternalStore } from "react";

let offset_ms = 0;

/** The server's clock counts, because due times are its. `date` is an HTTP date, precise to the second. */
export function noteServerTime(date: string | null): void {
  const theirs = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return;
  const difference = theirs + 500 - Date.now();
  // A second of difference is the precision of the header, not a clock that is wrong.
  offset_ms = Math.abs(difference) > 2_000 ? difference : 0;
}

/** Milliseconds since 1970, by the server's clock. */
export function now(): number {
  return Date.now() + offset_ms;
}

const listeners = new Set<() => void>();
let second = Math.floor(now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(call: () => void): () => void {
  listeners.add(call);
  timer ??= setInterval(() => {
    const next = Math.floor(now() / 1000);
    if (next === second) return;
    second = next;
    for (const listener of listeners) listener();
  }, 250);
  return () => {
    listeners.delete(call);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present second in ms; renders again when it, or every `every_s` seconds, has passed. */
export function useNow(every_s = 1): number {
  const step = () => Math.floor(second / every_s) * every_s * 1000;
  return useSyncExternalStore(subscribe, step, step);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in two units at most: `9 min`, `2 h 33`, `2 d 20 h`. */
export function length(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE) return `${Math.floor(whole / 1000)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)} h ${String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, "0")}`;
  }
  const hours = Math.floor((whole % DAY) / HOUR);
  return `${Math.floor(whole / DAY)} d${hours ? ` ${hours} h` : ""}`;
}

/** How much time is left, and how pressing that is. */
export interface Left {
  /** For a narrow column: `9 min`, `over 2 h 10`. */
  short: string;
  /** For a sentence: `9 min left`, `2 h 10 over`. */
  long: string;
  tone: "over" | "soon" | "calm";
}

/** Time left until `due`; the last 30 minutes are pressing. */
export function left(due: string, at: number): Left {
  const ms = Date.parse(due) - at;
  if (ms < 0) return { short: `−${length(-ms)}`, long: `${length(-ms)} over`, tone: "over" };
  return { short: length(ms), long: `${length(ms)} left`, tone: ms <= 30 * MINUTE ? "soon" : "calm" };
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** UTC or the place of the browser. */
export type Zone = "utc" | "local";

interface Parts {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

/** The parts of an instant in a zone. */
export function parts(time: string | number, zone: Zone): Parts {
  const date = new Date(time);
  return zone === "utc"
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        weekday: date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        ms: date.getUTCMilliseconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        weekday: date.getDay(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
        ms: date.getMilliseconds(),
      };
}

const two = (n: number) => String(n).padStart(2, "0");

/** `08:53:06`, or with `ms` `08:53:06.412`. */
export function clockTime(time: string | number, zone: Zone, precision: "min" | "s" | "ms" = "s"): string {
  const p = parts(time, zone);
  const short = `${two(p.hour)}:${two(p.minute)}`;
  if (precision === "min") return short;
  return `${short}:${two(p.second)}${precision === "ms" ? `.${String(p.ms).padStart(3, "0")}` : ""}`;
}

/** `12 Mar`, with the year when it is not the present one. */
export function calendarDay(time: string | number, zone: Zone, at: number = now()): string {
  const p = parts(time, zone);
  const year = p.year === parts(at, zone).year ? "" : ` ${p.year}`;
  return `${p.day} ${MONTHS[p.month]}${year}`;
}

/** `Thu 12 Mar 09:43:50`. */
export function dayAndTime(time: string | number, zone: Zone): string {
  return `${WEEKDAYS[parts(time, zone).weekday]} ${calendarDay(time, zone)} ${clockTime(time, zone)}`;
}

/** The shortest that is clear: the time today, the day and the time otherwise. */
export function moment(
  time: string | number,
  zone: Zone,
  precision: "min" | "s" | "ms" = "s",
  at = now(),
): string {
  const [a, b] = [parts(time, zone), parts(at, zone)];
  const today = a.year === b.year && a.month === b.month && a.day === b.day;
  const clock = clockTime(time, zone, precision);
  return today ? clock : `${calendarDay(time, zone, at)} ${clock}`;
}

/** Everything, for tooltips: `2026-03-12 08:53:06.412 UTC`, or with the local offset. */
export function fullTime(time: string | number, zone: Zone): string {
  const p = parts(time, zone);
  const day = `${p.year}-${two(p.month + 1)}-${two(p.day)}`;
  if (zone === "utc") return `${day} ${clockTime(time, zone, "ms")} UTC`;
  const shift = -new Date(time).getTimezoneOffset();
  const sign = shift < 0 ? "−" : "+";
  const size = Math.abs(shift);
  return `${day} ${clockTime(time, zone, "ms")} UTC${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Midnight before `at` in the zone, as an instant. */
export function midnight(at: number, zone: Zone): number {
  const p = parts(at, zone);
  return zone === "utc" ? Date.UTC(p.year, p.month, p.day) : new Date(p.year, p.month, p.day).getTime();
}
