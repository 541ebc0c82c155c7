// Chromium over playwright-core, axe by hand, and the few things that every journey needs.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSWORD } from "./floor.mjs";
import { chromium as executablePath } from "./paths.mjs";
import { test, whenFailed } from "./runner.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** The requests of a page that have no answer yet. */
const inFlight = new WeakMap();

/** A browser with a profile of its own. `faults` collects what the page complained about. */
export async function openBrowser({ width = 1600, height = 1000, settings = { theme: "dark" } } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "watchfloor-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    // What moves would have to be waited for; that it moves is no journey.
    reducedMotion: "reduce",
    viewport: { width, height },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  await context.addInitScript((chosen) => {
    // A blank page has no storage.
    if (location.protocol === "http:" && !localStorage.getItem("wf.settings")) localStorage.setItem("wf.settings", JSON.stringify(chosen));
  }, settings);
  const faults = [];
  const pending = new Set();
  const over = (request) => pending.delete(request);
  context.on("requestfinished", over);
  context.on("requestfailed", over);
  context.on("request", (request) => {
    // The live feed never ends.
    if (request.resourceType() !== "eventsource") pending.add(request);
  });
  // What is not there after ten seconds will not come.
  context.setDefaultTimeout(10_000);
  const watch = (page) => {
    inFlight.set(page, pending);
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // Asking whether there is a session is answered 401 before log-in.
      if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
    });
  };
  context.pages().forEach(watch);
  context.on("page", watch);
  // What was on screen tells more than the error does.
  const look = async (name) => {
    const path = join(mkdtempSync(join(tmpdir(), "watchfloor-failed-")), "page.png");
    await context.pages()[0].screenshot({ path }).then(
      () => console.log(`${name}: the page is in ${path}; it complained about ${JSON.stringify(faults)}`),
      (fault) => console.log(`${name}: no picture: ${fault.message}`),
    );
  };
  whenFailed.add(look);
  return {
    context,
    page: context.pages()[0],
    faults,
    close: async () => {
      whenFailed.delete(look);
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Logs in by keyboard. */
export async function logIn(page, url, name, path = "/queue", password = PASSWORD) {
  await page.goto(url + path);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Rooms" }).waitFor();
}

/** Presses keys, counts them. */
export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  return keys.length;
}

/** The title in the row under the cursor. */
export async function underCursor(page) {
  const row = page.locator("[role=row][data-cursor]");
  await row.waitFor();
  return (await row.locator("[role=gridcell]").nth(2).innerText()).trim();
}

/** Waits until nothing is under way: no request without an answer, nothing that fades, in two frames after another. */
export async function settled(page) {
  const quiet = () =>
    page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      await frame();
      await frame();
      // What React does in its spare time comes before this.
      await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1_000 }));
      const moving = document.getAnimations().some((one) => one.playState === "running");
      const faint = [...document.querySelectorAll("[role=dialog]")].some((one) => getComputedStyle(one).opacity !== "1");
      const loading = document.querySelector("[role=status][aria-label^=Loading]") !== null;
      return !moving && !faint && !loading;
    });
  await until(async () => inFlight.get(page).size === 0 && (await quiet()) && inFlight.get(page).size === 0);
}

/** Everything axe finds wrong with the page; of an open dialog only, as what lies under it was looked at without it. */
export async function violations(page) {
  await settled(page);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(() => {
    const dialog = document.querySelector("[role=dialog][aria-modal=true]");
    return globalThis.axe.run(dialog ?? document, { resultTypes: ["violations"] });
  });
  return found.violations.map(
    (one) => `${one.id} (${one.impact}): ${one.help}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`,
  );
}

/** Fails with the list when axe finds anything. */
export async function assertAccessible(page, where) {
  assert.deepEqual(await violations(page), [], where);
}

/** The looks that every screen must be accessible in: each theme, wide and narrow, dense and comfortable. */
export const LOOKS = ["dark", "light", "hc"].flatMap((theme) => [
  { theme, width: 1600, height: 1000, density: "compact" },
  { theme, width: 1280, height: 800, density: "comfortable" },
]);

/**
 * A test for each look. `body` gets a fresh browser of it, not logged in, and `check(where)`, which fails on anything axe
 * finds; whatever the pages complained about fails the test too.
 */
export function inEveryLook(what, body) {
  for (const { theme, width, height, density } of LOOKS) {
    test(`${what}: ${theme}, ${width} wide, ${density}`, async () => {
      const browser = await openBrowser({ width, height, settings: { theme, density } });
      try {
        const check = (where) => assertAccessible(browser.page, `${where}, ${theme}, ${width} wide`);
        await body({ ...browser, check, wide: width >= 1400 });
        assert.deepEqual(browser.faults, [], "what the pages complained about");
      } finally {
        await browser.close();
      }
    });
  }
}

/** Waits until it is so. */
export async function until(so, ms = 8_000) {
  const end = Date.now() + ms;
  for (;;) {
    if (await so().catch(() => false)) return;
    if (Date.now() > end) assert.fail(`not so after ${ms} ms: ${so}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
