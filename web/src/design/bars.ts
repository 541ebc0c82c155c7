/** The geometry of bars over time. Pure. */
import { parts, type Zone } from "./clock";

/** A stretch of time with a count for each series, the lowest of the stack first. */
export interface Stretch {
  from: string;
  to: string;
  counts: readonly number[];
}

/** A part of the time that is shown. */
export interface Brush {
  from: string;
  to: string;
}

/** All that a stretch holds. */
export function sum(stretch: Stretch): number {
  return stretch.counts.reduce((total, count) => total + count, 0);
}

/** A round top and the ticks below it: at most three, whole numbers. */
export function scale(most: number): { top: number; ticks: number[] } {
  if (most <= 0) return { top: 1, ticks: [] };
  const size = 10 ** Math.floor(Math.log10(most));
  const step = [size / 5, size / 2, size, 2 * size, 5 * size].find((n) => n >= 1 && most / n <= 2.5) ?? size;
  const ticks: number[] = [];
  for (let tick = step; tick <= most; tick += step) ticks.push(tick);
  return { top: Math.max(most, ticks.at(-1) ?? 1), ticks };
}

const MINUTE = 60_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200].map(
  (n) => n * MINUTE,
);

/** Instants for the axis: at round times of the zone, not closer than `room` apart. */
export function axis(from: number, to: number, width: number, room: number, zone: Zone): number[] {
  if (!(to > from) || width <= 0) return [];
  const most = Math.max(1, Math.floor(width / room));
  const last = STEPS.at(-1) as number;
  // Years of events: whole multiples of the longest step.
  const step =
    STEPS.find((one) => (to - from) / one <= most) ?? last * Math.ceil((to - from) / (last * most));
  const p = parts(from, zone);
  const shift = Date.UTC(p.year, p.month, p.day, p.hour, p.minute, p.second, p.ms) - from;
  const first = Math.ceil((from + shift) / step) * step - shift;
  const found: number[] = [];
  for (let at = first; at < to; at += step) found.push(at);
  return found;
}

/** The edges of the stretches between two places (fractions of the width), whole ones only; null for a mere click. */
export function brushed(stretches: readonly Stretch[], a: number, b: number): Brush | null {
  const last = stretches.length - 1;
  if (last < 0 || Math.abs(a - b) * stretches.length < 0.25) return null;
  const place = (at: number) => Math.min(last, Math.max(0, Math.floor(at * stretches.length)));
  const [first, end] = [stretches[place(Math.min(a, b))], stretches[place(Math.max(a, b))]];
  if (!first || !end) return null;
  // Whole seconds, outwards: a brush that can be read and typed.
  const second = (time: string, round: (n: number) => number) =>
    new Date(round(Date.parse(time) / 1000) * 1000).toISOString().replace(".000Z", "Z");
  return { from: second(first.from, Math.floor), to: second(end.to, Math.ceil) };
}

/** Whether a stretch of time lies within a brush, or is cut by it. */
export function overlaps(stretch: Brush, brush: Brush): boolean {
  // A brush has whole seconds, the stretches have parts of them: compared as instants, not as text.
  return Date.parse(stretch.to) > Date.parse(brush.from) && Date.parse(stretch.from) < Date.parse(brush.to);
}

/** How many lie within a brush; of a stretch that it cuts, all. */
export function within(stretches: readonly Stretch[], brush: Brush | null): number {
  return stretches
    .filter((one) => brush === null || overlaps(one, brush))
    .reduce((total, one) => total + sum(one), 0);
}
