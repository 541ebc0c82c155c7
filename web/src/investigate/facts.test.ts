import { expect, test } from "vitest";
import {
  columnsOf,
  DEFAULT_COLUMNS,
  isEventId,
  rowsOf,
  summary,
  valuesOf,
  wantedColumns,
  written,
} from "./facts";

const table = (names: string[], rows: unknown[][]) => ({
  columns: names.map((name) => ({ name, type: "keyword" })),
  rows,
  stats: { elapsed_ms: 1, rows_scanned: 1, segments_read: 0, segments_total: 0, truncated: false },
});

test("events are known by their id, other lines by their place", () => {
  expect(rowsOf(table(["_id", "a"], [["1-7", "x"]]))).toEqual([{ id: "1-7", cells: { _id: "1-7", a: "x" } }]);
  expect(rowsOf(table(["count(*)"], [[3], [4]])).map((row) => row.id)).toEqual(["line-1", "line-2"]);
  expect([isEventId("1-7"), isEventId("line-1"), isEventId("../x")]).toEqual([true, false, false]);
});

test("values are counted by event, also where one has several", () => {
  const rows = rowsOf(
    table(
      ["_id", "a"],
      [
        ["1", ["x", "y", "x"]],
        ["2", "x"],
        ["3", null],
        ["4", 5],
      ],
    ),
  );
  expect(valuesOf(rows, "a")).toEqual({
    values: [
      { value: "x", count: 2 },
      { value: "5", count: 1 },
      { value: "y", count: 1 },
    ],
    present: 3,
  });
  expect(valuesOf(rows, "none")).toEqual({ values: [], present: 0 });
});

test("columns of the URL: what is no name is not asked for", () => {
  expect(columnsOf("host.name,@timestamp,host.name,a b,<x>")).toEqual(["host.name", "@timestamp"]);
  expect(columnsOf(undefined)).toEqual([...DEFAULT_COLUMNS]);
  expect(columnsOf(",")).toEqual([...DEFAULT_COLUMNS]);
});

test("the server is never asked for more than it gives, and for no column of ours", () => {
  const many = Array.from({ length: 80 }, (_, at) => `field.${at}`);
  const wanted = wantedColumns(["summary", "x"], many);
  expect(wanted).toHaveLength(64);
  expect(wanted.slice(0, 3)).toEqual(["@timestamp", "x", "field.0"]);
  expect(wanted).not.toContain("summary");
});

test.each([
  [{ message: "accepted" }, "accepted"],
  [{ "process.command_line": "a.exe -b" }, "a.exe -b"],
  [
    {
      "event.action": "deny",
      "source.ip": "192.0.2.1",
      "destination.ip": "198.51.100.2",
      "destination.port": 445,
    },
    "deny 192.0.2.1 → 198.51.100.2:445",
  ],
  [{ "event.action": "logon", "event.outcome": "failure" }, "logon failure"],
  [{}, ""],
])("%o is said as %s", (cells, said) => {
  expect(summary({ id: "1", cells })).toBe(said);
});

test("any value can be written", () => {
  expect([written(null), written(["a", 1]), written({ a: 1 }), written(false)]).toEqual([
    "",
    "a, 1",
    '{"a":1}',
    "false",
  ]);
});
