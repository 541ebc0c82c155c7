/** What the loaded rows say. Pure. */
import type { SearchTable } from "@/api/types";

/** Columns of a search at most, as the server has it. */
const MOST_COLUMNS = 64;

/** One event or one line of an answer, with its cells by name. */
export interface Row {
  /** The event's id, or the place of the line. */
  id: string;
  cells: Record<string, unknown>;
}

/** A column of our own: one line that says what happened. */
export const SUMMARY = "summary";

/** What the summary is made of. */
const TELLING = [
  "message",
  "process.command_line",
  "process.parent.name",
  "process.name",
  "dns.question.name",
  "url.full",
  "email.subject",
  "file.path",
  "registry.path",
  "event.action",
  "event.outcome",
  "source.ip",
  "destination.ip",
  "destination.port",
] as const;

/** The fields of the side bar that are open from the start. */
export const USUAL = ["_source", "host.name", "user.name", "event.action", "process.name"] as const;

/** Fields of which the side bar counts the values, beside those of the table. */
const COUNTED = [
  ...USUAL,
  "event.category",
  "event.code",
  "event.dataset",
  "event.outcome",
  "process.parent.name",
  "source.ip",
  "destination.ip",
  "destination.port",
  "destination.domain",
  "network.transport",
  "network.direction",
  "dns.question.name",
  "url.domain",
  "http.request.method",
  "http.response.status_code",
  "email.from.address",
  "file.name",
  "winlog.channel",
  "observer.name",
  "user.domain",
  "process.hash.sha256",
] as const;

/** The columns of a table that says nothing else. */
export const DEFAULT_COLUMNS = ["@timestamp", "host.name", "user.name", SUMMARY] as const;

/** The columns that a text of the URL means: known characters only, each once. */
export function columnsOf(text: string | undefined): string[] {
  const said = (text ?? "").split(",").filter((name) => /^[@\w][\w.@-]*$/.test(name));
  return said.length > 0 ? [...new Set(said)].slice(0, 16) : [...DEFAULT_COLUMNS];
}

/** What the server is asked for so that table, summary and side bar can be filled. */
export function wantedColumns(shown: readonly string[], opened: readonly string[]): string[] {
  const all = ["@timestamp", ...shown.filter((name) => name !== SUMMARY), ...opened, ...TELLING, ...COUNTED];
  return [...new Set(all)].slice(0, MOST_COLUMNS);
}

/** The rows of an answer; each event knows its id, other lines are numbered. */
export function rowsOf(table: SearchTable): Row[] {
  const names = table.columns.map((column) => column.name);
  const byId = names.indexOf("_id");
  return table.rows.map((row, at) => ({
    id: byId >= 0 ? String(row[byId]) : `line-${at + 1}`,
    cells: Object.fromEntries(names.map((name, place) => [name, row[place]])),
  }));
}

/** Whether an id is that of an event: node and sequence. Lines of SQL have none. */
export function isEventId(id: string): boolean {
  return /^\d+-\d+$/.test(id);
}

/** A value as text; a list with commas. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(written).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export interface Counted {
  value: string;
  count: number;
}

/** The values of a field over the rows, the most frequent first, and how many rows have it at all. */
export function valuesOf(rows: readonly Row[], name: string): { values: Counted[]; present: number } {
  const counts = new Map<string, number>();
  let present = 0;
  for (const { cells } of rows) {
    const cell = cells[name];
    if (cell === null || cell === undefined) continue;
    present++;
    // An event with two equal values is one event.
    for (const value of new Set((Array.isArray(cell) ? cell : [cell]).map(written))) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { values, present };
}

/** One line that says what happened, in the event's own words. */
export function summary({ cells }: Row): string {
  const said = (name: (typeof TELLING)[number]) => written(cells[name]);
  const action = said("event.action");
  const direct =
    said("message") ||
    said("process.command_line") ||
    said("dns.question.name") ||
    said("url.full") ||
    said("email.subject");
  if (direct) return direct;
  const from = said("source.ip");
  const to = [said("destination.ip"), said("destination.port")].filter(Boolean).join(":");
  const way = from && to ? `${from} → ${to}` : from || to;
  const what = said("file.path") || said("registry.path") || way || said("process.name");
  return [action, what, said("event.outcome")].filter(Boolean).join(" ");
}
