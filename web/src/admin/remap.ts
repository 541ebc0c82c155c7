/** The keys that a person may choose anew. Pure. */

export interface Remappable {
  /** The id of the binding. */
  id: string;
  label: string;
  /** The usual key. */
  key: string;
}

/** The single-key bindings of the screens, as their `useKeys` name them. */
export const REMAPPABLE: readonly Remappable[] = [
  { id: "queue.close", label: "Close the alert", key: "e" },
  { id: "queue.case", label: "Raise a case", key: "c" },
  { id: "queue.triage", label: "In progress", key: "i" },
  { id: "queue.assign", label: "Assign to me", key: "a" },
  { id: "queue.escalate", label: "Escalate to tier 2", key: "s" },
  { id: "queue.note", label: "Write a note", key: "m" },
  { id: "queue.new", label: "Load new alerts", key: "n" },
  { id: "queue.select", label: "Select", key: "x" },
  { id: "queue.peek", label: "Show or hide the panel", key: "Space" },
  { id: "shell.undo", label: "Undo", key: "u" },
  { id: "shell.search", label: "Search", key: "/" },
  { id: "shell.help", label: "Keys", key: "?" },
];

/** Keys that move and go: they stay as they are. */
const FIXED = new Map([
  ["j", "Next row"],
  ["k", "Previous row"],
  ["o", "Open"],
  ["g", "Go to a room"],
  ["Enter", "Open"],
  ["Ctrl+K", "Command palette"],
]);

/** Who has the key already; undefined when it is free. */
export function taken(
  key: string,
  id: string,
  remapped: Record<string, string>,
): { label: string } | undefined {
  const fixed = FIXED.get(key);
  if (fixed) return { label: fixed };
  return REMAPPABLE.find((one) => one.id !== id && (remapped[one.id] ?? one.key) === key);
}
