// The queue by keyboard alone.
import assert from "node:assert/strict";
import { logIn, openBrowser, press, settled, underCursor, until } from "./browser.mjs";
import { Api, macroOpened, startFloor } from "./floor.mjs";
import { after, before, test } from "./runner.mjs";

let floor;
let browser;
let api;
let page;
before(async () => {
  floor = await startFloor();
  api = await new Api(floor.url).setUp(floor.setupToken());
  await api.addUser("m.lindqvist", "M. Lindqvist", "analyst");
  const hosts = ["WS-FIN-07", "WS-HR-03", "WS-ENG-11", "WS-SAL-04", "WS-MKT-02"];
  await api.send(hosts.map((host) => macroOpened(host)), { alerts: hosts.length });
  browser = await openBrowser();
  page = browser.page;
  await logIn(page, floor.url, "m.lindqvist");
});
after(async () => {
  await browser?.close();
  await floor?.stop();
});

const open = async () => (await api.call("GET", "/api/v1/alerts?limit=1")).total;
const alertOf = async (number) => (await api.call("GET", `/api/v1/alerts?status=open,closed&q=A-${number}`)).items[0];
/** The number of the alert in the panel, once it has followed the cursor. */
const peeked = async () => {
  await settled(page);
  return (await page.getByText(/^A-\d+$/).first().innerText()).slice(2);
};

test("the panel says why: each selection by number, and the bytes that matched", async () => {
  assert.match(await underCursor(page), /Macro document opened from mail/);
  const panel = page.getByRole("complementary", { name: "Alert" });
  await panel.getByRole("heading", { name: "Why it fired" }).waitFor();
  await panel.getByText("3 true, 0 false, condition holds").waitFor();
  const marks = await panel.locator("mark").allInnerTexts();
  assert.ok(marks.some((mark) => mark.startsWith("\\WINWORD.EXE")), marks.join(" | "));
  assert.ok(marks.some((mark) => mark.startsWith(".docm")), marks.join(" | "));
});

test("three keys close an alert, and u takes it back", async () => {
  const number = await peeked();
  const before = await open();
  assert.equal(await press(page, "e", "2", "Enter"), 3);
  await page.getByText(`A-${number} closed: benign, expected activity.`).waitFor();
  await page.getByRole("button", { name: /^Undo/ }).getByText(/^(10|9) s$/).waitFor();
  await until(async () => (await alertOf(number)).status === "closed");
  const closed = await alertOf(number);
  assert.equal(closed.disposition, "benign_true_positive");
  assert.equal(closed.reason, "expected_activity");
  assert.equal(await open(), before - 1);
  assert.notEqual(await peeked(), number, "the cursor moved on");

  await press(page, "u");
  await until(async () => (await alertOf(number)).status === "triaging");
  await until(async () => (await peeked()) === number);
  const history = await api.call("GET", `/api/v1/alerts/${closed.id}/history`);
  assert.deepEqual(history.items.slice(0, 2).map((item) => item.action), ["alert.reopen", "alert.close"]);
  assert.equal(history.items[0].reason, "undone");
});

test("who comes second is told, and nothing is overwritten", async () => {
  const number = await peeked();
  const alert = await alertOf(number);
  // The request is held back, and somebody else is quicker by a moment.
  const held = new Promise((resolve) => void page.route(`**/api/v1/alerts/${alert.id}/assign`, resolve, { times: 1 }));
  await page.locator("[role=row][data-cursor]").getByRole("checkbox", { name: `Select A-${number}` }).waitFor();
  await press(page, "a");
  const route = await held;
  await api.call("POST", `/api/v1/alerts/${alert.id}/escalate`, { comment: "mine" }, { "if-match": `"${alert.version}"` });
  await route.continue();
  await page.getByText(`A-${number} could not be assigned.`).waitFor();
  await page.getByRole("region", { name: "Messages" }).getByText("record.stale").waitFor();
  const now = await alertOf(number);
  assert.deepEqual([now.status, now.owner], ["escalated", null]);
  await page.getByRole("complementary", { name: "Alert" }).getByText("Escalated").first().waitFor();
  await press(page, "Escape");
  await page.getByText("could not be assigned").waitFor({ state: "detached" });
  // The browser itself notes the refusal, too.
  browser.faults.splice(0, browser.faults.length, ...browser.faults.filter((fault) => !fault.includes("412")));
  await press(page, "j");
});

test("`other` wants a comment before it closes", async () => {
  const number = await peeked();
  await press(page, "e", "0", "Enter");
  await page.getByRole("alert").getByText("needs a comment").waitFor();
  assert.notEqual((await alertOf(number)).status, "closed");
  await page.keyboard.type("moved to the vendor");
  await press(page, "Enter");
  await until(async () => (await alertOf(number)).status === "closed");
  assert.equal((await alertOf(number)).comment, "moved to the vendor");
});

test("a takes it, i takes it up, m writes a note", async () => {
  const number = await peeked();
  await press(page, "a");
  await until(async () => (await alertOf(number)).owner?.name === "M. Lindqvist");
  await press(page, "j");
  const second = await peeked();
  await press(page, "i");
  await until(async () => (await alertOf(second)).status === "triaging");
  await press(page, "m");
  await page.keyboard.type("asked the owner");
  await press(page, "Control+Enter");
  await page.getByRole("textbox", { name: "Note" }).waitFor({ state: "detached" });
  await page.getByRole("complementary").getByText("asked the owner").waitFor();
});

