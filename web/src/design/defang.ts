/** Text that an attacker wrote: shown as what it is, and harmless when it is copied. Pure. */

/** A stretch of text, or one character that must not act. */
export interface Piece {
  text: string;
  /** The code point that `text` stands for, such as `U+202E`; absent for plain text. */
  escaped?: string;
}

// C0 and C1 controls but tab and newline, soft hyphen, zero-width, bidi controls, line separators, BOM,
// interlinear marks, tags, and lone surrogates.
const ACTING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

const NAMES: Record<number, string> = { 0: "NUL", 7: "BEL", 8: "BS", 13: "CR", 27: "ESC", 127: "DEL" };

/** Splits a text so that controls and direction marks can be shown by name instead of taking effect. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const hit of text.matchAll(ACTING)) {
    if (hit.index > from) found.push({ text: text.slice(from, hit.index) });
    const code = hit[0].codePointAt(0) ?? 0;
    const escaped = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    found.push({ text: NAMES[code] ?? escaped, escaped });
    from = hit.index + hit[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

const ADDRESS = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g;
// Endings that are worth defanging without a scheme in front. Anything with a scheme is, whatever its ending;
// without this list every account name with a dot in it would be taken for a host.
const ENDINGS =
  "[a-z]{2}|com|net|org|info|biz|edu|gov|mil|int|xyz|top|site|online|shop|store|club|icu|live|life|world|today|" +
  "cloud|app|dev|tech|space|website|link|click|work|fun|vip|pro|name|mobi|asia|host|press|email|support|services|" +
  "download|stream|zip|mov|bid|loan|win|men|date|review|party|trade|science|racing|onion|example|test|invalid|arpa";
const DOMAIN = new RegExp(
  `(?<![\\w.@\\\\/-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+(?:${ENDINGS})(?![\\w\\\\[-]|\\.\\w)`,
  "gi",
);
// Two-letter and other endings that name a file far more often than a host.
const FILES = /\.(?:py|sh|so|md|js|pl|ps|rs|vb|cs|db|gz|ko|la|rc|zip|mov)$/i;

/** `http://evil.example/a` becomes `hxxp://evil[.]example/a`: what is copied cannot be clicked by accident. */
export function defang(text: string): string {
  return text
    .replace(/\bhttp(s?):\/\//gi, "hxxp$1://")
    .replace(/\bftp(s?):\/\//gi, "fxp$1://")
    .replace(/(?<=xxps?:\/\/|fxps?:\/\/)([^\s/:?#'"]+)/gi, host)
    .replace(ADDRESS, host)
    .replace(
      /([\w.+-]+)@((?:[\w-]+\.)+[a-z]{2,})/gi,
      (_, name: string, at: string) => `${name}[@]${host(at)}`,
    )
    .replace(DOMAIN, (domain) => (FILES.test(domain) ? domain : host(domain)));
}

/** Of an address one dot is enough, and the rest stays readable; of a name every dot goes. */
function host(text: string): string {
  if (text.includes("[.]")) return text;
  if (!/^[\d.]+$/.test(text)) return text.replaceAll(".", "[.]");
  const last = text.lastIndexOf(".");
  return last < 0 ? text : `${text.slice(0, last)}[.]${text.slice(last + 1)}`;
}

/** What goes to the clipboard: acting characters by name, addresses defanged. */
export function inert(text: string): string {
  return defang(
    pieces(text)
      .map((piece) => (piece.escaped ? `<${piece.escaped}>` : piece.text))
      .join(""),
  );
}
