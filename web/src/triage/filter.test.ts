import { expect, test } from "vitest";
import { barText, dayAround, filterOf, isNarrowed, readBar, toggled } from "./filter";

const at = Date.parse("2026-03-12T09:43:50Z");
const said = (object: object) => JSON.parse(JSON.stringify(object));

test("a view is a filter, facets narrow it, a brush wins over the range", () => {
  expect(said(filterOf({}, at))).toEqual({ status: "open" });
  expect(said(filterOf({ view: "mine", severity: ["critical", "high"] }, at))).toEqual({
    status: "open",
    owner: "me",
    severity: "critical,high",
  });
  expect(filterOf({ status: ["new"] }, at).status).toBe("new");
  expect(filterOf({ view: "closed", status: ["new"] }, at).status).toBe("closed");
  expect(filterOf({ range: "6h" }, at).from).toBe("2026-03-12T03:43:50.000Z");
  expect(
    filterOf({ range: "6h", from: "2026-03-12T08:30:00Z", to: "2026-03-12T09:45:00Z" }, at),
  ).toMatchObject({
    from: "2026-03-12T08:30:00Z",
    to: "2026-03-12T09:45:00Z",
  });
});

test.each([
  {},
  { view: "mine" as const },
  { view: "closed" as const, q: "invoice" },
  { severity: ["critical" as const], host: "WS FIN 07", q: "encoded command" },
  { status: ["new" as const, "triaging" as const], from: "2026-03-12T08:30:00Z", to: "2026-03-12T09:45:00Z" },
])("the bar says %o and reads it again", (state) => {
  expect(said(readBar(barText(state), state))).toEqual(state);
});

test("an unknown field is a word, and nothing is dropped", () => {
  expect(readBar('colour:red host:"a b" x', {})).toMatchObject({ host: "a b", q: "colour:red x" });
});

test("a facet is switched on and off", () => {
  const one = toggled({}, "severity", "high");
  expect(one.severity).toEqual(["high"]);
  expect(toggled(one, "severity", "high").severity).toBeUndefined();
  expect(toggled({ host: "a" }, "host", "b").host).toBe("b");
  expect(toggled({ host: "a" }, "host", "a").host).toBeUndefined();
});

test("a view alone narrows nothing", () => {
  expect(isNarrowed({ view: "mine", sort: "risk", range: "6h" })).toBe(false);
  expect(isNarrowed({ q: "x" })).toBe(true);
});

test("the day around an alert holds it, and ends no later than the next five minutes", () => {
  const at = Date.parse("2026-03-12T12:02:30Z");
  expect(dayAround("2026-03-12T08:53:06Z", at)).toEqual({
    from: "2026-03-11T12:05:00Z",
    to: "2026-03-12T12:05:00Z",
  });
  expect(dayAround("2026-03-01T08:00:00Z", at)).toEqual({
    from: "2026-02-28T20:00:00Z",
    to: "2026-03-01T20:00:00Z",
  });
});
