// Chromium over playwright-core, axe by hand, and the few things that every journey needs.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSWORD } from "./floor.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** A browser with a profile of its own. `faults` collects what the page complained about. */
export async function openBrowser({ width = 1600, height = 1000, settings = { theme: "dark" } } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "watchfloor-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
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
  const watch = (page) => {
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // Asking whether there is a session is answered 401 before log-in.
      if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
    });
  };
  context.pages().forEach(watch);
  context.on("page", watch);
  return {
    context,
    page: context.pages()[0],
    faults,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Logs in by keyboard. */
export async function logIn(page, url, name, path = "/queue") {
  await page.goto(url + path);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
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

/** Everything axe finds wrong with the page. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(
    (one) => `${one.id} (${one.impact}): ${one.help}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`,
  );
}

/** Fails with the list when axe finds anything. */
export async function assertAccessible(page, where) {
  assert.deepEqual(await violations(page), [], where);
}
