// No axe violation on any screen in any theme, and no breach of the content security policy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, logIn, openBrowser } from "./browser.mjs";
import { Api, macroOpened, startFloor } from "./floor.mjs";

let floor;
let alert;
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
  [alert] = (await api.call("GET", "/api/v1/alerts")).items;
  await api.call("POST", "/api/v1/cases", { alerts: [alert.id] });
});

for (const theme of ["dark", "light", "hc"]) {
  for (const [width, height, density] of [
    [1600, 1000, "compact"],
    [1280, 800, "comfortable"],
  ]) {
    test(`every screen, ${theme}, ${width} wide, ${density}`, async () => {
      const browser = await openBrowser({ width, height, settings: { theme, density } });
      const { page, faults } = browser;
      try {
        await page.goto(floor.url);
        await page.getByRole("heading", { name: "Log in" }).waitFor();
        await assertAccessible(page, "log-in");
        await logIn(page, floor.url, "a.costa");
        await visit(page, "/queue", "Queue", async () => {
          await page.locator("[role=row][data-cursor]").waitFor();
          if (width < 1400) await page.keyboard.press("Space");
          await page.getByText("condition holds").waitFor();
          await assertAccessible(page, "queue with its panel");
          await page.keyboard.press("e");
          await page.getByRole("dialog").waitFor();
          await page.waitForTimeout(200);
          await assertAccessible(page, "close dialog");
          await page.keyboard.press("Escape");
          await page.keyboard.press("?");
          await page.getByRole("dialog", { name: "Keys" }).waitFor();
          await page.waitForTimeout(200);
          await assertAccessible(page, "keys");
          await page.keyboard.press("Escape");
          await page.keyboard.press("Control+k");
          await page.getByRole("dialog", { name: "Command palette" }).waitFor();
          await assertAccessible(page, "palette");
          await page.keyboard.press("Escape");
        });
        await visit(page, "/queue?q=nothing+like+this", "Queue", () => page.getByText("No alert matches.").waitFor());
        await visit(page, "/cases");
        await visit(page, "/cases/1");
        await visit(page, "/hunt");
        await visit(page, "/sources");
        await visit(page, "/settings", "This browser");
        await visit(page, "/settings/people", "People");
        await visit(page, "/settings/tokens", "Tokens");
        await visit(page, "/nowhere");
        assert.deepEqual(faults, [], "what the pages complained about");
      } finally {
        await browser.close();
      }
    });
  }

  async function visit(page, path, heading, ready) {
    await page.goto(floor.url + path);
    await page.getByRole("navigation", { name: "Rooms" }).waitFor();
    if (heading) await page.getByRole("heading", { name: heading, exact: true }).first().waitFor();
    await ready?.();
    await page.waitForTimeout(400);
    await assertAccessible(page, `${path}, ${theme}`);
  }
}
