// No axe violation in any look, and no breach of the content security policy: before and in the queue, and in the settings.
// The specifications of cases and Hunt do the same for theirs.
import { assertAccessible, inEveryLook, logIn, openBrowser } from "./browser.mjs";
import { Api, macroOpened, startFloor } from "./floor.mjs";
import { after, before, test } from "./runner.mjs";

let floor;
before(async () => {
  floor = await startFloor();
});
after(() => floor?.stop());

test("set-up", async () => {
  const browser = await openBrowser();
  await browser.page.goto(floor.url);
  await browser.page.getByRole("heading", { name: "Set up this floor" }).waitFor();
  await assertAccessible(browser.page, "set-up");
  await browser.close();

  const api = await new Api(floor.url).setUp(floor.setupToken());
  const hosts = ["WS-FIN-07", "WS-HR-03", "WS-ENG-11"];
  await api.send(hosts.map((host) => macroOpened(host)), { alerts: hosts.length });
});

inEveryLook("log-in, queue, settings", async ({ page, check, wide }) => {
  const visit = async (path, heading) => {
    await page.goto(floor.url + path);
    await page.getByRole("navigation", { name: "Rooms" }).waitFor();
    if (heading) await page.getByRole("heading", { name: heading, exact: true }).first().waitFor();
    await check(path);
  };
  await page.goto(floor.url);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await check("log-in");
  await logIn(page, floor.url, "a.costa");

  await page.locator("[role=row][data-cursor]").waitFor();
  if (!wide) await page.keyboard.press("Space");
  await page.getByText("condition holds").waitFor();
  await check("queue with its panel");
  await page.keyboard.press("m");
  await page.getByRole("textbox", { name: "Note" }).waitFor();
  await check("queue with a note");
  await page.keyboard.press("Escape");
  const dialogs = { e: /^Close/, s: /^Escalate/, c: "Raise a case", "?": "Keys", "Control+k": "Command palette" };
  for (const [key, name] of Object.entries(dialogs)) {
    await page.keyboard.press(key);
    await page.getByRole("dialog", { name }).waitFor();
    await check(`queue after ${key}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }

  await visit("/queue?q=nothing+like+this", "Queue");
  await visit("/settings", "This browser");
  await visit("/settings/people", "People");
  await visit("/settings/tokens", "Tokens");
  await visit("/nowhere");
});
