// A floor of its own: the real binary on a free port over a temporary folder.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, root } from "./paths.mjs";

export const PASSWORD = "a long enough password";

/** A port that is free now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Runs the program with these arguments over a folder of its own until `stop`, and waits until it says that it listens. */
async function start(...args) {
  const data = mkdtempSync(join(tmpdir(), "watchfloor-e2e-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, [...args, "--data", data, "--listen", listen], { stdio: ["ignore", "ignore", "pipe"] });
  const end = async () => {
    const over = child.exitCode === null && new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await over;
    clearTimeout(hard);
    rmSync(data, { recursive: true, force: true });
  };
  let said = "";
  try {
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready after 60 s:\n${said}`)), 60_000);
      child.stderr.on("data", (text) => {
        said += text;
        if (!said.includes("listening on")) return;
        clearTimeout(late);
        resolve();
      });
      child.once("exit", (code) => {
        clearTimeout(late);
        reject(new Error(`ended with ${code}:\n${said}`));
      });
    });
    const page = await fetch(`http://${listen}`, { headers: { accept: "text/html" } });
    if (!page.ok) throw new Error("the console is not part of this build: run `make build`");
  } catch (fault) {
    // Left alone it would outlive the tests and hold them up.
    await end();
    throw fault;
  }
  return {
    url: `http://${listen}`,
    data,
    said,
    setupToken: () => readFileSync(join(data, "setup-token"), "utf8").trim(),
    stop: end,
  };
}

/** An empty floor with the rules of `content/rules`. */
export const startFloor = () => start("serve", "--rules", join(root, "content/rules"));

/** A floor with the synthetic morning in it. `password` is that of the account `demo`. */
export async function startDemo() {
  const floor = await start("demo");
  const [, password] = /log in as demo with the password (\w+)/.exec(floor.said) ?? [];
  return { ...floor, password };
}

/** What a program would do: log in, then call. Throws with the problem's code. */
export class Api {
  constructor(url) {
    this.url = url;
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.cookie ? { cookie: this.cookie, "x-csrf-token": this.csrf } : {}),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
    const cookie = response.headers.get("set-cookie");
    if (cookie) this.cookie = cookie.split(";")[0];
    const text = await response.text();
    const said = text ? JSON.parse(text) : null;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said?.code}: ${said?.detail}`);
    return said;
  }

  async setUp(token, name = "a.costa") {
    await this.call("POST", "/api/v1/setup", { token, name, full_name: "A. Costa", password: PASSWORD });
    return this.logIn(name);
  }

  async logIn(name, password = PASSWORD) {
    const session = await this.call("POST", "/api/v1/session", { name, password });
    this.csrf = session.csrf;
    return this;
  }

  addUser(name, full_name, role) {
    return this.call("POST", "/api/v1/users", { name, full_name, role, password: PASSWORD });
  }

  /** Sends events and waits until the alerts that they raise are there. */
  async send(events, { alerts = 0, source = "e2e" } = {}) {
    const before = alerts > 0 ? (await this.call("GET", "/api/v1/alerts?limit=1")).total : 0;
    const lines = events.map((event) => JSON.stringify(event)).join("\n");
    await this.call("POST", `/api/v1/ingest?source=${source}`, lines, { "content-type": "application/x-ndjson" });
    for (let tries = 0; alerts > 0; tries++) {
      if ((await this.call("GET", "/api/v1/alerts?limit=1")).total >= before + alerts) return;
      if (tries > 100) throw new Error(`${alerts} alerts were expected within 10 s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A Sysmon process creation, as a forwarder sends it. */
export function processCreation({ host, user, image, command, parent, parentCommand = "", at = new Date() }) {
  return {
    Event: {
      System: {
        Provider: { "#attributes": { Name: "Microsoft-Windows-Sysmon" } },
        EventID: 1,
        TimeCreated: { "#attributes": { SystemTime: at.toISOString() } },
        Channel: "Microsoft-Windows-Sysmon/Operational",
        Computer: host,
      },
      EventData: {
        UtcTime: at.toISOString().replace("T", " ").replace("Z", ""),
        ProcessId: 6132,
        Image: image,
        CommandLine: command,
        User: user,
        ParentImage: parent,
        ParentCommandLine: parentCommand,
      },
    },
  };
}

const OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16";

/** A macro document out of the mail: the rule "Macro document opened from mail" raises one alert per host. */
export function macroOpened(host, { name = "Invoice_48213.docm", user = "LARKFIELD\\d.whitfield" } = {}) {
  const folder = "C:\\Users\\d.whitfield\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\7QK2";
  return processCreation({
    host: `${host}.larkfield.example`,
    user,
    image: `${OFFICE}\\WINWORD.EXE`,
    command: `"WINWORD.EXE" /n "${folder}\\${name}"`,
    parent: `${OFFICE}\\OUTLOOK.EXE`,
  });
}
