import { expect, test } from "vitest";
import { listEntries } from "./lists";

test("each list of an indicator says how sure it is and until when", () => {
  const tags = [
    "indicator.domain:list:x",
    "list:c2.csv",
    "confidence:80",
    "expires:2099-01-01T00:00:00Z",
    "list:a: b",
  ];
  expect(listEntries(tags)).toEqual([
    { list: "c2.csv", confidence: "80", expires: "2099-01-01T00:00:00Z" },
    { list: "a: b" },
  ]);
  expect(listEntries(["confidence:3", "attack.t1059"])).toEqual([]);
});
