import { expect, test } from "vitest";
import type { Case, JournalItem, Person } from "@/api/types";
import { noteOwn, ownVersion } from "./actions";
import { differences } from "./EditDialog";
import { eventOf } from "./EntryDialog";
import { farEnds, readAccount, sizeWords } from "./facts";
import { barText, filterOf, readBar, toggled } from "./filter";
import { actorOf, caseDeed } from "./journal";
import { draw } from "./layout";
import { repeated } from "./TimelineTab";
import { completed } from "./useCaseData";
import { countUnseen } from "./useCaseNews";
import { sha256 } from "./useIntegrity";
import { readWhen } from "./when";
import { NEXT } from "./words";

const people: Person[] = [{ id: "p1", name: "m.lindqvist", full_name: "M. Lindqvist", role: "analyst" }];

test.each([
  ["status:open", {}],
  ["status:open owner:me", { view: "mine" }],
  ["status:open owner:none", { view: "unowned" }],
  ["status:closed", { view: "closed" }],
  ["status:all vpn reset", { view: "all", q: "vpn reset" }],
  ["status:open owner:m.lindqvist severity:critical,high", { owner: "p1", severity: ["critical", "high"] }],
  ["status:on_hold,recovery", { status: ["on_hold", "recovery"] }],
])("the bar reads %s and writes it again", (text, state) => {
  const read = readBar(text, {}, people);
  expect(Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))).toEqual(state);
  expect(barText(read, people)).toBe(text);
});

test("a filter narrows what the view asks for", () => {
  expect(filterOf({ view: "mine" })).toMatchObject({ status: "open", owner: "me", sort: "updated" });
  expect(filterOf({ status: ["on_hold"], q: "x" })).toMatchObject({ status: "on_hold", q: "x" });
  const on = toggled({ case: "7" }, "status", "on_hold");
  expect(on).toMatchObject({ status: ["on_hold"], case: undefined });
  expect(toggled(on, "status", "on_hold").status).toBeUndefined();
  expect(toggled({}, "status", "closed").view, "closed cases are in no open view").toBe("all");
  expect(toggled({ view: "mine" }, "owner", "p1")).toMatchObject({ owner: "p1", view: undefined });
});

const noon = Date.parse("2026-03-12T12:00:00Z");
test.each([
  ["09:32", "2026-03-12T09:32:00.000Z"],
  ["09:32:04.12", "2026-03-12T09:32:04.120Z"],
  ["18:00", "2026-03-11T18:00:00.000Z"],
  ["11 Mar 18:00", "2026-03-11T18:00:00.000Z"],
  ["2026-02-28 23:59:59", "2026-02-28T23:59:59.000Z"],
  ["2026-03-12T09:00:00+01:00", "2026-03-12T08:00:00.000Z"],
  ["2026-02-30 10:00", null],
  ["25:00", null],
  ["soon", null],
])("%s is the time %s", (text, instant) => {
  expect(readWhen(text, "utc", noon)).toBe(instant);
});

test("marks never share a place, labels never reach the next mark, and the same many times is one series", () => {
  const dot = (id: string, at: number, lane = "a", what = id) => ({ id, at, lane, what });
  const beacons = Array.from({ length: 8 }, (_, n) => dot(`b${n}`, n * 60_000, "fw", "beacon"));
  const drawing = draw([...beacons, dot("x", 0), dot("y", 1_000), dot("z", 420_000)], 800, 9);
  const [fw, a] = [
    drawing.lanes.find((lane) => lane.name === "fw"),
    drawing.lanes.find((lane) => lane.name === "a"),
  ];
  expect(fw?.groups).toHaveLength(1);
  expect(fw?.groups[0]?.dots).toHaveLength(8);
  expect(fw?.groups[0]?.until).toBeGreaterThan(700);
  expect(a?.groups.map((group) => group.dots.map((one) => one.id))).toEqual([["x", "y"], ["z"]]);
  for (const lane of drawing.lanes) {
    lane.groups.forEach((group, at) => {
      const next = lane.groups[at + 1]?.x ?? 800;
      expect(group.x + group.room).toBeLessThan(next);
    });
  }
  expect(drawing.ticks.length).toBeGreaterThan(2);
});

test("one moment has a scale, none has no lane, and hosts beyond the lanes share the last", () => {
  expect(draw([{ id: "x", at: 5, lane: "a", what: "w" }], 400, 9).lanes[0]?.groups[0]?.x).toBe(200);
  expect(draw([], 400, 9).lanes).toEqual([]);
  const many = Array.from({ length: 12 }, (_, n) => ({ id: `${n}`, at: n, lane: `h${n}`, what: "w" }));
  const drawing = draw(many, 400, 9);
  expect(drawing.lanes).toHaveLength(9);
  expect(drawing.folded).toBe(4);
  expect(drawing.lanes.reduce((sum, lane) => sum + lane.count, 0)).toBe(12);
});

test("accounts, far ends and sizes are read from single values", () => {
  expect(readAccount("LARKFIELD\\svc-backup")).toEqual({
    name: "svc-backup",
    whole: "LARKFIELD\\svc-backup",
  });
  expect(readAccount("root", "srv")).toEqual({ name: "root", whole: "srv\\root" });
  expect(readAccount("NT AUTHORITY\\SYSTEM")).toBeNull();
  expect(farEnds({ "destination.ip": ["203.0.113.77"], "network.direction": ["outbound"] })).toEqual([
    "203.0.113.77",
  ]);
  expect(farEnds({ "destination.ip": ["203.0.113.77"] }), "nothing says which end it is").toEqual([]);
  expect(
    farEnds({ "source.ip": ["172.20.0.4", "fe80::1", "not an address"], "network.direction": ["inbound"] }),
  ).toEqual([]);
  expect([576, 1_240, 417_916_382, 1_900_000_000].map(sizeWords)).toEqual([
    "576 B",
    "1.2 kB",
    "418 MB",
    "1.9 GB",
  ]);
});

