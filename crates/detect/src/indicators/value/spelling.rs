//! The ways in which values are written in lists, each to its key.

use super::super::find::url;
use super::{Fault, Hint, Kind, MAX_DOMAIN, UNKNOWN, fault};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is written so that nobody clicks on it, as it is: `hxxp`, `[.]`, `(.)`, `[dot]`, `[:]`, `[@]`, `[at]`.
pub(super) fn refanged(text: &str) -> std::borrow::Cow<'_, str> {
    let scheme = text.split_at_checked(4).is_some_and(|(start, rest)| {
        let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
        // `hxxp.example` is a name.
        (start.eq_ignore_ascii_case("hxxp") || start.eq_ignore_ascii_case("meow")) && rest.starts_with([':', '['])
    });
    if !scheme && !text.contains(['[', '(', '{', '\\']) {
        return text.into();
    }
    let mut out = text.to_owned();
    if scheme {
        out.replace_range(..4, "http");
    }
    for (defanged, plain) in DEFANGED {
        if out.contains(defanged) {
            out = out.replace(defanged, plain);
        }
    }
    out.into()
}

const DEFANGED: &[(&str, &str)] = &[
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[DOT]", "."),
    ("[.", "."),
    (".]", "."),
    ("\\.", "."),
    ("[://]", "://"),
    ("[:]", ":"),
    ("[/]", "/"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
];

pub(super) fn is_hash(text: &str) -> bool {
    Kind::of_digits(text.len()).is_some() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn hash(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    // `sha256:…` and `SHA256=…` are written too.
    let digits = text.rsplit_once([':', '=']).map_or(text, |(_, digits)| digits);
    let Some(kind) = Kind::of_digits(digits.len()) else {
        return fault("list.hash", format!("{} digits are no MD5, SHA-1, SHA-256 or SHA-512", digits.len()));
    };
    if !unhex(digits.as_bytes(), key) {
        return fault("list.hash", "a hash has hexadecimal digits only");
    }
    Ok(kind)
}

/// Appends the bytes of hexadecimal digits; false where one is none.
pub(crate) fn unhex(digits: &[u8], out: &mut Vec<u8>) -> bool {
    let value = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).all(|pair| match pair {
        [high, low] => value(*high).zip(value(*low)).map(|(high, low)| out.push(high << 4 | low)).is_some(),
        _ => false,
    })
}

pub(super) fn email(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let text = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    match text.rsplit_once('@') {
        Some((local, host)) if !local.is_empty() && !local.contains(char::is_whitespace) && host.contains('.') => {
            let mut name = Vec::new();
            ascii_domain(host, &mut name)?;
            key.extend(local.bytes().map(|byte| byte.to_ascii_lowercase()));
            key.push(b'@');
            key.extend_from_slice(&name);
            Ok(Kind::Email)
        }
        _ => fault("list.email", "no mail address"),
    }
}

pub(super) fn url_of(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    // One dot at the end of a host is left alone, more are no host.
    let Some(parts) = url::split(text).filter(|parts| !parts.host.ends_with('.')) else {
        return fault("list.url", "no URL");
    };
    let host = parts.host;
    // A network written with a scheme is none.
    if host.parse::<IpAddr>().is_err() && url::v6(host).is_none() {
        ascii_domain(host, &mut Vec::new())?;
    }
    url::write(&parts, true, key);
    Ok(Kind::Url)
}

/// An address with or without a port, or a network; `None` where the text is neither.
pub(super) fn address_or_network(text: &str, key: &mut Vec<u8>) -> Result<Option<Kind>, Fault> {
    if let Some((address, length)) = text.split_once('/') {
        let Ok(address) = address.trim().parse::<IpAddr>() else { return Ok(None) };
        // `192.0.2.7/index.html` is a URL.
        let Some(length) = prefix(length.trim()) else { return Ok(None) };
        return network(address, length, key).map(Some);
    }
    let bare = |text: &str| text.parse::<IpAddr>().ok();
    let with_port = || {
        let (address, port) = text.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        match address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(v6) => v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => address.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    };
    let Some(address) =
        bare(text).or_else(|| bare(text.trim_start_matches('[').trim_end_matches(']'))).or_else(with_port)
    else {
        return Ok(None);
    };
    put_address(address, key);
    Ok(Some(Kind::Address))
}

/// The length of a prefix, or the mask that says the same: `255.255.255.0`.
fn prefix(text: &str) -> Option<u8> {
    let of_mask = || {
        let bits = u32::from(text.parse::<Ipv4Addr>().ok()?);
        (bits.leading_ones() + bits.trailing_zeros() == 32).then_some(bits.leading_ones())
    };
    text.parse().ok().or_else(|| u8::try_from(of_mask()?).ok())
}

pub(super) fn network(address: IpAddr, length: u8, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    // A network of mapped addresses is one of IPv4.
    let (address, length) = match (address.to_canonical(), address) {
        (canonical @ IpAddr::V4(_), IpAddr::V6(_)) if length >= 96 => (canonical, length - 96),
        (IpAddr::V4(_), IpAddr::V6(_)) => {
            return fault("list.network_too_wide", format!("{address}/{length} is every address"));
        }
        (canonical, _) => (canonical, length),
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    if length > most {
        return fault("list.address", format!("/{length} is longer than an address"));
    }
    if length == most {
        put_address(address, key);
        return Ok(Kind::Address);
    }
    key.push(length);
    put_address(address, key);
    mask(key.get_mut(1..).unwrap_or_default(), length);
    Ok(Kind::Network)
}

/// Appends the bytes of an address.
pub(crate) fn put_address(address: IpAddr, key: &mut Vec<u8>) {
    match address.to_canonical() {
        IpAddr::V4(v4) => key.extend_from_slice(&v4.octets()),
        IpAddr::V6(v6) => key.extend_from_slice(&v6.octets()),
    }
}

/// Clears what lies behind the prefix.
pub(crate) fn mask(octets: &mut [u8], length: u8) {
    for (octet, at) in octets.iter_mut().zip((0u8..).step_by(8)) {
        let kept = length.saturating_sub(at).min(8);
        // `0xff << 8` does not exist for a byte.
        *octet &= u8::try_from((0xff00_u16 >> kept) & 0xff).unwrap_or(0);
    }
}

pub(super) fn domain(text: &str, hint: Hint, key: &mut Vec<u8>) -> Result<(), Fault> {
    let text = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
    // `evil.example:8080` names the host.
    let text = text.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(text, |(host, _)| host);
    ascii_domain(text, key)?;
    let last = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let known = || psl::suffix(key).is_some_and(|suffix| suffix.is_known());
    if hint == Hint::Any && FILES.iter().any(|file| file.as_bytes() == last) && !known() {
        return fault("list.value_unknown", "the name of a file and no domain");
    }
    Ok(())
}

/// What file names end with and domains do not: where the kind is guessed, `update.exe` is a file.
const FILES: &[&str] = &[
    "exe", "dll", "sys", "txt", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf", "php",
    "asp", "aspx", "jsp", "js", "vbs", "bat", "cmd", "ps1", "hta", "lnk", "jar", "apk", "dmg", "iso", "img", "rar",
    "gz", "tar", "tmp", "dat", "bin", "log", "png", "jpg", "jpeg", "gif", "html", "htm", "xml", "json", "yml", "yaml",
    "cfg", "ini", "conf",
];

/// A name of a host in ASCII and lower case.
pub(crate) fn ascii_domain(text: &str, key: &mut Vec<u8>) -> Result<(), Fault> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let unfit = || fault(UNKNOWN.0, UNKNOWN.1);
    // No longer in any other script than it may be in ASCII, where each of its characters takes one byte at least.
    if text.len() > MAX_DOMAIN * 4 {
        return unfit();
    }
    if text.is_ascii() {
        key.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
    } else {
        match idna::domain_to_ascii(text) {
            Ok(name) => key.extend_from_slice(name.as_bytes()),
            Err(_) => return unfit(),
        }
    }
    let label = |label: &[u8]| {
        !label.is_empty()
            && label.len() <= 63
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let letters = |label: &[u8]| label.len() >= 2 && label.iter().any(u8::is_ascii_alphabetic);
    let last = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    if key.len() > MAX_DOMAIN || !key.split(|byte| *byte == b'.').all(label) || !letters(last) {
        return unfit();
    }
    Ok(())
}
