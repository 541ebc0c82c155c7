// Cases by keyboard alone: raised from the queue or by hand, worked, closed and opened again.
import assert from "node:assert/strict";
import { inEveryLook, logIn, openBrowser, press, settled, until } from "./browser.mjs";
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
  await api.addUser("v.reader", "V. Reader", "viewer");
  const hosts = ["WS-FIN-07", "WS-HR-03", "WS-ENG-11"];
  await api.send(hosts.map((host) => macroOpened(host)), { alerts: hosts.length });
  browser = await openBrowser();
  page = browser.page;
  await logIn(page, floor.url, "m.lindqvist");
});
after(async () => {
  await browser?.close();
  await floor?.stop();
});

const one = (number = 1) => api.call("GET", `/api/v1/cases/${number}`);
const part = async (name, number = 1) => (await api.call("GET", `/api/v1/cases/${number}/${name}`)).items;
const dialog = (name) => page.getByRole("dialog", { name });
/** Types into the dialog once it has the focus: it moves in only after it is drawn. */
const typeIn = async (name, text) => {
  await dialog(name).locator("input:focus, textarea:focus").waitFor();
  await page.keyboard.type(text);
};
const cell = (question) => page.getByRole("region", { name: question, exact: true });
/** What the browser itself notes of a refusal is no complaint of the page. */
const forgive = (status) => {
  browser.faults.splice(0, browser.faults.length, ...browser.faults.filter((fault) => !fault.includes(status)));
};

test("raised from the queue it answers the five questions and cites its events", async () => {
  await page.locator("[role=row][data-cursor]").waitFor();
  assert.equal(await press(page, "c", "Enter"), 2);
  await page.waitForURL(/\/cases\/1/);
  await cell("Who").getByText("d.whitfield").first().waitFor();
  assert.match(await cell("Who").innerText(), /d\.whitfield: 1 event/);
  assert.match(await cell("What").innerText(), /Macro document opened from mail/);
  assert.match(await cell("What").innerText(), /Not established/);
  assert.match(await cell("How").innerText(), /OUTLOOK\.EXE started WINWORD\.EXE/);
  for (const question of ["Who", "What", "Where", "When", "How"]) {
    assert.ok((await cell(question).getByRole("button", { name: "Evidence E1" }).count()) > 0, `${question} cites nothing`);
  }
});

test("Enter opens what is cited: the raw event with its marks and a hash that holds", async () => {
  await press(page, "Enter");
  await page.waitForURL(/tab=evidence/);
  const panel = page.getByRole("complementary", { name: "Evidence" });
  await panel.getByText("Verified").waitFor();
  await panel.getByText("the bytes below have this hash").waitFor();
  await until(async () => (await panel.locator("mark").count()) > 0);
  const marks = await panel.locator("mark").allInnerTexts();
  assert.ok(marks.some((mark) => mark.startsWith("\\WINWORD.EXE")), marks.join(" | "));
  const [piece] = await part("evidence");
  await panel.getByText(piece.sha256).waitFor();
  await page.waitForURL(new RegExp(`at=${piece.event}`));
});

test("i takes it up, and u takes that back only where the work may go back", async () => {
  await press(page, "i");
  await until(async () => (await one()).status === "in_progress");
  assert.ok((await one()).acknowledged_at);
  await page.getByText("C-1: in progress.").waitFor();
  await press(page, "s");
  await dialog("State of C-1").waitFor();
  await press(page, "2");
  await until(async () => (await one()).status === "containment");
  await page.getByText("C-1: containment.").waitFor();
  await press(page, "u");
  await until(async () => (await one()).status === "in_progress");
});

test("a note is kept, and E1 in it cites the evidence", async () => {
  await press(page, "m");
  await page.getByRole("textbox", { name: "Note" }).waitFor();
  await page.waitForURL(/tab=notes/);
  await page.keyboard.type("Asked d.whitfield: E1 was the invoice <b>mail</b>.");
  await press(page, "Control+Enter");
  const notes = page.getByRole("region", { name: "Notes" });
  // The text stands in the form, too, but a citation only in a note that was kept.
  await notes.getByRole("button", { name: "Evidence E1" }).waitFor();
  await notes.getByText("was the invoice <b>mail</b>.").waitFor();
  assert.equal((await part("notes"))[0].text, "Asked d.whitfield: E1 was the invoice <b>mail</b>.");
});

