/** What went wrong, as RFC 9457 says it, or as the network left it. */
export class Problem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable code such as `record.stale`. */
  readonly code: string;
  /** What is wrong this time, and what to do. */
  readonly detail: string;
  /** The request, for the log of the server. */
  readonly request: string | null;
  /** Where in a query it is wrong: from this byte up to that one. */
  readonly place: readonly [number, number] | null;

  constructor(
    status: number,
    code: string,
    detail: string,
    request: string | null,
    place: readonly [number, number] | null = null,
  ) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.request = request;
    this.place = place;
  }

  /** Whether another try may help without a change by the person. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The problem that an answer carries; any answer that is none of ours becomes one too. */
export function readProblem(status: number, body: unknown, request: string | null): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === "string" ? (said[name] as string) : undefined);
  return new Problem(
    status,
    text("code") ?? `http.${status}`,
    text("detail") ?? text("title") ?? `The server answered ${status} without saying why.`,
    text("request_id") ?? request,
    placeIn(said.place),
  );
}

/** Two numbers, or nothing. */
function placeIn(place: unknown): [number, number] | null {
  const [from, to] = Array.isArray(place) ? place : [];
  return typeof from === "number" && typeof to === "number" ? [from, to] : null;
}

/** The problem when no answer came at all. */
export function unreachable(): Problem {
  return new Problem(
    0,
    "network.unreachable",
    "Watchfloor does not answer, or the network does not reach it.",
    null,
  );
}

/** Anything thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem(0, "console.fault", detail, null);
}
