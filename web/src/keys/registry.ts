/** Which key does what, now. Pure but for the bindings that it is given. */

/** A key or a sequence of two (`g q`) that does something. */
export interface Binding {
  /** Stable, for remapping: `queue.close`. */
  id: string;
  /** `e`, `Shift+J`, `Ctrl+K`, `Space`, `g q`; several spell the same; none: by name in the palette only. */
  keys: string | readonly string[];
  /** What it does, as the help says it. */
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Off for now: the key falls through to the layers below. */
  off?: boolean;
  /** Also while a field has the focus. */
  typing?: boolean;
  /** A mere movement: in the help, but nothing to choose by name in the palette. */
  here?: boolean;
  /** Not in the help and the palette: it is the twin of another. */
  quiet?: boolean;
}

/** Bindings that belong together; a higher layer is asked first. */
export interface Layer {
  /** The heading in the help. */
  title: string;
  level: number;
  /** Nothing below a closed layer is asked: a dialog. */
  closed?: boolean;
  bindings: () => readonly Binding[];
}

/** Levels of layers. */
export const LEVEL = { shell: 0, screen: 10, panel: 20, dialog: 100 } as const;

/** How an event is spelt in a binding. Shift counts only for letters and named keys: `?` is `?`. */
export function spell(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): string {
  const named = event.key === " " ? "Space" : event.key;
  const letter = named.length === 1 && named.toLowerCase() !== named.toUpperCase();
  const key = letter && (event.ctrlKey || event.metaKey || event.shiftKey) ? named.toUpperCase() : named;
  const shift = event.shiftKey && (letter || named.length > 1);
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

/** A single printable character, which speech input can type by accident. */
function isSingle(key: string): boolean {
  return key.replace(/^Shift\+/, "").length === 1 && !key.startsWith("Ctrl+") && !key.startsWith("Alt+");
}

/** How long the second key of a sequence may take, in ms. */
const SEQUENCE_MS = 1_200;

export interface Options {
  /** Whether single-key shortcuts are on. */
  shortcuts: boolean;
  /** Keys chosen by the person, by binding id. */
  remapped: Record<string, string>;
}

export class KeyRegistry {
  private layers: Layer[] = [];
  private prefix: { key: string; until: number } | null = null;
  private readonly options: () => Options;

  constructor(options: () => Options) {
    this.options = options;
  }

  /** Adds a layer; the answer takes it away. Of equal levels the later is asked first. */
  add(layer: Layer): () => void {
    this.layers = [...this.layers, layer];
    return () => {
      this.layers = this.layers.filter((other) => other !== layer);
    };
  }

  /** The layers that are asked, the first first. */
  asked(): Layer[] {
    const sorted = this.layers
      .map((layer, at) => ({ layer, at }))
      .sort((a, b) => b.layer.level - a.layer.level || b.at - a.at)
      .map(({ layer }) => layer);
    const closed = sorted.findIndex((layer) => layer.closed);
    return closed < 0 ? sorted : sorted.slice(0, closed + 1);
  }

  /** The keys of a binding as the person has them. */
  keysOf(binding: Binding): readonly string[] {
    const other = this.options().remapped[binding.id];
    if (other) return [other];
    return typeof binding.keys === "string" ? [binding.keys] : binding.keys;
  }

  /** Finds what a key does. `at` is the time in ms; a first key of a sequence answers `waiting`. */
  find(key: string, typing: boolean, at: number): Binding | "waiting" | null {
    const prefix = this.prefix && at < this.prefix.until ? this.prefix.key : null;
    this.prefix = null;
    const spelt = prefix ? [`${prefix} ${key}`, key] : [key];
    for (const wanted of spelt) {
      let begins = false;
      for (const layer of this.asked()) {
        for (const binding of layer.bindings()) {
          if (binding.off || (typing && !binding.typing)) continue;
          for (const own of this.keysOf(binding)) {
            const first = own.split(" ")[0] ?? own;
            if (isSingle(first) && !this.options().shortcuts) continue;
            if (own === wanted) return binding;
            if (own.startsWith(`${wanted} `)) begins = true;
          }
        }
      }
      if (begins) {
        this.prefix = { key: wanted, until: at + SEQUENCE_MS };
        return "waiting";
      }
    }
    return null;
  }
}

const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const UNTYPED = new Set(["checkbox", "radio", "button", "submit", "range"]);

/** Whether keys pressed here are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (!FIELDS.has(target.tagName)) return false;
  return !(target instanceof HTMLInputElement && UNTYPED.has(target.type));
}

/** Whether Enter and Space belong to the element itself. */
export function ownsEnter(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.closest("button, a[href], summary, select, input, [role=menuitem], [role=tab], [role=option]") !==
    null
  );
}
