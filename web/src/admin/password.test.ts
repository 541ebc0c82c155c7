import { expect, test } from "vitest";
import { passwordFault } from "./password";

test("a password has twelve characters, however many bytes", () => {
  expect(passwordFault("short")).toBe("7 characters more are needed.");
  expect(passwordFault("漢字漢字漢字漢字漢字漢字")).toBeNull();
  expect(passwordFault("😀".repeat(11))).not.toBeNull();
});
