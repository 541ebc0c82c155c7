// Hunt and Sources by keyboard alone.
import assert from "node:assert/strict";
import { inEveryLook, logIn, openBrowser, press, settled, until } from "./browser.mjs";
import { Api, macroOpened, startFloor } from "./floor.mjs";
import { after, before, test } from "./runner.mjs";

let floor;
let browser;
let api;
let page;
const HOSTS = ["WS-FIN-07", "WS-HR-03", "WS-ENG-11", "WS-SAL-04", "WS-MKT-02"];
/** A raw line that is no JSON: it is stored with a diagnostic. */
const BROKEN = '{"host":{"name":"WS-BROKEN-01"},"message":"cut off';
const EVIL = "<img src=x onerror=globalThis.hit=1>\u202egpj.docm";

before(async () => {
  floor = await startFloor();
  api = await new Api(floor.url).setUp(floor.setupToken());
  browser = await openBrowser();
  page = browser.page;
});
after(async () => {
  await browser?.close();
  await floor?.stop();
});

const grid = () => page.getByRole("grid", { name: "Events" });
const editor = () => page.getByRole("textbox", { name: /^Query/ });
const stats = () => page.getByRole("status", { name: "What came of the query" });
const panel = () => page.getByRole("complementary", { name: "Event" });
const fields = () => page.getByRole("region", { name: "Fields", exact: true });
const asked = () => new URL(page.url()).searchParams;
/** Rows of the table without its head. */
const rows = async () => (await grid().getAttribute("aria-rowcount")) - 1;
/** Replaces the query and runs it. */
async function ask(text) {
  await press(page, "/", "Control+a");
  await page.keyboard.type(text);
  await press(page, "Control+Enter");
}

test("an empty floor says why there is nothing, and shows the ways in", async () => {
  await logIn(page, floor.url, "a.costa", "/hunt");
  await page.getByText("There is no event to search.").waitFor();
  await press(page, "g", "s");
  await page.getByText("No source has sent anything yet.").waitFor();
  const example = page.getByRole("region", { name: "Example for HTTP" });
  assert.match(await example.innerText(), new RegExp(`${floor.url}/api/v1/ingest\\?source=`));
});

test("what the example says works: events come, and the sum closes", async () => {
  await api.send(HOSTS.map((host) => macroOpened(host)), { alerts: HOSTS.length, source: "windows-dc" });
  const batch = JSON.stringify(macroOpened("WS-EVIL-01", { name: EVIL }));
  for (const _ of [1, 2]) {
    await api.call("POST", "/api/v1/ingest?source=mail", batch, { "content-type": "application/x-ndjson", "idempotency-key": "once" });
  }
  await api.call("POST", "/api/v1/ingest?source=broken", BROKEN, { "content-type": "application/x-ndjson" });
  await until(async () => (await api.call("GET", "/api/v1/sources")).items.length === 3);
  await until(async () => (await api.call("GET", "/api/v1/sources")).items.some((one) => one.duplicates === 1));
  await page.goto(`${floor.url}/sources`);
  const ledger = page.getByRole("region", { name: "What became of all events" });
  const { totals, items } = await api.call("GET", "/api/v1/sources");
  await ledger.getByText(`${totals.received} received`).waitFor();
  const [received, ...parts] = (await ledger.locator("p").first().innerText()).match(/\d+/g).map(Number);
  assert.equal(received, parts.reduce((sum, part) => sum + part, 0));
  assert.equal(received, 7, "the batch that was sent twice is counted once");
  await ledger.getByText("1 sent again under a known id").waitFor();
  for (const source of items) {
    assert.equal(source.received, source.events + source.rejected + source.quarantined + source.dropped, source.name);
  }
});

test("sources by keyboard: move, filter, the ways in, its events", async () => {
  const table = page.getByRole("grid", { name: "Sources" });
  await table.getByRole("row").nth(1).waitFor();
  await press(page, "c");
  await page.getByRole("complementary", { name: "Connect a source" }).getByText("omfwd").waitFor();
  await press(page, "Escape", "/");
  await page.keyboard.type("mail");
  await press(page, "Enter");
  await until(async () => (await table.getByRole("row").count()) === 2);
  await press(page, "o");
  await page.waitForURL(/\/hunt/);
  assert.equal(asked().get("q"), '_source:"mail"');
  await until(async () => (await rows()) === 1);
});

test("a query is typed, completed and run, and the URL has it", async () => {
  await page.goto(`${floor.url}/hunt`);
  await until(async () => (await rows()) === 7);
  await press(page, "/");
  await page.keyboard.type("host.na");
  await page.getByRole("option", { name: /host\.name/ }).waitFor();
  await press(page, "Tab");
  assert.equal(await editor().inputValue(), "host.name:");
  await page.keyboard.type("WS-HR");
  await page.getByRole("option", { name: /WS-HR-03/ }).waitFor();
  await press(page, "ArrowDown", "Enter");
  assert.equal(await editor().inputValue(), "host.name:WS-HR-03.larkfield.example ");
  await press(page, "Control+Enter");
  await until(async () => (await rows()) === 1);
  assert.equal(asked().get("q"), "host.name:WS-HR-03.larkfield.example");
  await stats().getByText("1 event", { exact: true }).waitFor();
  await stats().getByText(/ms, .*looked at/).waitFor();
  await page.goBack();
  await until(async () => (await rows()) === 7);
  assert.equal(await editor().inputValue(), "");
});

