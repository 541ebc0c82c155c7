/** A raw JSON record as rows of name and value, with the matched bytes still marked. Pure; never throws. */
import { cut, indexesOf, type Mark, type Stretch } from "@/design/marks";

/** One value of a record. */
export interface RawField {
  /** The end of the path, as people know it. */
  name: string;
  /** The whole path. */
  path: string;
  stretches: Stretch[];
  marked: boolean;
}

/** Nesting and values beyond which the raw text itself is shown. */
const MAX_DEPTH = 24;
const MAX_FIELDS = 400;

interface Leaf {
  path: string[];
  text: string;
  /** For each UTF-16 index of `text` (and its end) the index in the raw text. */
  places: number[];
}

const SPACE = /\s/;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads a JSON text and remembers where every character came from. */
class Reader {
  private at = 0;
  readonly leaves: Leaf[] = [];
  private readonly raw: string;

  constructor(raw: string) {
    this.raw = raw;
  }

  /** The leaves of one object; null where it is no JSON object. */
  read(): Leaf[] | null {
    this.skip();
    if (this.raw[this.at] !== "{" || !this.value([], 0)) return null;
    this.skip();
    return this.at === this.raw.length ? this.leaves : null;
  }

  private skip(): void {
    while (SPACE.test(this.raw[this.at] ?? "x")) this.at++;
  }

  private take(char: string): boolean {
    this.skip();
    if (this.raw[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private value(path: string[], depth: number): boolean {
    if (depth > MAX_DEPTH || this.leaves.length > MAX_FIELDS) return false;
    this.skip();
    const first = this.raw[this.at];
    if (first === "{") return this.many("}", path, depth, true);
    if (first === "[") return this.many("]", path, depth, false);
    if (first === '"') {
      const text = this.string();
      if (text) this.leaves.push({ path, ...text });
      return text !== null;
    }
    const from = this.at;
    while (this.at < this.raw.length && !/[\s,}\]]/.test(this.raw[this.at] ?? "")) this.at++;
    if (this.at === from) return false;
    const places = Array.from({ length: this.at - from + 1 }, (_, i) => from + i);
    this.leaves.push({ path, text: this.raw.slice(from, this.at), places });
    return true;
  }

  private many(end: string, path: string[], depth: number, named: boolean): boolean {
    this.at++;
    if (this.take(end)) return true;
    do {
      let name = path;
      if (named) {
        this.skip();
        const key = this.raw[this.at] === '"' ? this.string() : null;
        if (!key || !this.take(":")) return false;
        name = [...path, key.text];
      }
      if (!this.value(name, depth + 1)) return false;
    } while (this.take(","));
    return this.take(end);
  }

  private string(): { text: string; places: number[] } | null {
    let text = "";
    const places: number[] = [];
    this.at++;
    while (this.at < this.raw.length) {
      const char = this.raw[this.at] ?? "";
      if (char === '"') {
        places.push(this.at++);
        return { text, places };
      }
      places.push(this.at);
      if (char !== "\\") {
        text += char;
        this.at++;
        continue;
      }
      const code = this.raw[this.at + 1] ?? "";
      const hex = code === "u" ? this.raw.slice(this.at + 2, this.at + 6) : "";
      if (code === "u" && /^[0-9a-f]{4}$/i.test(hex)) {
        text += String.fromCharCode(Number.parseInt(hex, 16));
        this.at += 6;
      } else if (ESCAPES[code] !== undefined) {
        text += ESCAPES[code];
        this.at += 2;
      } else {
        return null;
      }
    }
    return null;
  }
}

/** The rows of a raw record, or null where it is no JSON object or too large to lay out. `marks` in bytes of `raw`. */
export function rawFields(raw: string, marks: readonly Mark[]): RawField[] | null {
  const leaves = new Reader(raw).read();
  if (!leaves) return null;
  const at = indexesOf(
    raw,
    marks.flatMap((mark) => [mark.from, mark.to]),
  );
  const inRaw = marks.map((mark) => ({ ...mark, from: at.get(mark.from) ?? 0, to: at.get(mark.to) ?? 0 }));
  return leaves.map((leaf) => {
    const first = leaf.places[0] ?? 0;
    const end = leaf.places.at(-1) ?? 0;
    const own = inRaw
      .filter((mark) => mark.from < end && mark.to > first)
      .map((mark) => ({ ...mark, from: placeOf(leaf.places, mark.from), to: placeOf(leaf.places, mark.to) }));
    const stretches = cut(leaf.text, own);
    return {
      name: called(leaf.path),
      path: leaf.path.join("."),
      stretches,
      marked: stretches.some((stretch) => stretch.numbers.length > 0),
    };
  });
}

/** `Image` says enough, `name` does not: of names in lower case the group is told, too (`host.name`). */
function called(path: readonly string[]): string {
  const last = path.at(-1) ?? "";
  return /^[\p{Lu}@]/u.test(last) ? last : path.slice(-2).join(".");
}

/** The first index of the decoded text that came from `raw` or later. */
function placeOf(places: readonly number[], raw: number): number {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < raw) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What `-enc` hides: the longest Base64 word of a command line as UTF-16 text; null where there is none. */
export function hiddenCommand(text: string): string | null {
  if (!/\s-e[a-z^]*\s/i.test(text)) return null;
  const word = text.match(/[A-Za-z0-9+/]{24,}={0,2}/g)?.sort((a, b) => b.length - a.length)[0];
  if (!word) return null;
  try {
    const bytes = Uint8Array.from(atob(word), (char) => char.charCodeAt(0));
    const decoded = new TextDecoder("utf-16le", { fatal: true }).decode(bytes.slice(0, bytes.length & ~1));
    // A command is mostly ASCII; bytes that were no UTF-16 come out as a jumble of scripts.
    const plain = decoded.match(/[\t\r\n\x20-\x7e]/g)?.length ?? 0;
    return plain > decoded.length * 0.8 ? decoded : null;
  } catch {
    return null;
  }
}

/** What Windows writes around an event: of use to a machine, seldom to a reader. */
const AROUND =
  /^Event\.System\.(?!EventID|TimeCreated|Computer)|Guid$|LogonId$|\.(EventRecordID|OriginalFileName|FileVersion|Description|Product|Company|TerminalSessionId|RuleName|SystemTime)$/;

/** Whether a field says something about the event rather than about its writing. */
export function tells(path: string): boolean {
  return !AROUND.test(path);
}
