// A picture of every screen in every look: `npm run pictures -- FOLDER [PATTERN]`, where the pattern picks pictures by name.
// With `--guide` it also takes the picture of the README. A floor that runs already: WATCHFLOOR_URL and WATCHFLOOR_PASSWORD.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOOKS, logIn, openBrowser, settled } from "./browser.mjs";
import { Api, startDemo, startFloor } from "./floor.mjs";
import { root } from "./paths.mjs";
import { withPalette } from "./png.mjs";
import { EMPTY, SCREENS } from "./screens.mjs";

const [folder, pattern = ""] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const guide = process.argv.includes("--guide");
if (!folder && !guide) {
  console.error("npm run pictures -- FOLDER [PATTERN] [--guide]");
  process.exit(2);
}

const own = !process.env.WATCHFLOOR_URL;
const demo = own ? await startDemo() : { url: process.env.WATCHFLOOR_URL, password: process.env.WATCHFLOOR_PASSWORD };
const api = await new Api(demo.url).logIn("demo", demo.password);
const story = (await api.call("GET", "/api/v1/alerts?status=open,closed&q=Word+started+PowerShell")).items;
const alert = story.find((one) => one.host?.startsWith("WS-FIN-07")) ?? story[0];
if (!(await api.call("GET", "/api/v1/cases")).total) await api.call("POST", "/api/v1/cases", { alerts: [alert.id] });

try {
  if (guide) await takeGuide();
  if (folder) {
    mkdirSync(folder, { recursive: true });
    for (const look of LOOKS) await takeAll(look);
  }
} finally {
  if (own) await demo.stop();
}

/** Each screen of a look, over the demo and over an empty floor. */
async function takeAll(look) {
  const wanted = (name) => `${look.theme}-${look.width}-${name}`.match(pattern);
  const take = async (page, name) => {
    await settled(page);
    await page.screenshot({ path: join(folder, `${look.theme}-${look.width}-${name}.png`) });
  };
  const over = async (screens, url, enter) => {
    const some = Object.entries(screens).filter(([name]) => wanted(name));
    if (some.length === 0) return;
    const { width, height, theme, density } = look;
    const browser = await openBrowser({ width, height, settings: { theme, density } });
    try {
      await enter?.(browser.page);
      for (const [name, show] of some) {
        await show(browser.page, url, alert).catch((fault) => console.error(`${name}, ${theme}, ${width}: ${fault.message}`));
        await take(browser.page, name);
      }
    } finally {
      await browser.close();
    }
  };
  await over(SCREENS, demo.url, (page) => logIn(page, demo.url, "demo", "/queue", demo.password));
  if (!Object.keys(EMPTY).some(wanted)) return;
  const empty = await startFloor();
  try {
    await over(EMPTY, empty.url);
  } finally {
    await empty.stop();
  }
}

/** The queue with its panel, for the README. */
async function takeGuide() {
  const browser = await openBrowser();
  try {
    await logIn(browser.page, demo.url, "demo", `/queue?alert=${alert.id}`, demo.password);
    await browser.page.getByText("condition holds").waitFor();
    await settled(browser.page);
    writeFileSync(join(root, "docs/guide/queue.png"), withPalette(await browser.page.screenshot()));
  } finally {
    await browser.close();
  }
}
