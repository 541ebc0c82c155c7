//! URLs in the form in which they are compared, on both sides: lists write them with and without a scheme, with a port
//! that goes without saying, with capital letters in the host.
//!
//! The form is `host[:port]/path[?query]`: no scheme, no account, no fragment, the host in lower case and without a dot at
//! its end, in ASCII (IDNA), an IPv6 address at its shortest, no port 80 or 443, and `/` for no path. An indicator without
//! a query hits whatever query there is.

use super::super::value::ascii_domain;
use std::net::Ipv6Addr;

/// A URL in its parts, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts<'t> {
    /// As written; an IPv6 address stands in brackets.
    pub host: &'t str,
    /// Where one is written that does not go without saying.
    pub port: Option<&'t str>,
    /// With its slash; empty where there is none.
    pub path: &'t str,
    /// With its question mark; empty where there is none.
    pub query: &'t str,
}

/// The parts of a URL; `None` where the text can be none.
pub(crate) fn split(text: &str) -> Option<Parts<'_>> {
    let rest = match text.find("://") {
        Some(at) if is_scheme(text.get(..at)?) => text.get(at + 3..)?,
        // Of a URL within this one, which is written without its scheme.
        Some(at) if text.get(..at)?.contains(['/', '?', '#']) => text,
        Some(_) => return None,
        None => text,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end)?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rfind(']') {
        Some(at) => (authority.get(..=at)?, authority.get(at + 1..)?.strip_prefix(':')),
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let port = port.filter(|port| !matches!(*port, "" | "80" | "443"));
    let is_host = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':')
    };
    if host.is_empty() || !host.bytes().all(is_host) || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    let query = rest.find('?').unwrap_or(rest.len());
    let (path, query) = rest.split_at_checked(query)?;
    Some(Parts { host, port, path, query })
}

fn is_scheme(text: &str) -> bool {
    (2..=10).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
}

/// The IPv6 address that a host in brackets is.
pub(crate) fn v6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Appends the comparable form, with or without the query.
pub(crate) fn write(parts: &Parts<'_>, query: bool, out: &mut Vec<u8>) {
    let mut name = Vec::new();
    if let Some(v6) = v6(parts.host) {
        out.extend(format!("[{v6}]").bytes());
    } else if !parts.host.is_ascii() && ascii_domain(parts.host, &mut name).is_ok() {
        out.append(&mut name);
    } else {
        out.extend(parts.host.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    if let Some(port) = parts.port {
        out.push(b':');
        out.extend_from_slice(port.as_bytes());
    }
    out.extend_from_slice(if parts.path.is_empty() { b"/" } else { parts.path.as_bytes() });
    if query {
        out.extend_from_slice(parts.query.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_url_are_one_text() {
        let check = |text: &str, expected: Option<&str>| {
            let got = split(text).map(|parts| {
                let mut out = Vec::new();
                write(&parts, true, &mut out);
                String::from_utf8(out).unwrap()
            });
            assert_eq!(got.as_deref(), expected, "{text}");
        };
        check("http://Evil.Example/Gate.php?id=5#top", Some("evil.example/Gate.php?id=5"));
        check("evil.example/Gate.php?id=5", Some("evil.example/Gate.php?id=5"));
        check("HTTPS://user:secret@evil.example:443", Some("evil.example/"));
        check("http://evil.example.:8080?x", Some("evil.example:8080/?x"));
        check("http://[2001:DB8:0:0::1]:81/a", Some("[2001:db8::1]:81/a"));
        check("evil.example/to?u=http://good.example/", Some("evil.example/to?u=http://good.example/"));
        check("http://Bücher.example/a", Some("xn--bcher-kva.example/a"));
        check("http:///a", None);
        check("http://evil.example:port/", None);
        check("not a scheme://evil.example/", None);
        check("http://evil example/", None);
        check("", None);
        check("://", None);
    }
}
