//! What stands in a list, in the one form in which it is compared: the kind and the bytes of a key.
//!
//! | kind | key |
//! |---|---|
//! | address | 4 or 16 bytes; an IPv4 address within IPv6 is the IPv4 address |
//! | network | the length of the prefix, then its masked address |
//! | domain | lower case, ASCII (IDNA), without a dot at the end |
//! | URL | see [`super::find::url`] |
//! | hash | its bytes |
//! | mail | lower case |

use super::find::url;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// An IPv4 or IPv6 address.
    Address,
    /// A range of addresses.
    Network,
    /// A name and all names below it.
    Domain,
    /// A URL.
    Url,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// A mail address.
    Email,
}

impl Kind {
    /// All, in the order of their numbers.
    pub const ALL: [Kind; 9] = [
        Kind::Address,
        Kind::Network,
        Kind::Domain,
        Kind::Url,
        Kind::Md5,
        Kind::Sha1,
        Kind::Sha256,
        Kind::Sha512,
        Kind::Email,
    ];

    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Address => "address",
            Kind::Network => "network",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Md5 => "md5",
            Kind::Sha1 => "sha1",
            Kind::Sha256 => "sha256",
            Kind::Sha512 => "sha512",
            Kind::Email => "email",
        }
    }

    /// The kind of a number.
    pub(crate) fn of(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// The kind of a hash with so many hexadecimal digits.
    pub(crate) const fn of_digits(digits: usize) -> Option<Kind> {
        match digits {
            32 => Some(Kind::Md5),
            40 => Some(Kind::Sha1),
            64 => Some(Kind::Sha256),
            128 => Some(Kind::Sha512),
            _ => None,
        }
    }
}

/// What a list says that a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Nothing: the value shows it.
    Any,
    /// An address or a network.
    Address,
    /// A name of a host or a domain.
    Domain,
    /// A URL.
    Url,
    /// Some hash.
    Hash,
    /// A mail address.
    Email,
}

/// Why a value is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub message: String,
}

pub(crate) fn fault<T>(code: &'static str, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { code, message: message.into() })
}

/// Bytes of a value at most: more than any URL that a browser sends.
pub(crate) const MAX_VALUE: usize = 2_048;
/// Bytes of a domain name at most.
pub(crate) const MAX_DOMAIN: usize = 253;
/// A network that is wider than this is somebody's continent.
const MIN_PREFIX: (u8, u8) = (8, 16);

/// Writes the key of an indicator into `key` (emptied first) and says its kind. What would hit everything is refused.
pub(crate) fn canonical(text: &str, hint: Hint, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    let kind = lax(text, hint, key)?;
    refuse_wide(kind, key)?;
    Ok(kind)
}

/// The same for a value that is no indicator: nothing is too wide for it.
pub(crate) fn lax(text: &str, hint: Hint, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    key.clear();
    let text = refanged(text.trim());
    let text = text.as_ref();
    if text.is_empty() {
        return fault("list.value_empty", "the value is empty");
    }
    if text.len() > MAX_VALUE {
        return fault("list.value_too_long", format!("{} bytes", text.len()));
    }
    if hint == Hint::Hash || (hint == Hint::Any && is_hash(text)) {
        return hash(text, key);
    }
    if hint == Hint::Email || (hint == Hint::Any && text.contains('@') && !text.contains('/')) {
        return email(text, key);
    }
    if hint == Hint::Url || text.contains("://") {
        return url_of(text, key);
    }
    if let Some(kind) = address_or_network(text, key)? {
        return Ok(kind);
    }
    if hint == Hint::Address {
        return fault("list.address", "no address and no network");
    }
    if text.contains('/') {
        return url_of(text, key);
    }
    domain(text, hint, key)?;
    Ok(Kind::Domain)
}

