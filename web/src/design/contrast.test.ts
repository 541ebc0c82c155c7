import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contrast, PAIRS, readThemes } from "./contrast";

const themes = readThemes(readFileSync("src/design/tokens.css", "utf8"));

function ratio(theme: string, front: string, back: string): number {
  const tokens = themes[theme] ?? {};
  return contrast(tokens[front] ?? "", tokens[back] ?? "");
}

test("black on white is 21, a colour on itself 1", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#43cdbd", "#43cdbd")).toBe(1);
});

test("the three themes name the same tokens", () => {
  expect(Object.keys(themes)).toEqual(["dark", "light", "hc"]);
  const names = Object.keys(themes.dark ?? {});
  expect(names).toHaveLength(40);
  expect(Object.keys(themes.light ?? {})).toEqual(names);
  expect(Object.keys(themes.hc ?? {})).toEqual(names);
});

test.each(["dark", "light", "hc"])("no pair of %s is below its floor", (theme) => {
  const low = PAIRS.map((pair) => ({ ...pair, ratio: ratio(theme, pair.front, pair.back) })).filter(
    (pair) => !(pair.ratio >= pair.floor),
  );
  expect(low).toEqual([]);
});

test("the lowest pairs are the ones that the design names", () => {
  expect(ratio("dark", "text3", "accentbg")).toBeCloseTo(4.93, 2);
  expect(ratio("light", "chart6", "bg")).toBeCloseTo(3.06, 2);
});
