/** A rule's condition as coloured words: which selections it names and whether they hold. Pure. */
import type { SelectionTruth } from "@/api/types";

/** A word of a condition. `holds` only where it names selections. */
export interface Word {
  text: string;
  kind: "selection" | "operator" | "space";
  holds?: boolean;
  numbers?: number[];
}

const TOKEN = /\s+|[()|]|[^\s()|]+/g;
const OPERATORS = new Set(["and", "or", "not", "of", "all", "them", "(", ")", "|"]);

/** Cuts a condition into words; `1 of selection_*` counts as one word about all that it names. */
export function words(condition: string, selections: readonly SelectionTruth[]): Word[] {
  const tokens = condition.match(TOKEN) ?? [];
  const found: Word[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (token.trim() === "") {
      found.push({ text: token, kind: "space" });
      continue;
    }
    // `1 of`, `all of`: quantifier, space, of, space, pattern.
    const pattern = tokens[at + 4];
    if (tokens[at + 2]?.toLowerCase() === "of" && pattern && /^(?:\d+|all|any)$/i.test(token)) {
      const named = selections.filter((selection) => names(pattern, selection.name));
      const many = named.filter((selection) => selection.holds).length;
      const wanted = /^all$/i.test(token) ? named.length : Number(token) || 1;
      found.push({
        text: tokens.slice(at, at + 5).join(""),
        kind: "selection",
        holds: named.length > 0 && many >= wanted,
        numbers: named.map((selection) => selection.number),
      });
      at += 4;
      continue;
    }
    const selection = selections.find((one) => one.name === token);
    if (selection) {
      found.push({ text: token, kind: "selection", holds: selection.holds, numbers: [selection.number] });
    } else {
      found.push({
        text: OPERATORS.has(token.toLowerCase()) ? token.toLowerCase() : token,
        kind: "operator",
      });
    }
  }
  return found;
}

/** Whether `them` or a pattern with `*` names a selection. */
function names(pattern: string, name: string): boolean {
  if (pattern.toLowerCase() === "them") return !name.startsWith("_");
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}

/** `4 true, 1 false`. */
export function tally(selections: readonly SelectionTruth[]): string {
  const yes = selections.filter((selection) => selection.holds).length;
  return `${yes} true, ${selections.length - yes} false`;
}