test("t puts an entry on the timeline, by hand and from an event", async () => {
  await press(page, "2");
  await page.getByRole("grid", { name: "Timeline" }).getByRole("row").nth(1).waitFor();
  await press(page, "t");
  await dialog("Timeline of C-1").waitFor();
  assert.equal(await page.getByLabel("Event", { exact: true }).inputValue(), "E1", "it begins with what is under the cursor");
  await typeIn("Timeline of C-1", "User rang the help desk");
  await press(page, "Tab");
  await page.keyboard.type("soon");
  await press(page, "Control+Enter");
  await page.getByText("Not a time.").waitFor();
  await press(page, "Control+a");
  await page.keyboard.type("00:01");
  await press(page, "Tab", "Control+a", "Delete", "Tab");
  await page.keyboard.type("HELPDESK-1");
  await press(page, "Control+Enter");
  await dialog("Timeline of C-1").waitFor({ state: "detached" });
  await until(async () => (await part("timeline")).length === 2);
  const entry = (await part("timeline")).find((other) => other.title === "User rang the help desk");
  assert.deepEqual([entry.state, entry.host, entry.event ?? null], ["confirmed", "HELPDESK-1", null]);
  assert.match(entry.at, /T00:01:00/);
  await page.getByRole("gridcell", { name: "User rang the help desk" }).waitFor();
});

test("l adds an alert with its evidence", async () => {
  const before = await one();
  const free = (await api.call("GET", "/api/v1/alerts")).items.find((alert) => alert.case == null);
  await press(page, "l");
  await dialog("Add an alert to C-1").getByRole("option").first().waitFor();
  await typeIn("Add an alert to C-1", `A-${free.number}`);
  await until(async () => (await page.getByRole("option").count()) === 1);
  await press(page, "Enter");
  await until(async () => (await one()).alert_count === 2);
  assert.equal((await one()).evidence_count, before.evidence_count + 1);
  await page.getByText(/added to C-1 with its evidence/).waitFor();
});

test("h hands it to somebody, a takes it back", async () => {
  await press(page, "h");
  await typeIn("Assign C-1", "costa");
  await page.getByRole("option", { name: /A\. Costa/ }).waitFor();
  await press(page, "Enter");
  await until(async () => (await one()).owner?.name === "A. Costa");
  await page.getByRole("button", { name: /Assign to me/ }).waitFor();
  await press(page, "a");
  await until(async () => (await one()).owner?.name === "M. Lindqvist");
  await page.getByText("C-1 assigned to you.").waitFor();
});

test("who was quicker is named, and nothing is overwritten", async () => {
  await press(page, "h");
  await typeIn("Assign C-1", "costa");
  await page.getByRole("option", { name: /A\. Costa/ }).waitFor();
  const path = "**/api/v1/cases/1";
  let quicker = true;
  await page.route(path, async (route) => {
    if (quicker && route.request().method() === "PATCH") {
      // Somebody else is quicker by a moment.
      quicker = false;
      const now = await one();
      await api.call("PATCH", path.slice(2), { severity: "critical" }, { "if-match": `"${now.version}"` });
    }
    await route.continue();
  });
  await press(page, "Enter");
  const messages = page.getByRole("region", { name: "Messages" });
  await messages.getByText("C-1 was not assigned: A. Costa set the severity from medium to critical first.").waitFor();
  await messages.getByText("record.stale").waitFor();
  await page.unroute(path);
  const now = await one();
  assert.deepEqual([now.severity, now.owner.name], ["critical", "M. Lindqvist"]);
  await page.getByRole("main").getByText("Critical").first().waitFor();
  await press(page, "Escape");
  forgive("412");
});