const item = (action: string, after: unknown, before: unknown = null): JournalItem => ({
  id: "j",
  at: "2026-03-12T09:00:00Z",
  actor: { kind: "user", user: "p1", name: "M. Lindqvist" },
  object: "case:1",
  action,
  before,
  after,
  stream: "cases",
  seq: 1,
});
test.each([
  [item("case.create", { alerts: ["x"] }), "raised the case from 1 alert"],
  [item("case.create", { alerts: [] }), "raised the case by hand"],
  [item("case.evidence", { number: 3, evidence: [{}, {}], left_out: 0 }), "took 2 events of A-3 as evidence"],
  [
    item("case.evidence", { number: 3, evidence: [{}], left_out: 4 }),
    "took 1 event of A-3 as evidence; 4 more did not fit",
  ],
  [
    item("case.change", { status: "containment", owner: "p1" }, { status: "in_progress", owner: null }),
    "set the state from in progress to containment, assigned it to M. Lindqvist",
  ],
  [item("case.change", { tlp: "amber+strict" }, { tlp: "amber" }), "set TLP:AMBER+STRICT"],
  [
    item("case.close", { disposition: "true_positive_impact", reason: "confirmed_attack" }),
    "closed it: True positive with impact, confirmed attack",
  ],
  [item("case.timeline", { entry: { title: "The phone rang" } }), "put on the timeline: The phone rang"],
  [item("case.some_thing", null), "some thing"],
])("the journal reads as a sentence", (entry, sentence) => {
  expect(caseDeed(entry, people)).toBe(sentence);
});

test("the journal names people as colleagues know them, and a token by its name", () => {
  const by = (actor: JournalItem["actor"]) => actorOf({ ...item("case.note", {}), actor }, people);
  expect(by({ kind: "user", user: "p1", name: "m.lindqvist" })).toBe("M. Lindqvist");
  expect(by({ kind: "user", user: "gone", name: "old.hand" })).toBe("old.hand");
  expect(by({ kind: "token", user: "p1", name: "soar" })).toBe("soar");
});

test("what somebody else changed meanwhile is listed, field by field", () => {
  const base = {
    version: 3,
    title: "A",
    severity: "high",
    status: "new",
    tlp: "amber",
    summary: "",
    alert_count: 1,
  } as Case;
  expect(differences(base, base)).toEqual([]);
  expect(
    differences(base, { ...base, version: 4, severity: "critical", owner: { id: "p1", name: "M" } }),
  ).toEqual(["the severity critical", "the owner M"]);
  expect(differences(base, { ...base, version: 4 })).toEqual(["another version"]);
});

test("one's own changes are no conflict, somebody else's are", () => {
  noteOwn(7, 3, 4);
  noteOwn(7, 4, 5);
  noteOwn(7, 5, 5);
  expect([3, 4, 5, 2].map((version) => ownVersion({ number: 7, version }))).toEqual([5, 5, 5, 2]);
  expect(ownVersion({ number: 8, version: 3 })).toBe(3);
});

test("an entry names its event by the number of its evidence or by its id", () => {
  const numberOf = new Map([["1-42", 5]]);
  expect(["E5", "e5", "5", "1-77", "E6", "x"].map((text) => eventOf(text, numberOf))).toEqual([
    "1-42",
    "1-42",
    "1-42",
    "1-77",
    null,
    null,
  ]);
});

test("what a host's timeline said already is told apart", () => {
  const entry = (id: string, title: string, host: string | null = "a") => ({ id, title, host });
  expect([...repeated([entry("1", "x"), entry("2", "x"), entry("3", "x", "b"), entry("4", "y")])]).toEqual([
    "2",
  ]);
});

test("drafts tell which alert an event beyond its newest belongs to", () => {
  const span = { first_seen: "2026-03-12T09:00:00Z", last_seen: "2026-03-12T10:00:00Z" };
  const alerts = [
    { id: "a", title: "T", ...span },
    { id: "b", title: "other", ...span },
  ];
  const entry = (event: string, at: string, state: "draft" | "confirmed" = "draft") => ({
    event,
    title: "T",
    at,
    state,
  });
  const all = completed(new Map([["a", ["1-9"]]]), alerts, [
    entry("1-1", "2026-03-12T09:30:00Z"),
    entry("1-2", "2026-03-12T11:00:00Z"),
    entry("1-3", "2026-03-12T09:30:00Z", "confirmed"),
    entry("1-9", "2026-03-12T09:30:00Z"),
  ]);
  expect([...all]).toEqual([["a", ["1-9", "1-1"]]]);
});

test("only cases that changed since the list was loaded are new to it", () => {
  const latest = [
    { number: 1, updated_at: "2026-03-12T09:00:01Z" },
    { number: 2, updated_at: "2026-03-12T09:00:02Z" },
    { number: 3, updated_at: "2026-03-12T08:00:00Z" },
  ];
  expect(countUnseen(latest, new Set(["1"]), Date.parse("2026-03-12T09:00:00Z"))).toBe(1);
});

test("a hash is that of the bytes, not of the characters", async () => {
  expect(await sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(await sha256("ü")).toBe("607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f");
});

test("every state but closed can be left, and none leads to closed except by closing", () => {
  for (const [state, next] of Object.entries(NEXT)) {
    expect(next.length > 0, state).toBe(state !== "closed");
    expect(next).not.toContain("closed");
    expect(next).not.toContain(state);
  }
});
