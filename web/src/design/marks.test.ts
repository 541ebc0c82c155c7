import { expect, test } from "vitest";
import { cut, indexesOf, stretchesOf } from "./marks";

test("byte offsets become indexes in UTF-16", () => {
  // é is two bytes, 漢 three, 😀 four and two code units.
  const text = "aé漢😀b";
  const at = indexesOf(text, [0, 1, 3, 6, 10, 11, 99]);
  expect([...at]).toEqual([
    [0, 0],
    [1, 1],
    [3, 2],
    [6, 3],
    [10, 5],
    [11, 6],
    [99, 6],
  ]);
  expect(indexesOf(text, [2]).get(2)).toBe(1);
});

test("a mark covers its bytes, also behind a wide character", () => {
  expect(stretchesOf("é powershell -enc", [{ from: 3, to: 13, number: 2 }])).toEqual([
    { text: "é ", numbers: [], ends: [] },
    { text: "powershell", numbers: [2], ends: [2] },
    { text: " -enc", numbers: [], ends: [] },
  ]);
});

test("marks that overlap share a stretch, and each ends where it ends", () => {
  const cuts = cut("abcdef", [
    { from: 0, to: 4, number: 1 },
    { from: 2, to: 6, number: 2 },
  ]);
  expect(cuts).toEqual([
    { text: "ab", numbers: [1], ends: [] },
    { text: "cd", numbers: [1, 2], ends: [1] },
    { text: "ef", numbers: [2], ends: [2] },
  ]);
});

test("empty and outside marks vanish", () => {
  const cuts = cut("abc", [
    { from: 1, to: 1, number: 1 },
    { from: 7, to: 9, number: 2 },
  ]);
  expect(cuts).toEqual([{ text: "abc", numbers: [], ends: [] }]);
  expect(cut("", [])).toEqual([]);
});
