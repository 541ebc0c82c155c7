/** Time ranges as the URL holds them: `6h`, `7d`, `all`, or two instants with `..` between them. Pure. */
import { calendarDay, clockTime, type Zone } from "@/design/clock";

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The ranges of the menu. */
export const RANGES: readonly { value: string; label: string }[] = [
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "6h", label: "Last 6 hours" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "all", label: "Any time" },
];

/** The edges of a range as RFC 3339; absent means open. */
export interface Edges {
  from?: string;
  to?: string;
}

/** What a range means at `at`; one that cannot be read means any time. */
export function edges(range: string | undefined, at: number): Edges {
  if (!range || range === "all") return {};
  const relative = /^(\d{1,4})([mhd])$/.exec(range);
  if (relative) {
    const unit = UNITS[relative[2] as keyof typeof UNITS];
    return { from: new Date(at - Number(relative[1]) * unit).toISOString() };
  }
  const [from, to] = range.split("..").map((text) => new Date(text));
  if (from && to && !Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime())) {
    return { from: from.toISOString(), to: to.toISOString() };
  }
  return {};
}

/** How a range is called: `Last 6 hours`, `12 Mar 08:38 to 11:20`. */
export function rangeLabel(range: string | undefined, zone: Zone, at: number): string {
  const known = RANGES.find((one) => one.value === (range ?? "all"));
  if (known) return known.label;
  const { from, to } = edges(range, at);
  if (from && to) return spanLabel(from, to, zone, at);
  const relative = /^(\d+)([mhd])$/.exec(range ?? "");
  const words = { m: "minutes", h: "hours", d: "days" };
  return relative ? `Last ${relative[1]} ${words[relative[2] as keyof typeof words]}` : "Any time";
}

/** `12 Mar 08:38 to 11:20`; the day a second time only when it differs. */
export function spanLabel(from: string, to: string, zone: Zone, at: number): string {
  const [a, b] = [calendarDay(from, zone, at), calendarDay(to, zone, at)];
  const end = clockTime(to, zone, "min");
  return `${a} ${clockTime(from, zone, "min")} to ${a === b ? end : `${b} ${end}`}`;
}
