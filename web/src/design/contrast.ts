/** WCAG 2.2 contrast, and the pairs of tokens that must keep it. */

/** The tokens of one theme, by name without `--wf-`. */
export type Tokens = Record<string, string>;

/** Two tokens that meet on screen, with the contrast that they need. */
export interface Pair {
  front: string;
  back: string;
  floor: number;
}

/** Reads the three themes out of the text of `tokens.css`. */
export function readThemes(css: string): Record<string, Tokens> {
  const themes: Record<string, Tokens> = {};
  for (const block of css.matchAll(/:root\[data-theme="(\w+)"\] \{([^}]*)\}/g)) {
    const tokens: Tokens = {};
    for (const line of (block[2] ?? "").matchAll(/--wf-([\w-]+):\s*(#[0-9a-f]{6});/g)) {
      tokens[line[1] ?? ""] = line[2] ?? "";
    }
    themes[block[1] ?? ""] = tokens;
  }
  return themes;
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** The contrast of two colours `#rrggbb`, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["bg", "surface", "raised", "sunken", "hover", "accentbg"];
const TEXTS = [
  "text",
  "text2",
  "text3",
  "accent",
  "crit",
  "high",
  "med",
  "low",
  "info",
  "q-field",
  "q-value",
];
const BARS = ["h-crit", "h-high", "h-med", "h-low", "h-info"];
const CHARTS = ["chart1", "chart2", "chart3", "chart4", "chart5", "chart6"];

/** Every pair with its floor: text 4.5, controls and bars 3. */
export const PAIRS: Pair[] = [
  ...TEXTS.flatMap((front) => GROUNDS.map((back) => ({ front, back, floor: 4.5 }))),
  ...GROUNDS.map((back) => ({ front: "control", back, floor: 3 })),
  { front: "onaccent", back: "accent", floor: 4.5 },
  { front: "marktext", back: "mark", floor: 4.5 },
  ...["crit", "high", "med", "low", "info"].map((front) => ({ front, back: `${front}bg`, floor: 4.5 })),
  ...BARS.flatMap((front) => ["bg", "surface", "accentbg"].map((back) => ({ front, back, floor: 3 }))),
  // Categories are never drawn inside a brush.
  ...CHARTS.flatMap((front) => ["bg", "surface"].map((back) => ({ front, back, floor: 3 }))),
];
