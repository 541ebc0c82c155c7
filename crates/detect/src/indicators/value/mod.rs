//! What stands in a list, in the one form in which it is compared: the kind and the bytes of a key.
//!
//! | kind | key |
//! |---|---|
//! | address | 4 or 16 bytes; an IPv4 address within IPv6 is the IPv4 address |
//! | network | the length of the prefix, then its masked address |
//! | domain | lower case, ASCII (IDNA), without a dot at the end |
//! | URL | see `find/url.rs` |
//! | hash | its bytes |
//! | mail | lower case |

mod spelling;
mod wide;

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use spelling::{address_or_network, domain, email, hash, is_hash, refanged, url_of};
pub(crate) use spelling::{ascii_domain, mask, put_address, unhex};
pub(crate) use wide::of_registry;
use wide::refuse_wide;

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

impl From<Kind> for Hint {
    fn from(kind: Kind) -> Hint {
        match kind {
            Kind::Address | Kind::Network => Hint::Address,
            Kind::Domain => Hint::Domain,
            Kind::Url => Hint::Url,
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => Hint::Hash,
            Kind::Email => Hint::Email,
        }
    }
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

const UNKNOWN: (&str, &str) = ("list.value_unknown", "neither address, domain, URL, hash nor mail address");

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
