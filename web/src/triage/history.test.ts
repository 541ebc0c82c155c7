import { expect, test } from "vitest";
import type { JournalItem, Person } from "@/api/types";
import { deed } from "./history";

const people: Person[] = [{ id: "1", name: "m.lindqvist", full_name: "M. Lindqvist", role: "analyst" }];
const item = (action: string, after: unknown): JournalItem => ({
  id: "j",
  at: "2026-03-12T09:00:00Z",
  actor: { kind: "user", user: "1", name: "M. Lindqvist" },
  object: "alert:1",
  action,
  after,
  stream: "alerts",
  seq: 1,
});

test.each([
  ["alert.create", {}, "raised it"],
  ["alert.triage", {}, "took it up"],
  ["alert.assign", { owner: "1" }, "assigned it to M. Lindqvist"],
  ["alert.assign", { owner: null }, "assigned it to nobody"],
  ["alert.rate", { severity: "critical" }, "set the severity to critical"],
  [
    "alert.close",
    { disposition: "benign_true_positive", reason: "expected_activity" },
    "closed it: Benign true positive, expected activity",
  ],
  ["alert.join_case", { case: 417 }, "put it into case C-417"],
  ["alert.some_thing", null, "some thing"],
])("%s reads as a sentence", (action, after, text) => {
  expect(deed(item(action, after), people)).toBe(text);
});
