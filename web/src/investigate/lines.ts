/** The coloured query as lines, cut where a problem lies and where the caret's word begins. Pure. */
import type { Ink } from "./ink";
import type { Place } from "./place";

export interface Piece extends Ink {
  /** It is what is wrong. */
  wrong: boolean;
  /** Index in the query. */
  at: number;
}

/** Lines of pieces; an empty line has none. `cuts`: further places where a piece must begin. */
export function linesOf(parts: readonly Ink[], wrong: Place | null, cuts: readonly number[] = []): Piece[][] {
  const edges = wrong ? [wrong.from, wrong.to, ...cuts] : cuts;
  const lines: Piece[][] = [[]];
  let at = 0;
  for (const part of parts) {
    const inside = edges.filter((edge) => edge > at && edge < at + part.text.length).sort((a, b) => a - b);
    let from = at;
    for (const to of [...inside, at + part.text.length]) {
      add(part.kind, from, part.text.slice(from - at, to - at));
      from = to;
    }
    at += part.text.length;
  }
  return lines;

  function add(kind: Ink["kind"], from: number, text: string): void {
    let place = from;
    for (const [nth, piece] of text.split("\n").entries()) {
      if (nth > 0) lines.push([]);
      if (piece) {
        const isWrong = wrong !== null && place >= wrong.from && place < wrong.to;
        lines.at(-1)?.push({ kind, text: piece, at: place, wrong: isWrong });
      }
      place += piece.length + 1;
    }
  }
}
