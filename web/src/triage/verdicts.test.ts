import { expect, test } from "vitest";
import { DISPOSITION_WORDS, lacks, REASON_WORDS, VERDICTS, verdictOf } from "./verdicts";

test("every digit has one verdict, and every reason one digit", () => {
  expect(VERDICTS.map((verdict) => verdict.digit).sort()).toEqual([..."0123456789"]);
  expect(new Set(VERDICTS.map((verdict) => verdict.reason)).size).toBe(Object.keys(REASON_WORDS).length);
  for (const verdict of VERDICTS) expect(DISPOSITION_WORDS[verdict.disposition]).toBeTruthy();
});

test("only the reason `other` needs a comment", () => {
  for (const verdict of VERDICTS) expect(lacks(verdict, "") !== null).toBe(verdict.reason === "other");
  const other = verdictOf("0");
  expect(other && lacks(other, " ")).not.toBeNull();
  expect(other && lacks(other, "moved to the vendor")).toBeNull();
});
