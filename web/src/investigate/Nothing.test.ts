import { expect, test } from "vitest";
import { unknownFields } from "./Nothing";

const fields = ["host.name", "source.ip", "user.name"].map((name) => ({
  name,
  kind: "keyword",
  meaning: "",
}));

test.each([
  ["host.name:a AND _source:b", []],
  ["hostname:a", [{ name: "hostname", near: "host.name" }]],
  ["ip:192.0.2.1", [{ name: "ip", near: "source.ip" }]],
  ["zzz:1", [{ name: "zzz", near: undefined }]],
  ["no field here", []],
])("%s", (query, found) => {
  expect(unknownFields(query, fields)).toEqual(found);
});

test("before the catalogue is read nothing is called unknown", () => {
  expect(unknownFields("hostname:a", [])).toEqual([]);
});
