// Rules by keyboard: found, read, switched off and on with a reason, imported with a report.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inEveryLook, logIn, openBrowser, press, settled, until } from "./browser.mjs";
import { Api, macroOpened, startFloor } from "./floor.mjs";
import { after, before, test } from "./runner.mjs";

const MACRO = "Macro document opened from mail";

const rule = (id, title, more = "") => `title: ${title}
id: ${id}-2222-4333-8444-555555555555
status: test
level: critical
tags: [attack.execution, attack.t1059.001]
${more}logsource: { category: process_creation, product: windows }
detection:
    selection:
        CommandLine|contains: nobody-has-this
    condition: selection
`;

let floor;
let browser;
let api;
let page;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "watchfloor-rules-"));
  const hostile = "description: '<img src=x onerror=document.title=1> https://evil.example/a'\n";
  writeFileSync(
    join(folder, "ours.yml"),
    [
      rule("10000001", "Imported <b>first</b>", hostile),
      rule("10000002", "Imported second").replace("category: process_creation, product: windows", "product: aws, service: cloudtrail"),
      rule("10000003", "Imported third").replace("condition: selection", "condition: selections"),
    ].join("---\n"),
  );
  floor = await startFloor();
  api = await new Api(floor.url).setUp(floor.setupToken());
  await api.addUser("e.moreau", "E. Moreau", "engineer");
  await api.addUser("m.lindqvist", "M. Lindqvist", "analyst");
  await api.send([macroOpened("WS-FIN-07")], { alerts: 1 });
  browser = await openBrowser();
  page = browser.page;
  await logIn(page, floor.url, "e.moreau", "/rules");
});
after(async () => {
  await browser?.close();
  await floor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const panel = () => page.getByRole("complementary", { name: "Rule" });
const dialog = (name) => page.getByRole("dialog", { name });
const titled = async (title) => (await api.call("GET", `/api/v1/rules?q=${encodeURIComponent(title)}`)).items[0];
/** Types into the dialog once it has the focus: it moves in only after it is drawn. */
const typeIn = async (name, text) => {
  await dialog(name).locator("input:focus").waitFor();
  await page.keyboard.type(text);
};

test("the search finds a rule, and the panel says what it is for and how often it fired", async () => {
  await page.locator("[role=row][data-cursor]").waitFor();
  await press(page, "/");
  await page.keyboard.type("macro document opened");
  await press(page, "Enter");
  await page.waitForURL(/q=macro/);
  await panel().getByRole("heading", { name: MACRO }).waitFor();
  await panel().getByText("False positives", { exact: true }).waitFor();
  assert.match(await panel().innerText(), /1\s+24 hours/);
  assert.match(await panel().getByRole("region", { name: "YAML" }).innerText(), /^title: Macro document opened from mail/);
  await panel().getByRole("button", { name: /^Must match/ }).click();
  assert.match(await panel().getByRole("region", { name: "Samples that must match" }).innerText(), /WINWORD/);
});

test("switched off it needs a reason, raises nothing, and says who and why", async () => {
  await page.locator("[role=grid]").focus();
  await press(page, "t");
  await dialog("Switch the rule off").locator("input:focus").waitFor();
  await press(page, "Enter");
  await dialog("Switch the rule off").getByText("Say why").waitFor();
  await typeIn("Switch the rule off", "Finance opens those all day");
  await press(page, "Enter");
  await dialog("Switch the rule off").waitFor({ state: "detached" });
  await panel().getByText(/Switched off by e.moreau/).waitFor();
  await panel().getByText("Finance opens those all day").waitFor();
  assert.equal((await titled("macro document opened")).state, "disabled");
  const before = (await api.call("GET", "/api/v1/alerts?limit=1")).total;
  await api.send([macroOpened("WS-HR-03")]);
  await press(page, "t");
  await typeIn("Switch the rule on", "They have stopped");
  await press(page, "Control+Enter");
  await dialog("Switch the rule on").waitFor({ state: "detached" });
  await panel().getByText("They have stopped").waitFor();
  // The second of the two is counted: the first was off.
  await api.send([macroOpened("WS-ENG-11")], { alerts: 1 });
  const alerts = await api.call("GET", "/api/v1/alerts?limit=50");
  assert.equal(alerts.total, before + 1);
  assert.ok(!alerts.items.some((alert) => alert.host?.includes("WS-HR-03")), "what came while it was off");
});

test("an import shows its report before anything changes", async () => {
  await press(page, "i");
  await dialog("Import rules").locator("input[type=file]").setInputFiles(join(folder, "ours.yml"));
  const report = dialog("Import rules").getByRole("region", { name: "Report of the import" });
  await report.getByText("Do not load").waitFor();
  assert.match(await report.innerText(), /2 rules load = 2 added \+ 0 changed \+ 0 as they were/);
  assert.match(await report.innerText(), /ours\/rules\.yml#3\s+line \d+/);
  assert.match(await report.innerText(), /rule\.selection_unknown/);
  assert.match(await report.innerText(), /No such events have come in 1\s+Imported second/, "what is blind here");
  assert.equal((await titled("imported first"))?.title, undefined, "nothing is there yet");
  await press(page, "Control+Enter");
  await dialog("Import rules").waitFor({ state: "detached" });
  await page.waitForURL(/source=ours/);
  await panel().getByRole("heading", { name: "Imported <b>first</b>" }).waitFor();
  assert.match(await panel().innerText(), /<img src=x onerror=document\.title=1>/, "hostile text is text");
  assert.equal(await panel().locator("img, b").count(), 0);
  await press(page, "3");
  await page.getByText("ours/rules.yml#3").waitFor();
  await press(page, "2");
  await page.getByRole("button", { name: /T1059\.001/ }).first().click();
  await page.waitForURL(/tag=attack\.t1059\.001/);
  await press(page, "1");
  assert.deepEqual(browser.faults, []);
});

test("another console follows a change, and an analyst may only read", async () => {
  const other = await openBrowser();
  await logIn(other.page, floor.url, "m.lindqvist", "/rules?q=imported+second");
  const row = other.page.locator("[role=row][data-cursor]");
  await row.getByText("Imported second").waitFor();
  assert.equal(await other.page.getByRole("button", { name: /Import|Switch/ }).count(), 0);
  await press(other.page, "t", "i");
  await settled(other.page);
  assert.equal(await other.page.getByRole("dialog").count(), 0);
  const { id } = await titled("imported second");
  await api.call("POST", `/api/v1/rules/${id}/disable`, { reason: "elsewhere" });
  await row.getByText("Off", { exact: true }).waitFor();
  await until(async () => (await other.page.getByText("elsewhere").count()) > 0);
  assert.deepEqual(other.faults, []);
  await other.close();
});

test("an alert by a correlation says what that asks, and leads to the rule", async () => {
  const logon = (id) => ({
    Event: {
      System: {
        Provider: { "#attributes": { Name: "Microsoft-Windows-Security-Auditing" } },
        EventID: id,
        TimeCreated: { "#attributes": { SystemTime: new Date().toISOString() } },
        Channel: "Security",
        Computer: "DC01.larkfield.example",
      },
      EventData: { TargetUserName: "j.okafor", IpAddress: "198.51.100.9", LogonType: 3 },
    },
  });
  await api.send([...Array.from({ length: 12 }, () => logon(4625)), logon(4624)], { alerts: 1 });
  await page.goto(`${floor.url}/queue?q=password+guessed&peek=on`);
  const why = page.getByRole("region", { name: "Why it fired" });
  await why.getByText(/Waits for the rules one after the other within 30 min/).waitFor();
  await why.getByRole("link", { name: "Logon over the network" }).waitFor();
  await why.getByTitle("Read the rule").click();
  await panel().getByRole("heading", { name: "Password guessed after many refused logons" }).waitFor();
});

test("a correlation says what it asks of which rules, and stops with one of them", async () => {
  const correlation = await titled("Many logons refused");
  await page.goto(`${floor.url}/rules?q=many+logons+refused&peek=on`);
  await panel().getByRole("heading", { name: correlation.title }).waitFor();
  assert.match(await panel().getByRole("region", { name: "Correlation" }).innerText(), /Counts the matches within \d+ min, by/);
  const link = panel().getByRole("region", { name: "Correlation" }).getByRole("link").first();
  const rule = await link.innerText();
  await link.click();
  await panel().getByRole("heading", { name: rule }).waitFor();
  await page.locator("[role=row][data-cursor]").getByText(rule, { exact: true }).waitFor();
  await panel().getByText("are no alerts by themselves").waitFor();
  await page.locator("[role=grid]").focus();
  await press(page, "t");
  await dialog("Switch the rule off").getByText(/correlations? stops? with it/).waitFor();
  await typeIn("Switch the rule off", "Too many of them");
  await press(page, "Enter");
  await dialog("Switch the rule off").waitFor({ state: "detached" });
  await page.goto(`${floor.url}/rules?q=${correlation.id}&peek=on`);
  await page.locator("[role=row][data-cursor]").getByText("Not loaded").waitFor();
  await panel().getByText(/which is switched off/).waitFor();
  assert.deepEqual(browser.faults, []);
});

inEveryLook("rules", async ({ page, check, wide }) => {
  await logIn(page, floor.url, "e.moreau", "/rules");
  await page.locator("[role=row][data-cursor]").waitFor();
  if (!wide) await page.keyboard.press("Space");
  await page.getByRole("complementary", { name: "Rule" }).getByRole("heading", { name: "Text" }).waitFor();
  await check("rules with the panel");
  await page.goto(`${floor.url}/rules?q=imported&peek=on`);
  await page.getByText("No such event").first().or(page.getByText("Imported second").first()).waitFor();
  await check("imported rules");
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("t");
  await page.getByRole("dialog", { name: /^Switch the rule/ }).waitFor();
  await check("switching");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("i");
  const dialog = page.getByRole("dialog", { name: "Import rules" });
  await dialog.locator("input[type=file]").setInputFiles(join(folder, "ours.yml"));
  await dialog.getByText("Do not load").waitFor();
  await check("importing");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  for (const view of ["coverage", "refused"]) {
    await page.goto(`${floor.url}/rules?view=${view}`);
    await page.getByRole("region", { name: view === "coverage" ? "ATT&CK coverage" : "Rules that do not load" }).waitFor();
    await check(view);
  }
  await page.goto(`${floor.url}/rules?source=ours`);
  await page.getByRole("button", { name: "Remove ours" }).click();
  await page.getByRole("dialog", { name: "Remove ours" }).getByText("rules go").waitFor();
  await check("removing");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.goto(`${floor.url}/rules?q=nothing+like+this`);
  await page.getByText("No rule matches.").waitFor();
  await check("no rule");
});

test("a whole source goes, with a reason and what it takes along", async () => {
  await page.goto(`${floor.url}/rules?source=ours`);
  await page.getByRole("button", { name: "Remove ours" }).click();
  await dialog("Remove ours").getByText("2 rules go.").waitFor();
  await press(page, "Enter");
  await dialog("Remove ours").getByText("Say why").waitFor();
  await typeIn("Remove ours", "Nobody needs them");
  await press(page, "Enter");
  await dialog("Remove ours").waitFor({ state: "detached" });
  await page.waitForURL((url) => !url.search.includes("source"));
  assert.equal(await titled("imported first"), undefined);
  // The panel may have asked once more for the rule that it showed.
  const faults = browser.faults.filter((fault) => !fault.includes("status of 404"));
  assert.deepEqual(faults, []);
});
