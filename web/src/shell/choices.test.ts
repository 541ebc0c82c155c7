import { expect, test } from "vitest";
import { choices, rank } from "./choices";

const ways = { alert: () => {}, case: () => {}, alerts: () => {}, events: () => {} };
const bindings = ["Close the alert", "Raise a case", "Go to Cases"].map((label) => ({
  id: label,
  keys: "x",
  label,
  run: () => {},
}));
const labels = (text: string) => choices(text, bindings, ways).map((choice) => choice.label);

test("a number opens an alert or a case", () => {
  expect(labels("A-88213")[0]).toBe("Open alert A-88213");
  expect(labels("c 417")[0]).toBe("Open case C-417");
  expect(labels("417").slice(0, 2)).toEqual(["Open alert A-417", "Open case C-417"]);
});

test("commands are ranked: begin, begin of a word, inside, letters in order", () => {
  expect(labels("case").slice(0, 2)).toEqual(["Raise a case", "Go to Cases"]);
  expect(labels("cl")[0]).toBe("Close the alert");
  expect(rank("Raise a case", "rc")).toBe(4);
  expect(rank("Raise a case", "zz")).toBeNull();
});

test("any text can be searched for", () => {
  expect(labels("ws-fin").slice(-2)).toEqual(["Search alerts for “ws-fin”", "Search events for “ws-fin”"]);
});