fn refuse_wide(kind: Kind, key: &[u8]) -> Result<(), Fault> {
    let special = |address: IpAddr| {
        address.is_unspecified() || address.is_loopback() || address == IpAddr::V4(Ipv4Addr::BROADCAST)
    };
    match kind {
        Kind::Address if address_of(key).is_some_and(special) => {
            fault("list.address_special", format!("{} is every machine's own", shown(kind, key)))
        }
        Kind::Network => match key.split_first() {
            Some((length, octets)) if *length < if octets.len() == 4 { MIN_PREFIX.0 } else { MIN_PREFIX.1 } => {
                fault("list.network_too_wide", format!("{} would hit a large part of all addresses", shown(kind, key)))
            }
            _ => Ok(()),
        },
        Kind::Domain
            if psl::suffix(key).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() == key.len()) =>
        {
            fault(
                "list.public_suffix",
                format!("{} is a public suffix: everybody's names end with it", shown(kind, key)),
            )
        }
        Kind::Domain if !key.contains(&b'.') => fault(UNKNOWN.0, UNKNOWN.1),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => {
            let digits = shown(kind, key);
            if EMPTY.contains(&digits.as_str()) || key.iter().all(|byte| *byte == 0) {
                return fault("list.hash_empty", "the hash of nothing, which every empty file has");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

const UNKNOWN: (&str, &str) = ("list.value_unknown", "neither address, domain, URL, hash nor mail address");

/// What is written so that nobody clicks on it, as it is: `hxxp`, `[.]`, `(.)`, `[dot]`, `[:]`, `[@]`, `[at]`.
fn refanged(text: &str) -> std::borrow::Cow<'_, str> {
    let scheme = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("hxxp"));
    let meow = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("meow"));
    if !scheme && !meow && !text.contains(['[', '(', '{', '\\']) {
        return text.into();
    }
    let mut out = text.to_owned();
    if scheme || (meow && text.contains(':')) {
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

fn is_hash(text: &str) -> bool {
    Kind::of_digits(text.len()).is_some() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hash(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
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

/// Hashes of no bytes.
const EMPTY: [&str; 4] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
];

/// Appends the bytes of hexadecimal digits; false where one is none.
pub(crate) fn unhex(digits: &[u8], out: &mut Vec<u8>) -> bool {
    let value = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).all(|pair| match pair {
        [high, low] => value(*high).zip(value(*low)).map(|(high, low)| out.push(high << 4 | low)).is_some(),
        _ => false,
    })
}

fn email(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
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

fn url_of(text: &str, key: &mut Vec<u8>) -> Result<Kind, Fault> {
    let Some(parts) = url::split(text) else { return fault("list.url", "no URL") };
    let host = parts.host;
    // A network written with a scheme is none.
    if host.parse::<IpAddr>().is_err() && !host.starts_with('[') {
        let mut name = Vec::new();
        ascii_domain(host, &mut name)?;
        if !host.is_ascii() {
            let text = text.replacen(host, std::str::from_utf8(&name).unwrap_or(host), 1);
            let Some(parts) = url::split(&text) else { return fault("list.url", "no URL") };
            url::write(&parts, true, key);
            return Ok(Kind::Url);
        }
    }
    url::write(&parts, true, key);
    Ok(Kind::Url)
}

/// An address with or without a port, or a network; `None` where the text is neither.
fn address_or_network(text: &str, key: &mut Vec<u8>) -> Result<Option<Kind>, Fault> {
    if let Some((address, length)) = text.split_once('/') {
        let Ok(address) = address.trim().parse::<IpAddr>() else { return Ok(None) };
        // `192.0.2.7/index.html` is a URL.
        let Ok(length) = length.trim().parse::<u8>() else { return Ok(None) };
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

fn network(address: IpAddr, length: u8, key: &mut Vec<u8>) -> Result<Kind, Fault> {
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

fn domain(text: &str, hint: Hint, key: &mut Vec<u8>) -> Result<(), Fault> {
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

/// The address of a key.
fn address_of(octets: &[u8]) -> Option<IpAddr> {
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(v4), _) => Some(IpAddr::from(v4)),
        (_, Ok(v6)) => Some(IpAddr::from(v6)),
        _ => None,
    }
}

/// A key as a person writes it.
pub(crate) fn shown(kind: Kind, key: &[u8]) -> String {
    let address = |octets: &[u8]| address_of(octets).map(|address| address.to_string()).unwrap_or_default();
    match kind {
        Kind::Address => address(key),
        Kind::Network => match key.split_first() {
            Some((length, octets)) => format!("{}/{length}", address(octets)),
            None => String::new(),
        },
        Kind::Domain | Kind::Url | Kind::Email => String::from_utf8_lossy(key).into_owned(),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => {
            key.iter().fold(String::with_capacity(2 * key.len()), |mut text, byte| {
                text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
                text
            })
        }
    }
}
