import { expect, test } from "vitest";
import { inked } from "./ink";
import { linesOf } from "./lines";

test("lines keep every character and know what is wrong", () => {
  const query = 'a:b\n\nc:"d';
  const lines = linesOf(inked(query, "bar"), { from: 7, to: 9 }, [1]);
  expect(lines.map((line) => line.map((piece) => piece.text).join("")).join("\n")).toBe(query);
  expect(lines).toHaveLength(3);
  expect(
    lines
      .flat()
      .filter((piece) => piece.wrong)
      .map((piece) => piece.text),
  ).toEqual(['"d']);
  expect(lines.flat().map((piece) => piece.at)).toEqual([0, 1, 2, 5, 7]);
});

test("an empty query is one empty line", () => {
  expect(linesOf([], null)).toEqual([[]]);
});
