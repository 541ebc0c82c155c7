/** From an event to others about the same things. Pure. */
import { written } from "./facts";
import { term } from "./terms";

export interface Pivot {
  /** `host.name`. */
  field: string;
  /** `Same host`. */
  word: string;
  value: string;
  /** The query that finds them. */
  query: string;
}

const WAYS: readonly [field: string, word: string][] = [
  ["host.name", "Same host"],
  ["user.name", "Same account"],
  ["source.ip", "Same source address"],
  ["destination.ip", "Same destination address"],
  ["process.name", "Same program"],
  ["process.hash.sha256", "Same file hash"],
  ["dns.question.name", "Same name asked for"],
  ["url.domain", "Same site"],
  ["email.from.address", "Same sender"],
];

/** The ways on from an event; at most nine, so that each has a digit. */
export function pivots(fields: Readonly<Record<string, unknown>>): Pivot[] {
  return WAYS.flatMap(([field, word]) => {
    const all = fields[field];
    const value = Array.isArray(all) ? all[0] : all;
    if (value === null || value === undefined || value === "") return [];
    return [{ field, word, value: written(value), query: term(field, written(value)) }];
  });
}

/** The `most` items nearest to `time`, in the order that they have. */
export function nearest<T>(items: readonly T[], timeOf: (one: T) => string, time: string, most: number): T[] {
  const at = Date.parse(time);
  const far = (one: T) => Math.abs(Date.parse(timeOf(one)) - at);
  const chosen = new Set([...items].sort((a, b) => far(a) - far(b)).slice(0, most));
  return items.filter((one) => chosen.has(one));
}
