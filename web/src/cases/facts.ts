/** What single values of an event mean: accounts, addresses, sizes, techniques. Pure. */

/** The tactics of ATT&CK in the order of an attack, by their names in Sigma's tags. */
export const TACTICS: Readonly<Record<string, string>> = {
  reconnaissance: "Reconnaissance",
  "resource-development": "Resource development",
  "initial-access": "Initial access",
  execution: "Execution",
  persistence: "Persistence",
  "privilege-escalation": "Privilege escalation",
  "defense-evasion": "Defence evasion",
  stealth: "Stealth",
  "defense-impairment": "Defence impairment",
  "credential-access": "Credential access",
  discovery: "Discovery",
  "lateral-movement": "Lateral movement",
  collection: "Collection",
  "command-and-control": "Command and control",
  exfiltration: "Exfiltration",
  impact: "Impact",
};

/** `T1059.001` of the tags of a rule. */
export function techniquesOf(tags: readonly string[]): string[] {
  return tags
    .map((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase())
    .filter((found): found is string => found !== undefined);
}

/** Accounts of the system itself answer no "who". */
const SYSTEM = new Set([
  "system",
  "local service",
  "network service",
  "localsystem",
  "anonymous logon",
  "-",
  "n/a",
]);

/** The account that a person or a service has; null for the machine's own. */
export function readAccount(name: string, domain?: string): { name: string; whole: string } | null {
  const short = /^[^\\]+\\([^\\]+)$/.exec(name)?.[1] ?? /^([^@\s]+)@[^@\s]+$/.exec(name)?.[1] ?? name;
  if (SYSTEM.has(short.toLowerCase()) || short.endsWith("$")) return null;
  return { name: short, whole: domain && short === name ? `${domain}\\${name}` : name };
}

/** The networks of an address: `private` never leaves the house; `example` (RFC 5737, 3849) stands in documents only. */
type Reach = "private" | "example" | "public" | "none";

function reach(address: string): Reach {
  const text = address.trim().toLowerCase();
  const four = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (four) {
    const [a, b, c] = [Number(four[1]), Number(four[2]), Number(four[3])];
    if (a === 10 || a === 127 || a === 0 || a >= 224) return "private";
    if ((a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return "private";
    if ((a === 169 && b === 254) || (a === 100 && b >= 64 && b <= 127)) return "private";
    const net = `${a}.${b}.${c}`;
    return net === "192.0.2" || net === "198.51.100" || net === "203.0.113" ? "example" : "public";
  }
  if (!text.includes(":")) return "none";
  if (/^(?:::1?$|f[cd]|fe[89ab]|ff)/.test(text)) return "private";
  return text.startsWith("2001:db8:") ? "example" : "public";
}

/**
 * The addresses of an event that lie outside: public ones, and those that the event itself puts at the far end (where
 * an outbound connection goes, where an inbound one or a mail comes from, what a proxy fetched).
 */
export function farEnds(fields: Readonly<Record<string, readonly unknown[]>>): string[] {
  const values = (name: string) => (fields[name] ?? []).map(String);
  const direction = values("network.direction")[0];
  const proxied = values("observer.type")[0] === "proxy";
  const mailed = values("email.from.address").length > 0;
  const far = (name: string, said: boolean) =>
    values(name).filter((address) => {
      const of = reach(address);
      return of === "public" || (of === "example" && said);
    });
  return [
    ...far("destination.ip", direction === "outbound" || proxied),
    ...far("source.ip", direction === "inbound" || mailed),
  ];
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size in decimal units: `418 MB`, `1.9 GB`, `576 B`. */
export function sizeWords(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}