test("details that somebody changes meanwhile are shown, and both are kept", async () => {
  await press(page, "d");
  await dialog("Details of C-1").waitFor();
  await dialog("Details of C-1").getByRole("textbox", { name: "Summary" }).focus();
  await page.keyboard.type("Macro mail, two hosts.");
  const seen = await one();
  await api.call("PATCH", "/api/v1/cases/1", { title: "Invoice macro on two hosts" }, { "if-match": `"${seen.version}"` });
  await dialog("Details of C-1").getByText("Somebody changed C-1 while you wrote.").waitFor();
  await page.getByText("the title “Invoice macro on two hosts”").waitFor();
  await page.getByRole("button", { name: "Keep theirs where I changed nothing" }).focus();
  await press(page, "Enter");
  await until(async () => (await dialog("Details of C-1").getByRole("textbox", { name: "Title" }).inputValue()) === "Invoice macro on two hosts");
  await press(page, "Control+Enter");
  await dialog("Details of C-1").waitFor({ state: "detached" });
  const now = await one();
  assert.deepEqual([now.title, now.summary], ["Invoice macro on two hosts", "Macro mail, two hosts."]);
});

test("three keys close it with its alerts, and u opens all of them again", async () => {
  assert.equal(await press(page, "e", "6", "Enter"), 3);
  await until(async () => (await one()).status === "closed");
  const closed = await one();
  assert.deepEqual([closed.disposition, closed.reason], ["true_positive_impact", "confirmed_attack"]);
  assert.deepEqual((await part("alerts")).map((alert) => alert.status), ["closed", "closed"]);
  await page.getByText("C-1 and its 2 open alerts closed: attack, with impact.").waitFor();
  await press(page, "u");
  await until(async () => (await one()).status === "in_progress");
  await until(async () => (await part("alerts")).every((alert) => alert.status === "triaging"));
});

test("closed it says its verdict and refuses work; r opens it with a reason", async () => {
  await press(page, "e", "0", "Enter");
  await page.getByRole("alert").getByText("needs a comment").waitFor();
  await typeIn("Close case C-1", "moved to the national team");
  await press(page, "Enter");
  await until(async () => (await one()).status === "closed");
  await page.getByText("moved to the national team").waitFor();
  await press(page, "t");
  await press(page, "r");
  await dialog("Reopen C-1").locator("input:focus").waitFor();
  assert.equal(await page.getByRole("dialog").count(), 1, "a closed case takes no entry");
  await press(page, "Enter");
  await page.getByText("Say why: the journal keeps it.").waitFor();
  await typeIn("Reopen C-1", "it came back");
  await press(page, "Enter");
  await until(async () => (await one()).status === "in_progress");
  await press(page, "6");
  const journal = page.getByRole("region", { name: "Journal" });
  await journal.getByText("it came back").waitFor();
  assert.match(await journal.innerText(), /A\. Costa renamed it “Invoice macro on two hosts”/);
});

test("every deed has its name in the palette", async () => {
  await press(page, "Control+k");
  await page.keyboard.type("set the state");
  await press(page, "Enter");
  await dialog("State of C-1").waitFor();
  await press(page, "Escape");
});

test("the list: raised by hand, found, filtered, and the URL is the view", async () => {
  await press(page, "g", "c");
  await page.getByRole("grid", { name: "Cases" }).waitFor();
  await press(page, "c");
  await dialog("Raise a case by hand").waitFor();
  await press(page, "Control+Enter");
  await page.getByText("A case needs a title.").waitFor();
  await typeIn("Raise a case by hand", "Somebody asked for a VPN reset");
  await press(page, "Control+Enter");
  await page.waitForURL(/\/cases\/2/);
  await page.getByText("No event names an account.").waitFor();
  assert.equal((await one(2)).owner.name, "M. Lindqvist");
  await press(page, "Backspace");
  await page.waitForURL(/\/cases(\?|$)/);
  await until(async () => (await page.locator("[role=row][data-cursor]").innerText()).includes("C-2"));
  await press(page, "j");
  await until(async () => (await page.locator("[role=row][data-cursor]").innerText()).includes("C-1"));

  await press(page, "/");
  await press(page, "Control+a");
  await page.keyboard.type("status:all vpn");
  await press(page, "Enter");
  await page.waitForURL(/view=all/);
  await until(async () => (await page.getByRole("row").count()) === 2);
  await page.reload();
  await page.getByRole("gridcell", { name: "Somebody asked for a VPN reset" }).waitFor();
  await press(page, "4");
  await page.waitForURL(/view=closed/);
  await page.getByText("No case matches.").waitFor();
  await press(page, "Escape");
  await page.getByText("No case is closed.").waitFor();
});

