//! What would hit everything, or every empty file, is no indicator.

use super::{Fault, Kind, UNKNOWN, address_of, fault, shown};
use std::net::{IpAddr, Ipv4Addr};

/// A network that is wider than this is somebody's continent.
const MIN_PREFIX: (u8, u8) = (8, 16);

/// Hashes of no bytes.
const EMPTY: [&str; 4] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
];

/// The kind of public suffix that a name as a whole is.
fn public_suffix(name: &[u8]) -> Option<psl::Type> {
    psl::suffix(name).filter(|suffix| suffix.as_bytes().len() == name.len())?.typ()
}

/// Whether a name is a registry's own, such as `com` or `co.uk`. Where a company gives out names (`github.io`), it is not.
pub(crate) fn of_registry(name: &[u8]) -> bool {
    public_suffix(name) == Some(psl::Type::Icann)
}

pub(super) fn refuse_wide(kind: Kind, key: &[u8]) -> Result<(), Fault> {
    let special = |address: IpAddr| {
        address.is_unspecified() || address.is_loopback() || address == IpAddr::V4(Ipv4Addr::BROADCAST)
    };
    match kind {
        Kind::Address if address_of(key).is_some_and(special) => {
            fault("list.address_special", format!("{} is every machine's own", shown(kind, key)))
        }
        // `127.0.0.0/8` and `::/64` hold the same machines.
        Kind::Network
            if key.first() >= Some(&MIN_PREFIX.0)
                && address_of(key.get(1..).unwrap_or_default()).is_some_and(special) =>
        {
            fault("list.address_special", format!("{} holds every machine's own addresses", shown(kind, key)))
        }
        Kind::Network => match key.split_first() {
            Some((length, octets)) if *length < if octets.len() == 4 { MIN_PREFIX.0 } else { MIN_PREFIX.1 } => {
                fault("list.network_too_wide", format!("{} would hit a large part of all addresses", shown(kind, key)))
            }
            _ => Ok(()),
        },
        Kind::Domain if public_suffix(key).is_some() => fault(
            "list.public_suffix",
            format!("{} is a public suffix: everybody's names end with it", shown(kind, key)),
        ),
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
