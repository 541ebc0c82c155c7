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

/** Fills the form of set-up and sends it. */
async function fill(page, token) {
  for (const text of [token, "a.costa", "A. Costa", PASSWORD]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
}