test("news waits, and the row under the cursor holds still", async () => {
  await press(page, "1");
  await until(async () => (await page.getByRole("row").count()) === 3);
  await until(async () => (await page.locator("[role=row][data-cursor]").count()) === 1);
  const under = await page.locator("[role=row][data-cursor]").innerText();
  await settled(page);
  await api.call("POST", "/api/v1/cases", { title: "Raised by a colleague" });
  await page.getByRole("button", { name: /1 new/ }).waitFor();
  assert.equal(await page.locator("[role=row][data-cursor]").innerText(), under);
  await press(page, "n");
  await page.getByRole("gridcell", { name: "Raised by a colleague" }).waitFor();
  assert.equal(await page.locator("[role=row][data-cursor]").innerText(), under);
});

test("what is no case says so", async () => {
  for (const number of ["999", "0", "x1"]) {
    await page.goto(`${floor.url}/cases/${number}`);
    await page.getByText("There is no such case.").waitFor();
  }
  forgive("404");
});

test("the page complained about nothing", () => {
  assert.deepEqual(browser.faults, []);
});

test("who may only read has no key that writes", async () => {
  const reader = await openBrowser();
  try {
    await logIn(reader.page, floor.url, "v.reader", "/cases/1");
    await reader.page.getByRole("region", { name: "Who", exact: true }).waitFor();
    assert.equal(await reader.page.getByRole("button", { name: /^(Note|Entry|State|Close|Take up|Assign to me|Add|Write)$/ }).count(), 0);
    await press(reader.page, "e", "m", "t", "d", "Control+k");
    await reader.page.getByRole("dialog", { name: "Command palette" }).waitFor();
    assert.equal(await reader.page.getByRole("dialog").count(), 1);
    assert.equal(await reader.page.getByRole("option", { name: /Close the case/ }).count(), 0);
  } finally {
    await reader.close();
  }
});

inEveryLook("cases", async ({ page, check, wide }) => {
  await logIn(page, floor.url, "m.lindqvist", "/cases");
  await page.locator("[role=row][data-cursor]").waitFor();
  await check("the list");
  await press(page, "c");
  await page.getByRole("dialog", { name: "Raise a case by hand" }).waitFor();
  await check("raising by hand");
  await press(page, "Escape");
  await page.goto(`${floor.url}/cases?q=nothing+like+this`);
  await page.getByText("No case matches.").waitFor();
  await check("no case");

  await page.goto(`${floor.url}/cases/1`);
  await page.getByText("Macro document opened from mail").first().waitFor();
  await check("overview");
  for (const [digit, ready] of [
    ["2", page.getByRole("grid", { name: "Timeline" })],
    ["3", page.getByRole("grid", { name: "Evidence" })],
    ["4", page.getByRole("grid", { name: "Alerts of the case" })],
  ]) {
    await press(page, digit);
    await ready.getByRole("row").nth(1).waitFor();
    if (!wide) await press(page, "o");
    await page.getByRole("complementary").waitFor();
    await check(`part ${digit} with its panel`);
    if (!wide) await press(page, "Escape", "Escape");
  }
  await press(page, "5", "m");
  await page.getByRole("textbox", { name: "Note" }).waitFor();
  await check("notes");
  await press(page, "Escape", "6");
  await page.getByRole("region", { name: "Journal" }).getByText("raised the case").waitFor();
  await check("journal");
  const dialogs = { e: /^Close/, s: /^State/, h: /^Assign/, d: /^Details/, t: /^Timeline/, l: /^Add an alert/ };
  for (const [key, name] of Object.entries(dialogs)) {
    await press(page, key);
    await page.getByRole("dialog", { name }).waitFor();
    await check(`after ${key}`);
    await press(page, "Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
});
