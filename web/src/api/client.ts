/** The one way to the server. Every fault becomes a [`Problem`]; unsafe methods carry the session's CSRF token. */
import createClient, { type Middleware } from "openapi-fetch";
import { noteServerTime } from "@/design/clock";
import { Problem, readProblem, unreachable } from "./problem";
import type { paths } from "./schema";

let csrf: string | null = null;
let whenLoggedOut: () => void = () => {};

/** Set at log-in and when the session is read; `null` at log-out. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** Called when the server says that there is no session any more. */
export function onLoggedOut(call: () => void): void {
  whenLoggedOut = call;
}

const manners: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrf) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ request, response }) {
    noteServerTime(response.headers.get("Date"));
    if (response.ok) return undefined;
    const body: unknown = await response.json().catch(() => null);
    const problem = readProblem(response.status, body, response.headers.get("X-Request-Id"));
    if (problem.status === 401 && !new URL(request.url).pathname.endsWith("/session")) whenLoggedOut();
    throw problem;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return error instanceof Problem ? error : unreachable();
  },
};

const client = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
client.use(manners);

/** The typed client: `api.GET("/api/v1/alerts", { params: { query } })`. */
export const api = client;

/** The data of an answer. A fault has been thrown already, so what is missing here is a fault of ours. */
export async function answer<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call;
  if (data === undefined && response.status !== 204) throw readProblem(response.status, null, null);
  return data as T;
}

/** The header that refuses a change of a record that somebody else has changed meanwhile. */
export function seen(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
