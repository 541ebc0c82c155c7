// node's test runner, told to skip where there is nothing to drive: each test says why. WATCHFLOOR_REQUIRE_BROWSER=1 fails instead.
import { existsSync } from "node:fs";
import * as runner from "node:test";
import { binary, chromium } from "./paths.mjs";

const required = process.env.WATCHFLOOR_REQUIRE_BROWSER === "1";

function lacking() {
  if (!existsSync(binary)) return `there is no ${binary}: run \`make build\``;
  if (!existsSync(chromium)) return `there is no ${chromium}: install Debian's \`chromium\``;
  return null;
}

const lack = lacking();

/** Called with the name of a test that has failed, before its error is passed on. */
export const whenFailed = new Set();

/** A test that skips, or fails, when the program or the browser is missing. */
export function test(name, body) {
  if (lack === null) {
    return runner.test(name, async () => {
      try {
        await body();
      } catch (fault) {
        for (const call of whenFailed) await call(name);
        throw fault;
      }
    });
  }
  if (!required) return runner.test(name, { skip: lack }, body);
  return runner.test(name, () => {
    throw new Error(lack);
  });
}

/** As node's, but for nothing when there is nothing to drive. */
export const before = (body) => lack === null && runner.before(body);
export const after = (body) => lack === null && runner.after(body);
