// The first start: set-up with the token, log-in, log-out, who sees what.
import assert from "node:assert/strict";
import { logIn, openBrowser } from "./browser.mjs";
import { Api, PASSWORD, startFloor } from "./floor.mjs";
import { after, before, test } from "./runner.mjs";

let floor;
let browser;
before(async () => {
  floor = await startFloor();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await floor?.stop();
});

test("a wrong token is refused, and the code says so", async () => {
  const { page } = browser;
  await page.goto(floor.url);
  await page.getByRole("heading", { name: "Set up this floor" }).waitFor();
  await fill(page, "not the token");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /setup\.\w+/);
});

test("with the token the first account is made by keyboard alone, and one is in", async () => {
  const { page } = browser;
  await page.goto(floor.url);
  await page.getByRole("heading", { name: "Set up this floor" }).waitFor();
  await fill(page, floor.setupToken());
  await page.getByRole("heading", { name: "Queue" }).waitFor();
  assert.match(page.url(), /\/queue/);
  await page.getByText("Nothing is open.").waitFor();
  await page.getByText("No source has sent an event yet").waitFor();
});

test("who logs out is out, also in another tab", async () => {
  const { page, context } = browser;
  const other = await context.newPage();
  await other.goto(`${floor.url}/sources`);
  await other.getByRole("navigation", { name: "Rooms" }).waitFor();
  await page.bringToFront();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("log out");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await other.bringToFront();
  await other.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 10_000 });
  await other.close();
});

test("a wrong password is refused, the right one lets in to where the link led", async () => {
  const { page } = browser;
  await page.goto(`${floor.url}/sources`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.keyboard.type("a.costa");
  await page.keyboard.press("Tab");
  await page.keyboard.type("wrong password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await logIn(page, floor.url, "a.costa", "/sources");
  assert.match(page.url(), /\/sources/);
});

test("a viewer sees the queue, but no way to change it", async () => {
  const admin = await new Api(floor.url).logIn("a.costa");
  await admin.addUser("n.weiss", "N. Weiss", "viewer");
  const viewer = await openBrowser();
  try {
    await logIn(viewer.page, floor.url, "n.weiss");
    await viewer.page.keyboard.press("?");
    const help = viewer.page.getByRole("dialog", { name: "Keys" });
    await help.waitFor();
    assert.equal(await help.getByText("Close the alert").count(), 0);
    await viewer.page.keyboard.press("Escape");
    await viewer.page.goto(`${floor.url}/settings`);
    await viewer.page.getByRole("heading", { name: "This browser" }).waitFor();
    assert.equal(await viewer.page.getByRole("link", { name: "People" }).count(), 0);
  } finally {
    await viewer.close();
  }
});

test("who is locked out is out at once, without touching anything", async () => {
  const admin = await new Api(floor.url).logIn("a.costa");
  const user = await admin.addUser("r.menon", "R. Menon", "analyst");
  const browser = await openBrowser();
  try {
    await logIn(browser.page, floor.url, "r.menon");
    await browser.page.getByRole("img", { name: /^Live/ }).waitFor();
    await admin.call("PATCH", `/api/v1/users/${user.id}`, { disabled: true }, { "if-match": `"${user.version}"` });
    await browser.page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 3_000 });
  } finally {
    await browser.close();
  }
});

test("a person and a token are made by keyboard, and the token is shown once", async () => {
  const { page } = browser;
  await page.goto(`${floor.url}/queue`);
  await page.getByRole("heading", { name: "Queue" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press(",");
  await page.getByRole("heading", { name: "This browser" }).waitFor();
  await tabTo(page, "link", "People");
  await page.keyboard.press("Enter");
  await tabTo(page, "textbox", "Name to log in with");
  await page.keyboard.type("s.okafor");
  await tabTo(page, "textbox", "First password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("cell", { name: "s.okafor" }).first().waitFor();

  await tabTo(page, "link", "Tokens");
  await page.keyboard.press("Enter");
  await tabTo(page, "textbox", "Name");
  await page.keyboard.type("windows forwarder");
  await page.keyboard.press("Enter");
  const shown = page.getByRole("status").getByRole("code");
  await shown.waitFor();
  const token = await shown.innerText();
  const sent = await fetch(`${floor.url}/api/v1/ingest?source=e2e`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
    body: '{"message":"hello"}\n',
  });
  assert.equal(sent.status, 200, await sent.text());
  await page.reload();
  await page.getByRole("cell", { name: "windows forwarder", exact: true }).waitFor();
  assert.equal(await page.getByText(token).count(), 0);
});

/** Presses Tab until it has the focus. */
async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name, exact: true });
  await wanted.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`60 times Tab did not reach ${name}`);
}

/** Fills the form of set-up and sends it. */
async function fill(page, token) {
  for (const text of [token, "a.costa", "A. Costa", PASSWORD]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
}
