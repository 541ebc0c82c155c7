import { expect, test } from "vitest";
import { shortHost, shortUser } from "./names";

test.each([
  ["WS-FIN-07.larkfield.example", "WS-FIN-07"],
  ["MX-01", "MX-01"],
  ["192.0.2.73", "192.0.2.73"],
  ["2001:db8::1", "2001:db8::1"],
  [".hidden", ".hidden"],
  ["", ""],
])("host %s is shown as %s", (host, short) => {
  expect(shortHost(host)).toBe(short);
});

test.each([
  ["LARKFIELD\\d.whitfield", "d.whitfield"],
  ["d.whitfield@larkfield.example", "d.whitfield"],
  ["NT AUTHORITY\\SYSTEM", "SYSTEM"],
  ["svc-backup", "svc-backup"],
  ["\\", "\\"],
])("account %s is shown as %s", (user, short) => {
  expect(shortUser(user)).toBe(short);
});
