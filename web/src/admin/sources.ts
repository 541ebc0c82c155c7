/** What the table of sources says in figures and words. Pure. */
import type { SourceRow, SourceState, SourceTotals } from "@/api/types";
import { length } from "@/design/clock";

/** The parts of what was received. */
export const FATES = ["stored", "rejected", "quarantined", "dropped"] as const;
export type Fate = (typeof FATES)[number];

/** A sum with its parts, and what is missing to make it close; 0 when it does. */
export interface Sum {
  received: number;
  parts: Record<Fate, number>;
  open: number;
}

function closed(received: number, parts: Record<Fate, number>): Sum {
  return { received, parts, open: received - FATES.reduce((all, fate) => all + parts[fate], 0) };
}

/** What became of the events of one source. */
export function sumOf(source: SourceRow): Sum {
  const { rejected, quarantined, dropped } = source;
  return closed(source.received, { stored: source.events, rejected, quarantined, dropped });
}

/** What became of all events. */
export function sumOfAll({ received, ...parts }: SourceTotals): Sum {
  return closed(received, parts);
}

/** Events in a minute, over the whole minutes of the last five. The present minute is not over. */
export function rate(perMinute: readonly number[]): number {
  const whole = perMinute.slice(-6, -1);
  return whole.length === 0 ? 0 : whole.reduce((all, one) => all + one, 0) / whole.length;
}

/** A rate as people say it: `12 / min`, `0.4 / min`, `none`. */
export function rateWord(perMinute: readonly number[]): string {
  const events = rate(perMinute);
  if (events === 0) return "none";
  return `${events < 10 ? Math.round(events * 10) / 10 : Math.round(events).toLocaleString("en")} / min`;
}

/** How late events were on arrival. */
export function lagWord(source: Pick<SourceRow, "lag_ms" | "last_event_time">): string {
  if (!source.last_event_time) return "no time in them";
  if (source.lag_ms < 1_000) return "under 1 s";
  return length(source.lag_ms);
}

/** The worst first, then by name: who is silent is what is looked for. */
export function ordered(sources: readonly SourceRow[]): SourceRow[] {
  const worst: Record<SourceState, number> = { silent: 0, lagging: 1, on_time: 2 };
  return [...sources].sort((a, b) => worst[a.state] - worst[b.state] || (a.name < b.name ? -1 : 1));
}

/** How many are in each state. */
export function states(sources: readonly SourceRow[]): Record<SourceState, number> {
  const counts: Record<SourceState, number> = { silent: 0, lagging: 0, on_time: 0 };
  for (const source of sources) counts[source.state]++;
  return counts;
}

/** How a source came in, as far as its name says so: syslog senders are named after their host. */
export function kindOf(name: string): string {
  return name.startsWith("syslog/") ? "syslog" : "HTTP or file";
}

/** What each state means, as the server decides it. */
export const STATE_MEANINGS: Record<SourceState, string> = {
  on_time: "Events come as they usually do",
  lagging: "The newest event was more than 5 minutes old when it came",
  silent: "Nothing came for more than 10 minutes and 5 times its usual gap",
};
