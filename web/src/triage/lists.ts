/** The lists that an alert by an indicator names, out of its tags. Pure. */

export interface ListEntry {
  list: string;
  /** 0 to 100, as the list says. */
  confidence?: string;
  /** Until when it is good; a timestamp. */
  expires?: string;
}

/** `list:c2.csv`, and behind it what that list says: `confidence:80`, `expires:2026-09-01T00:00:00Z`. */
export function listEntries(tags: readonly string[]): ListEntry[] {
  const entries: ListEntry[] = [];
  for (const tag of tags) {
    const [, word, value] = /^(list|confidence|expires):(.*)$/s.exec(tag) ?? [];
    const last = entries.at(-1);
    if (word === "list" && value) entries.push({ list: value });
    else if (last && word === "confidence") last.confidence = value;
    else if (last && word === "expires") last.expires = value;
  }
  return entries;
}
