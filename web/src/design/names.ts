/** Names of machines and accounts as a narrow column has room for them; the tooltip has the whole. Pure. */

/** `WS-FIN-07.larkfield.example` is `WS-FIN-07`; an address stays whole. */
export function shortHost(host: string): string {
  if (/^[\d.]+$/.test(host) || host.includes(":")) return host;
  return /^([^.\s]+)\.[^.\s]/.exec(host)?.[1] ?? host;
}

/** `LARKFIELD\d.whitfield` is `d.whitfield`, as is `d.whitfield@larkfield.example`. */
export function shortUser(user: string): string {
  return /^[^\\]+\\([^\\]+)$/.exec(user)?.[1] ?? /^([^@\s]+)@[^@\s]+$/.exec(user)?.[1] ?? user;
}