test("what is wrong is said in its place, and the caret stands there", async () => {
  await ask('host.name:WS-* AND user.name:"d.whit');
  const problem = page.getByRole("alert");
  await problem.getByText("A quote is not closed.").waitFor();
  await problem.getByText("Character 30").waitFor();
  await problem.getByText("query.unclosed_quote").waitFor();
  assert.equal(await editor().getAttribute("aria-invalid"), "true");
  await until(async () => (await editor().evaluate((field) => field === document.activeElement && field.selectionStart)) === 29);
  assert.equal(await page.locator("[class*=wrong]").innerText(), '"d.whit');
  await press(page, "End");
  await page.keyboard.type('field"');
  await press(page, "Enter");
  await until(async () => (await rows()) === 6);
  assert.equal(await editor().getAttribute("aria-invalid"), null);

  // Who writes on while the answer is under way is not disturbed by it.
  let come;
  const held = new Promise((resolve) => {
    come = resolve;
  });
  await page.route("**/api/v1/search?*", async (route) => (await held, route.continue()), { times: 1 });
  const answered = page.waitForResponse((response) => response.url().includes("/api/v1/search?"));
  await ask('user.name:"one');
  await press(page, "/", "Control+a");
  await page.keyboard.type("user.name");
  come();
  await answered;
  await settled(page);
  await page.keyboard.type(":*");
  assert.equal(await editor().inputValue(), "user.name:*");
});

test("the panel has every field and the bytes; + asks for a value, - excludes it", async () => {
  await ask("powershell OR winword.exe");
  await until(async () => (await rows()) === 6);
  const current = panel().locator("[aria-current=true]");
  const toHost = async () => {
    for (let name = await current.innerText(); !name.startsWith("host.name"); ) {
      const before = name;
      await press(page, "j");
      await until(async () => {
        name = await current.innerText();
        return name !== before;
      });
    }
  };
  await press(page, "j", "o");
  await current.waitFor();
  const [event] = (await api.call("GET", "/api/v1/search?q=powershell+OR+winword.exe&limit=2&columns=host.name")).rows.slice(1);
  const detail = await api.call("GET", `/api/v1/events/${event[0]}`);
  // The row's own fields are there at once, the others once they have been fetched.
  const names = () => panel().getByRole("list", { name: "Fields" }).getByRole("listitem").locator("> span:first-child").allInnerTexts();
  await until(async () => {
    const shown = await names();
    return Object.keys(detail.fields).every((name) => shown.includes(name));
  });
  await toHost();
  await press(page, "+");
  await until(async () => (await rows()) === 1);
  assert.equal(asked().get("q"), `(powershell OR winword.exe) AND host.name:${event[1]}`);
  await page.goBack();
  await until(async () => (await rows()) === 6);
  await press(page, "o");
  await toHost();
  await press(page, "-");
  await until(async () => (await rows()) === 5);
  assert.match(asked().get("q"), /AND NOT host\.name:/);
});

test("p follows the host of an event, in two keys", async () => {
  await ask("host.name:WS-ENG-11*");
  await until(async () => (await rows()) === 1);
  await settled(page);
  await press(page, "p");
  await page.getByRole("dialog", { name: "Events about the same" }).waitFor();
  await press(page, "1");
  await page.waitForURL(/q=host\.name/);
  assert.equal(asked().get("q"), "host.name:WS-ENG-11.larkfield.example");
});

test("a broken line is found with its diagnostic and as it came", async () => {
  await ask("_source:broken");
  await until(async () => (await rows()) === 1);
  const { rows: found } = await api.call("GET", "/api/v1/search?q=_source:broken");
  const detail = await api.call("GET", `/api/v1/events/${found[0][0]}`);
  assert.ok(detail.diagnostics.length > 0, "the floor has said what is wrong");
  await panel().getByRole("list", { name: "Diagnostics" }).getByText(detail.diagnostics[0].code).waitFor();
  await panel().getByRole("tab", { name: /Raw/ }).focus();
  await press(page, "Enter");
  await panel().getByRole("region", { name: "Raw event" }).getByText('"message":"cut off').waitFor();
});

test("text out of a log is text, in table, fields and panel", async () => {
  await ask("_source:mail");
  await until(async () => (await rows()) === 1);
  await panel().getByText("U+202E").first().waitFor();
  await grid().getByText("U+202E").first().waitFor();
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.equal(await page.locator("img").count(), 0);
});

