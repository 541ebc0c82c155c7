import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { techniques } from "./techniques";

test("techniques are the tags of that form, each once", () => {
  expect(
    techniques(["attack.execution", "attack.t1059.001", "attack.T1059.001", "car.2013", "attack.t9999"]),
  ).toEqual([
    { id: "T1059.001", name: "PowerShell" },
    { id: "T9999", name: null },
  ]);
});

test("every technique of our own rules has a name", () => {
  const rules = "../content/rules";
  const files = readdirSync(rules, { recursive: true }).map(String);
  const texts = files
    .filter((file) => file.endsWith(".yml"))
    .map((file) => readFileSync(`${rules}/${file}`, "utf8"));
  const tags = texts.flatMap((text) => text.match(/attack\.t[\d.]+/g) ?? []);
  expect(tags.length).toBeGreaterThan(20);
  expect(techniques(tags).filter(({ name }) => name === null)).toEqual([]);
});
