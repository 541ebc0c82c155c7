/** Byte ranges of a raw event as numbered stretches of text. Pure. */

/** A matched range: UTF-8 bytes `from` (inclusive) to `to` (exclusive), and the number of its selection. */
export interface Mark {
  from: number;
  to: number;
  number: number;
}

/** A stretch of text with the numbers of the marks over it; `ends` are those that end with it. */
export interface Stretch {
  text: string;
  numbers: number[];
  ends: number[];
}

/** For each byte offset in `wanted` the index in the UTF-16 text; an offset inside a character means its begin. */
export function indexesOf(text: string, wanted: Iterable<number>): Map<number, number> {
  const offsets = [...new Set(wanted)].sort((a, b) => a - b);
  const found = new Map<number, number>();
  let bytes = 0;
  let next = 0;
  for (let index = 0; index < text.length && next < offsets.length; ) {
    const code = text.codePointAt(index) ?? 0;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    while (next < offsets.length && (offsets[next] ?? 0) < bytes + width) {
      found.set(offsets[next++] ?? 0, index);
    }
    bytes += width;
    index += code > 0xffff ? 2 : 1;
  }
  while (next < offsets.length) found.set(offsets[next++] ?? 0, text.length);
  return found;
}

/** Cuts a text at the edges of the marks; `marks` are in UTF-16 indexes of that text here. */
export function cut(text: string, marks: readonly Mark[]): Stretch[] {
  const inside = marks.filter((mark) => mark.to > mark.from && mark.from < text.length && mark.to > 0);
  const edges = new Set([0, text.length]);
  for (const mark of inside) {
    edges.add(Math.max(0, mark.from));
    edges.add(Math.min(text.length, mark.to));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (let at = 0; at + 1 < sorted.length; at++) {
    const from = sorted[at] ?? 0;
    const to = sorted[at + 1] ?? 0;
    const over = inside.filter((mark) => mark.from < to && mark.to > from);
    const unique = (list: Mark[]) => [...new Set(list.map((mark) => mark.number))].sort((a, b) => a - b);
    stretches.push({
      text: text.slice(from, to),
      numbers: unique(over),
      ends: unique(over.filter((mark) => Math.min(mark.to, text.length) === to)),
    });
  }
  return stretches;
}

/** Cuts a raw event at byte ranges. */
export function stretchesOf(text: string, marks: readonly Mark[]): Stretch[] {
  const at = indexesOf(
    text,
    marks.flatMap((mark) => [mark.from, mark.to]),
  );
  return cut(
    text,
    marks.map((mark) => ({ ...mark, from: at.get(mark.from) ?? 0, to: at.get(mark.to) ?? 0 })),
  );
}
