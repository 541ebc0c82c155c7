/** Order and place in lists. Pure. */

/** The list with one moved by a step; at an end it stays. */
export function moved(list: readonly string[], name: string, by: -1 | 1): string[] {
  const from = list.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= list.length) return [...list];
  const next = list.filter((one) => one !== name);
  next.splice(to, 0, name);
  return next;
}

/** `2 of 148`; null where it is in none. */
export function place(ids: readonly string[], id: string | null, total: number): string | null {
  const at = id === null ? -1 : ids.indexOf(id);
  return at < 0 ? null : `${(at + 1).toLocaleString("en")} of ${total.toLocaleString("en")}`;
}
