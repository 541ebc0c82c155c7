// Where the program, the browser and the repository are.
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/watchfloor/target");

/** The program, with the console in it. */
export const binary = process.env.WATCHFLOOR_BIN ?? join(target, "debug/watchfloor");

/** The browser. */
export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
