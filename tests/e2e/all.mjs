// Every spec, two at a time. A browser on a busy machine can be too late once: a spec that fails is run once more, alone,
// when the others are through, and what fails twice has failed.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const AT_ONCE = 2;
const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs a spec; resolves with what it printed and whether it passed. */
function run(spec) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--test", "--test-reporter=tap", here + spec], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    child.on("close", (code) => resolve({ said, passed: code === 0 }));
  });
}

const waiting = readdirSync(here).filter((name) => name.endsWith(".spec.mjs"));
const failed = [];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) {
      const { said, passed } = await run(spec);
      // What will be run again does not count yet: its lines are marked.
      console.log(passed ? said : said.replace(/^/gm, "| "));
      if (!passed) failed.push(spec);
    }
  }),
);
for (const spec of failed) {
  console.log(`== ${spec} once more`);
  const { said, passed } = await run(spec);
  console.log(said);
  if (!passed) process.exitCode = 1;
}
