import { expect, test } from "vitest";
import { defang, inert, pieces } from "./defang";

test.each([
  ["http://evil.example/a.php?x=1", "hxxp://evil[.]example/a.php?x=1"],
  ["https://203.0.113.77:8443/", "hxxps://203.0.113[.]77:8443/"],
  ["connect 203.0.113.77 now", "connect 203.0.113[.]77 now"],
  ["mail k.osei@larkfield.example", "mail k.osei[@]larkfield[.]example"],
  ["cdn-sync.example.net", "cdn-sync[.]example[.]net"],
  ["C:\\Windows\\System32\\powershell.exe -nop", "C:\\Windows\\System32\\powershell.exe -nop"],
  ["\\WINWORD.EXE", "\\WINWORD.EXE"],
  ["LARKFIELD\\d.whitfield", "LARKFIELD\\d.whitfield"],
  ["d.whitfield ran a.py", "d.whitfield ran a.py"],
  ["version 10.0.1", "version 10.0.1"],
  ["already hxxp://evil[.]example", "already hxxp://evil[.]example"],
])("%s is copied as %s", (from, to) => {
  expect(defang(from)).toBe(to);
});

test("direction marks, escapes and zero-width characters are shown by name", () => {
  expect(pieces("gpj\u202eexe.\u001b[31m\u200b!")).toEqual([
    { text: "gpj" },
    { text: "U+202E", escaped: "U+202E" },
    { text: "exe." },
    { text: "ESC", escaped: "U+001B" },
    { text: "[31m" },
    { text: "U+200B", escaped: "U+200B" },
    { text: "!" },
  ]);
});

test("a lone surrogate is one piece, a pair is text", () => {
  expect(pieces("a\ud800b😀")).toEqual([
    { text: "a" },
    { text: "U+D800", escaped: "U+D800" },
    { text: "b😀" },
  ]);
});

test("tabs and newlines stay", () => {
  expect(pieces("a\tb\nc")).toEqual([{ text: "a\tb\nc" }]);
});

test("what is copied names what would act", () => {
  expect(inert("x\u202ehttp://a.example")).toBe("x<U+202E>hxxp://a[.]example");
});
