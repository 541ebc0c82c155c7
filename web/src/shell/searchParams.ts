/** Reading the URL: what is not well formed is not there. Pure. */

type Raw = Record<string, unknown>;

/** A text of at most 1,024 characters; numbers that the URL made of a text become text again. */
export function text(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.slice(0, 1024) : undefined;
}

/** One of a set. */
export function oneOf<T extends string>(raw: Raw, name: string, allowed: readonly T[]): T | undefined {
  const value = raw[name];
  return allowed.find((one) => one === value);
}

/** Several of a set, in the order of the set: `a,b` or a list. */
export function someOf<T extends string>(raw: Raw, name: string, allowed: readonly T[]): T[] | undefined {
  const value = raw[name];
  const said = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  const found = allowed.filter((one) => said.includes(one));
  return found.length > 0 ? found : undefined;
}

/** An instant as RFC 3339. */
export function instant(raw: Raw, name: string): string | undefined {
  const value = text(raw, name);
  return value && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** `true` or nothing. */
export function flag(raw: Raw, name: string): true | undefined {
  return raw[name] === true || raw[name] === "true" ? true : undefined;
}