test("the fields count what is loaded; a value is asked for from there", async () => {
  await ask("*");
  await until(async () => (await rows()) === 7);
  await press(page, "f");
  await page.keyboard.type("host.name");
  await fields().getByText("Counted over all 7 events").waitFor();
  // The head of the field, its column, then "only" of the first value.
  await press(page, "Tab", "Tab", "Tab");
  const name = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  // What the line said before it was cut off is known, too.
  assert.equal(name, "Only host.name WS-BROKEN-01");
  await press(page, "Enter");
  await until(async () => (await rows()) === 1);
  assert.equal(asked().get("q"), "host.name:WS-BROKEN-01");
});

test("a brush narrows, its table does the same by keyboard, Escape clears it", async () => {
  await page.goto(`${floor.url}/hunt?peek=off`);
  await until(async () => (await rows()) === 7);
  await page.getByRole("button", { name: "Show as a table" }).focus();
  await press(page, "Enter");
  const times = page.getByRole("region", { name: /events over time as a table/ });
  const counts = (await times.getByRole("row").locator("td:last-child").allInnerTexts()).map(Number);
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 7);
  await times.getByRole("button").first().focus();
  await press(page, "Enter");
  await page.waitForURL(/from=.*to=/);
  await page.getByText(/of 7 events, brushed/).waitFor();
  await page.locator("#screen").focus();
  await press(page, "Escape");
  await until(async () => asked().get("from") === null && (await rows()) === 7);
});

test("SQL: the columns are the statement's, and its faults have a place", async () => {
  await page.goto(`${floor.url}/hunt?lang=sql`);
  await page.getByText("One SELECT over the table events.").waitFor();
  await ask("SELECT _source, count(*) AS events FROM events GROUP BY 1 ORDER BY 2 DESC, 1");
  await until(async () => (await rows()) === 3);
  assert.deepEqual(await grid().getByRole("columnheader").allInnerTexts(), ["_source", "events"]);
  assert.deepEqual((await grid().getByRole("row").nth(1).getByRole("gridcell").allInnerTexts()), ["windows-dc", "5"]);
  assert.equal(asked().get("lang"), "sql");
  await ask("SELECT nosuch FROM events");
  await page.getByRole("alert").getByText("No field named nosuch").waitFor();
  assert.equal(await page.locator("[class*=wrong]").innerText(), "nosuch");
  await page.locator("#screen").focus();
  await press(page, "s");
  await until(async () => asked().get("lang") === null);
});

test("nothing found says why, and the nearest name that exists", async () => {
  await page.goto(`${floor.url}/hunt?q=hostname:WS-FIN-07&range=1h`);
  await page.getByText("No event matches this query.").waitFor();
  await page.getByText("hostname is no field of the catalogue; did you mean host.name?").waitFor();
  await page.getByText(/Only the last hour was searched/).waitFor();
});

test("what takes long says so and can be cancelled", async () => {
  let let_go;
  const held = new Promise((resolve) => {
    let_go = resolve;
  });
  await page.route("**/api/v1/search?*", async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.goto(`${floor.url}/hunt?q=slow`);
  await stats().getByText("Running").waitFor();
  await stats().getByText(/\d s\. A narrower time range/).waitFor();
  await press(page, "Escape");
  await page.getByText("The query was cancelled.").waitFor();
  let_go();
  await page.unroute("**/api/v1/search?*");
});

test("the page complained about nothing but the queries that it could not read", () => {
  const others = browser.faults.filter((fault) => !fault.includes("400"));
  assert.deepEqual(others, []);
});

inEveryLook("Hunt and Sources", async ({ page, check, faults }) => {
  const visit = async (path, what) => {
    await page.goto(floor.url + path);
    await what().waitFor();
    await check(path);
  };
  await logIn(page, floor.url, "a.costa", "/hunt");
  const event = () => page.getByRole("complementary", { name: "Event" });
  await visit("/hunt?peek=on", () => event().getByText("Same host, 2 minutes around"));
  await page.keyboard.press("o");
  await event().locator("[aria-current=true]").waitFor();
  await check("a field under the cursor");
  await page.keyboard.press("p");
  await page.getByRole("dialog", { name: "Events about the same" }).waitFor();
  await check("pivot");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await visit("/hunt?q=_source:broken&peek=on", () => event().getByRole("list", { name: "Diagnostics" }));
  await visit("/hunt?q=host.name:%22a", () => page.getByRole("alert"));
  await page.keyboard.press("Control+a");
  await page.keyboard.type("host.na");
  await page.getByRole("option").first().waitFor();
  await check("completion");
  await visit("/hunt?q=nothing+like+this&range=1h", () => page.getByText("No event matches this query."));
  await visit("/hunt?lang=sql", () => page.getByText("One SELECT over the table events."));
  await visit("/sources", () => page.getByRole("grid", { name: "Sources" }));
  await page.keyboard.press("c");
  await page.getByRole("complementary", { name: "Connect a source" }).waitFor();
  await check("connect");
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes("400")));
});
