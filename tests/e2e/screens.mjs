// How to get to each screen and state that is worth a picture.

const rooms = (page) => page.getByRole("navigation", { name: "Rooms" }).waitFor();
const dialog = (page, name) => page.getByRole("dialog", { name }).waitFor();

/** Opens a path and waits for the shell. */
const at = (path) => async (page, url) => {
  await page.goto(url + path);
  await rooms(page);
};

/** The queue with its panel on the alert of the story, and the keys pressed that lead on. */
const queue = (...keys) => async (page, url, alert) => {
  await page.goto(`${url}/queue?alert=${alert.id}&peek=on`);
  await page.getByText("condition holds").waitFor();
  for (const key of keys) await page.keyboard.press(key);
};

/** The queue, a key, and the dialog that it opens. */
const asked = (key, name, ...keys) => async (page, url, alert) => {
  await queue(key)(page, url, alert);
  await dialog(page, name);
  for (const one of keys) await page.keyboard.press(one);
};

/** Over the demo, logged in. */
export const SCREENS = {
  queue: queue(),
  "queue-list": at("/queue?peek=off"),
  "queue-selected": queue("x", "Shift+J", "Shift+J"),
  "queue-note": async (page, url, alert) => {
    await queue("m")(page, url, alert);
    await page.getByRole("textbox", { name: "Note" }).fill("Asked the owner: the document came with the mail of 08:41.");
  },
  "queue-end": async (page, url, alert) => {
    await queue()(page, url, alert);
    await page.getByRole("heading", { name: "History" }).scrollIntoViewIfNeeded();
  },
  "queue-brush": async (page, url, alert) => {
    const [from, to] = [-3_600_000, 3_600_000].map((by) => new Date(Date.parse(alert.last_seen) + by).toISOString());
    await page.goto(`${url}/queue?from=${from}&to=${to}&severity=critical,high&sort=last_seen&peek=on`);
    await page.getByText("condition holds").waitFor();
  },
  "queue-histogram-table": async (page, url) => {
    await at("/queue?peek=off")(page, url);
    await page.getByRole("button", { name: "Show as a table" }).click();
  },
  "queue-nothing": at("/queue?q=nothing+like+this"),
  "queue-closed": at("/queue?view=closed"),
  "queue-mine": at("/queue?view=mine"),
  "queue-fault": async (page, url) => {
    await page.route("**/api/v1/alerts?*", (route) => route.abort());
    await page.goto(`${url}/queue`);
    await page.getByRole("alert").waitFor();
    await page.unroute("**/api/v1/alerts?*");
  },
  "queue-message": async (page, url, alert) => {
    await page.route("**/assign", (route) => route.abort(), { times: 1 });
    await queue("a")(page, url, alert);
    await page.getByText("could not be assigned").waitFor();
  },
  close: asked("e", /^Close/, "2"),
  "close-other": asked("e", /^Close/, "0", "Enter"),
  escalate: asked("s", /^Escalate/),
  raise: async (page, url, alert) => {
    await page.goto(`${url}/queue?q=WS-HR-03`);
    await page.locator("[role=row][data-cursor]").waitFor();
    await page.keyboard.press("c");
    await dialog(page, "Raise a case");
  },
  palette: asked("Control+k", "Command palette"),
  keys: asked("?", "Keys"),
  sort: async (page, url) => {
    await at("/queue?peek=off")(page, url);
    await page.getByRole("button", { name: /^Sort/ }).click();
    await page.getByRole("menu").waitFor();
  },
  range: async (page, url) => {
    await at("/queue?peek=off")(page, url);
    await page.getByRole("button", { name: "Any time" }).click();
    await page.getByRole("menu").waitFor();
  },
  cases: at("/cases"),
  case: at("/cases/1"),
  hunt: at("/hunt"),
  "hunt-found": at("/hunt?q=process.name%3Apowershell.exe"),
  rules: at("/rules?q=macro&peek=on"),
  "rules-switch": async (page, url) => {
    await at("/rules?q=macro&peek=on")(page, url);
    await page.getByRole("complementary", { name: "Rule" }).getByRole("heading", { name: "Text" }).waitFor();
    await page.keyboard.press("t");
    await dialog(page, /^Switch the rule/);
  },
  "rules-import": async (page, url) => {
    await at("/rules?peek=off")(page, url);
    await page.locator("[role=row][data-cursor]").waitFor();
    await page.keyboard.press("i");
    await dialog(page, "Import rules");
    const rule = (title, name) =>
      `title: ${title}\nlevel: high\nlogsource: { category: file_access, product: windows }\ndetection: { ${name}: { FileName: x }, condition: it }\n`;
    const buffer = Buffer.from(`${rule("Credential file read", "it")}---\n${rule("Ticket file read", "its")}`);
    await page.locator("input[type=file]").setInputFiles({ name: "ours.yml", mimeType: "text/yaml", buffer });
    await page.getByText("Do not load").waitFor();
  },
  "rules-list": at("/rules?peek=off&sort=fired"),
  "rules-fired": at("/rules?sort=fired&peek=on"),
  "rules-coverage": at("/rules?view=coverage"),
  "rules-refused": at("/rules?view=refused"),
  sources: at("/sources"),
  settings: at("/settings"),
  people: at("/settings/people"),
  tokens: at("/settings/tokens"),
  nowhere: at("/nowhere"),
  "log-in": async (page, url) => {
    await page.context().clearCookies();
    await page.goto(url);
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  },
  "log-in-refused": async (page) => {
    await page.getByLabel("Name").fill("demo");
    await page.getByLabel("Password").fill("not the password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
  },
};

/** Over a floor that nobody has set up. */
export const EMPTY = {
  "set-up": async (page, url) => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Set up this floor" }).waitFor();
  },
  "set-up-refused": async (page) => {
    await page.getByLabel("Set-up token").fill("not the token");
    await page.getByLabel("Name to log in with").fill("a.costa");
    await page.getByLabel("Password").fill("a long enough password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
  },
};
