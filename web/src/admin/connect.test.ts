import { expect, test } from "vitest";
import { SYSLOG_PORT, waysIn } from "./connect";

const ways = waysIn({ origin: "https://floor.larkfield.example", host: "floor.larkfield.example" });

test("every example names the place where the console was opened", () => {
  for (const way of ways) expect(way.text, way.id).toContain("floor.larkfield.example");
  expect(ways.find((way) => way.id === "http")?.text).toContain(
    '"https://floor.larkfield.example/api/v1/ingest?source=my-source"',
  );
});

test("what is not on unless it is asked for says how to ask", () => {
  const needy = ways.filter((way) => way.needs).map((way) => way.id);
  expect(needy).toEqual(["rsyslog", "udp"]);
  for (const way of ways.filter((one) => one.needs)) expect(way.needs).toContain(String(SYSLOG_PORT));
});

test("no example holds a secret", () => {
  for (const way of ways) expect(way.text).not.toMatch(/wft_/);
});
