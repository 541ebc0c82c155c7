/** What the palette offers for a text. Pure. */
import type { Binding } from "@/keys/registry";

export interface Choice {
  id: string;
  label: string;
  key?: string;
  run: () => void;
}

export interface Ways {
  alert: (number: number) => void;
  case: (number: number) => void;
  alerts: (q: string) => void;
  events: (q: string) => void;
}

/** Whether the letters of `wanted` stand in `text` in this order, each word at a begin if possible; lower is better. */
export function rank(text: string, wanted: string): number | null {
  const [a, b] = [text.toLowerCase(), wanted.toLowerCase().trim()];
  if (b === "") return 0;
  if (a.startsWith(b)) return 1;
  if (a.includes(` ${b}`)) return 2;
  if (a.includes(b)) return 3;
  let from = 0;
  for (const letter of b.replaceAll(" ", "")) {
    const hit = a.indexOf(letter, from);
    if (hit < 0) return null;
    from = hit + 1;
  }
  return 4;
}

/** Records by number first, then commands by rank, then searches for the text itself. */
export function choices(text: string, bindings: readonly Binding[], ways: Ways): Choice[] {
  const found: Choice[] = [];
  const wanted = text.trim();
  const record = /^(a|c|case|alert)?[\s-]*(\d{1,12})$/i.exec(wanted);
  if (record) {
    const number = Number(record[2]);
    const kind = (record[1] ?? "").toLowerCase();
    if (!kind.startsWith("c")) {
      found.push({ id: "alert", label: `Open alert A-${number}`, run: () => ways.alert(number) });
    }
    if (!kind.startsWith("a")) {
      found.push({ id: "case", label: `Open case C-${number}`, run: () => ways.case(number) });
    }
  }
  const ranked = bindings
    .map((binding) => ({ binding, rank: rank(binding.label, wanted) }))
    .filter((one): one is { binding: Binding; rank: number } => one.rank !== null)
    .sort((a, b) => a.rank - b.rank);
  const event = new KeyboardEvent("keydown");
  for (const { binding } of ranked) {
    const key = typeof binding.keys === "string" ? binding.keys : binding.keys[0];
    found.push({ id: binding.id, label: binding.label, key, run: () => binding.run(event) });
  }
  if (wanted) {
    found.push({ id: "alerts", label: `Search alerts for “${wanted}”`, run: () => ways.alerts(wanted) });
    found.push({ id: "events", label: `Search events for “${wanted}”`, run: () => ways.events(wanted) });
  }
  return found;
}
