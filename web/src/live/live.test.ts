import { expect, test } from "vitest";
import { readIds } from "./live";

test("a notice carries ids, and anything else carries none", () => {
  expect(readIds('{"ids":["a","b"]}')).toEqual(["a", "b"]);
  for (const bad of ["", "null", "[]", '{"ids":1}', '{"ids":[1,{}]}', "{"]) expect(readIds(bad)).toEqual([]);
});
