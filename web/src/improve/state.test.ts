import { expect, test } from "vitest";
import {
  barText,
  filterOf,
  isCounted,
  isImport,
  isNarrowed,
  readBar,
  readRules,
  sourceName,
  toggled,
  unwrapped,
  widened,
} from "./state";

test("what the URL says and is not understood is not there", () => {
  const state = readRules({
    state: "disabled,broken",
    level: ["high", "low"],
    sort: "random",
    telemetry: "no",
    q: 5,
  });
  expect(state).toMatchObject({ state: ["disabled"], level: ["high", "low"], telemetry: "no", q: "5" });
  expect(state.sort).toBeUndefined();
  expect(filterOf(state)).toMatchObject({ state: "disabled", level: "high,low", telemetry: "no" });
});

test("a facet is put on and taken off; state and level take several values", () => {
  const one = toggled({}, "level", "low");
  expect(toggled(one, "level", "critical").level).toEqual(["critical", "low"]);
  expect(toggled(one, "level", "low").level).toBeUndefined();
  const source = toggled({ sort: "fired" }, "source", "sigma");
  expect(source).toMatchObject({ source: "sigma", sort: "fired" });
  expect(toggled(source, "source", "ours").source).toBe("ours");
  expect(toggled(source, "source", "sigma").source).toBeUndefined();
  expect(isNarrowed(source)).toBe(true);
  expect(isNarrowed(widened(source))).toBe(false);
});

test("the bar holds words and one tag", () => {
  const state = readBar("power shell tag:attack.t1059", { sort: "level" });
  expect(state).toEqual({ sort: "level", tag: "attack.t1059", q: "power shell" });
  expect(barText(state)).toBe("tag:attack.t1059 power shell");
  expect(readBar("  ", state)).toEqual({ sort: "level", tag: undefined, q: undefined });
});

test("a source is called like its file", () => {
  expect(sourceName("sigma_core++.zip")).toBe("sigma_core-");
  expect(sourceName("rules.tar.zst")).toBe("rules");
  expect(sourceName("a rule.YML")).toBe("a-rule");
  expect(sourceName("ünï.zip")).toBe("-n-");
});

test("lines that an editor broke are one; paragraphs and lists are not", () => {
  expect(unwrapped("It reads\nthe file.\n\nThen:\n- one\n- two\n1. three\n")).toBe(
    "It reads the file.\n\nThen:\n- one\n- two\n1. three",
  );
});

test("only what was imported can go", () => {
  expect(["built-in", "folder", "sigma"].map(isImport)).toEqual([false, false, true]);
});

test("hits of a correlation that only feeds others are not counted", () => {
  const counted = (silent: boolean, correlation: string | null) => isCounted({ silent, correlation });
  expect([counted(true, "temporal"), counted(true, null), counted(false, "temporal")]).toEqual([
    false,
    true,
    true,
  ]);
});
