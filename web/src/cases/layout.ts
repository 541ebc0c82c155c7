/** Where the entries of a timeline stand when it is drawn: a lane per host, no label over another. Pure. */

/** What is drawn of an entry. */
export interface Dot {
  id: string;
  /** ms since 1970. */
  at: number;
  /** The lane; empty where no host is known. */
  lane: string;
  /** What happened: the same many times in a lane is one series. */
  what: string;
}

/** Dots that stand too close to tell apart are one mark. */
export interface Group<D extends Dot> {
  /** px from the left edge of the plot. */
  x: number;
  dots: D[];
  /** px that its label may take. */
  room: number;
  /** px where the series in it ends; absent where there is none. */
  until?: number;
}

export interface Lane<D extends Dot> {
  name: string;
  groups: Group<D>[];
  count: number;
}

export interface Tick {
  at: number;
  x: number;
}

export interface Drawing<D extends Dot> {
  lanes: Lane<D>[];
  ticks: Tick[];
  /** Hosts beyond the lanes; their dots stand in the last lane. */
  folded: number;
}

/** The same this often is a series: its first mark, and a line to its last. */
const SERIES = 6;
/** px that a mark takes. */
const MARK = 18;
/** px at both ends of the plot. */
const PAD = 14;
/** px between ticks at least. */
const TICK = 96;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
];

/** Lays out dots over `width` px in at most `most` lanes; lanes in the order of their first dot. */
export function draw<D extends Dot>(dots: readonly D[], width: number, most: number): Drawing<D> {
  const sorted = [...dots].sort((a, b) => a.at - b.at);
  const first = sorted[0]?.at ?? 0;
  const last = sorted.at(-1)?.at ?? first;
  // A single moment gets a minute around it, so that it has a scale.
  const [from, to] = last > first ? [first, last] : [first - 30 * SECOND, first + 30 * SECOND];
  const room = Math.max(1, width - 2 * PAD);
  const across = (at: number) => PAD + ((at - from) / (to - from)) * room;

  const names = [...new Set(sorted.map((dot) => dot.lane))];
  const kept = names.length > most ? names.slice(0, most - 1) : names;
  const lanes: Lane<D>[] = kept.map((name) =>
    lane(
      name,
      sorted.filter((dot) => dot.lane === name),
      across,
      width,
    ),
  );
  const rest = sorted.filter((dot) => !kept.includes(dot.lane));
  if (rest.length > 0) lanes.push(lane("", rest, across, width));
  return { lanes, ticks: ticks(from, to, across, room), folded: names.length - kept.length };
}

function lane<D extends Dot>(
  name: string,
  dots: D[],
  across: (at: number) => number,
  width: number,
): Lane<D> {
  const alike = new Map<string, D[]>();
  for (const dot of dots) alike.set(dot.what, [...(alike.get(dot.what) ?? []), dot]);
  const groups: Group<D>[] = [];
  for (const dot of dots) {
    const own = alike.get(dot.what) ?? [];
    const series = own.length >= SERIES;
    if (series && own[0] !== dot) continue;
    const x = across(dot.at);
    const until = series ? across(own.at(-1)?.at ?? dot.at) : undefined;
    const before = groups.at(-1);
    if (before && x - before.x < MARK) {
      before.dots.push(...(series ? own : [dot]));
      if (until !== undefined) before.until = Math.max(until, before.until ?? 0);
    } else groups.push({ x, dots: series ? [...own] : [dot], room: 0, until });
  }
  groups.forEach((group, at) => {
    const end = groups[at + 1]?.x ?? width;
    group.room = Math.max(0, Math.floor(end - group.x - MARK));
  });
  return { name, groups, count: dots.length };
}

function ticks(from: number, to: number, across: (at: number) => number, room: number): Tick[] {
  const wanted = ((to - from) / room) * TICK;
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / (365 * DAY)) * 365 * DAY;
  const found: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push({ at, x: across(at) });
  return found;
}