test("selected alerts close together", async () => {
  const before = await open();
  await press(page, "Home", "x", "Shift+J");
  await page.getByText("2 selected of").waitFor();
  await press(page, "e", "4", "Enter");
  await page.getByText("2 alerts closed: authorised test.").waitFor();
  await until(async () => (await open()) === before - 2);
});

test("two keys raise a case with its evidence", async () => {
  const number = await peeked();
  assert.equal(await press(page, "c", "Enter"), 2);
  await page.waitForURL(/\/cases\/\d+/);
  const [raised] = (await api.call("GET", "/api/v1/cases")).items;
  assert.equal(raised.alert_count, 1);
  assert.ok(raised.evidence_count >= 1);
  assert.equal((await alertOf(number)).case, raised.number);
  const evidence = await api.call("GET", `/api/v1/cases/${raised.number}/evidence`);
  assert.match(evidence.items[0].sha256, /^[0-9a-f]{64}$/);
  await press(page, "g", "q");
  await page.getByRole("heading", { name: "Queue" }).waitFor();
});

test("news waits, and the row under the cursor holds still", async () => {
  await api.send(["NEW-01", "NEW-02"].map((host) => macroOpened(host)), { alerts: 2 });
  await page.getByRole("button", { name: /2 new/ }).waitFor({ timeout: 8_000 });
  await press(page, "n");
  await page.getByRole("gridcell", { name: "NEW-02" }).first().waitFor();
  await press(page, "j");
  const title = await underCursor(page);
  const place = async () => (await page.locator("[role=row][data-cursor]").boundingBox()).y;
  const [number, y] = [await peeked(), await place()];
  const hosts = ["WS-IT-02", "WS-IT-03", "WS-IT-04"];
  await api.send(hosts.map((host) => macroOpened(host)), { alerts: hosts.length });
  await page.getByRole("button", { name: /3 new/ }).waitFor({ timeout: 8_000 });
  assert.equal(await underCursor(page), title);
  assert.equal(await peeked(), number);
  assert.equal(await place(), y);
  await press(page, "n");
  await page.getByRole("gridcell", { name: "WS-IT-02" }).first().waitFor();
  assert.equal(await peeked(), number, "the cursor stays on its alert");
});

test("the row under the cursor is in sight, also at the ends of a long list", async () => {
  const hosts = Array.from({ length: 40 }, (_, at) => `WS-LONG-${at}`);
  await api.send(hosts.map((host) => macroOpened(host)), { alerts: hosts.length });
  await page.getByRole("button", { name: /40 new/ }).waitFor();
  await press(page, "n");
  await page.getByText(/ of 4\d alerts/).waitFor();
  const grid = page.getByRole("grid", { name: "Alerts" });
  const head = grid.getByRole("row").first();
  const between = async () => {
    const [row, top, all] = await Promise.all([
      page.locator("[role=row][data-cursor]").boundingBox(),
      head.boundingBox(),
      grid.boundingBox(),
    ]);
    return row.y >= top.y + top.height - 1 && row.y + row.height <= all.y + all.height + 1;
  };
  await press(page, "End");
  await until(between);
  await press(page, "Home");
  await until(between);
  await press(page, ...Array(30).fill("j"));
  await until(between);
  await press(page, ...Array(20).fill("k"));
  await until(between);
  await press(page, "Home");
});

test("a second event of the same alert counts it up where it stands", async () => {
  const row = page.locator("[role=row][data-cursor]");
  const host = (await row.locator("[role=gridcell]").nth(3).innerText()).trim();
  await api.send([macroOpened(host.split(".")[0])]);
  await until(async () => (await row.locator("[role=gridcell]").nth(5).innerText()).trim() === "2");
});

test("text out of a log is text", async () => {
  const name = "<img src=x onerror=globalThis.hit=1>\u202egpj.docm";
  await api.send([macroOpened("WS-EVIL-01", { name })], { alerts: 1 });
  await page.goto(`${floor.url}/queue?q=WS-EVIL-01`);
  const panel = page.getByRole("complementary", { name: "Alert" });
  await panel.getByText("U+202E").first().waitFor();
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.equal(await page.locator("img").count(), 0);
});

test("the URL is the view: filters, order, brush and alert", async () => {
  await page.goto(`${floor.url}/queue?host=WS-IT-03.larkfield.example&sort=risk`);
  await page.getByRole("gridcell", { name: "WS-IT-03" }).first().waitFor();
  await settled(page);
  assert.equal(await page.getByRole("row").count(), 2);
  await page.keyboard.press("/");
  assert.match(await page.getByRole("search").getByRole("textbox").inputValue(), /host:WS-IT-03/);
  await page.keyboard.press("Escape");
  await page.getByRole("search").getByRole("textbox").evaluate((field) => field.blur());
  await press(page, "g", "s");
  await page.waitForURL(/\/sources/);
  await page.goBack();
  await page.waitForURL(/host=WS-IT-03/);
});

test("single keys can be switched off", async () => {
  await page.goto(`${floor.url}/settings`);
  await page.getByRole("checkbox", { name: "Single-key shortcuts" }).uncheck();
  await page.goto(`${floor.url}/queue`);
  await page.locator("[role=row][data-cursor]").waitFor();
  await press(page, "e");
  // Over the dialog that `e` must not open the palette would not open.
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Command palette" }).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 1);
});

test("the page complained about nothing", () => {
  assert.deepEqual(browser.faults, []);
});
