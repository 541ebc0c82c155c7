//! Lists in the formats in which they are published: one entry a line, CSV, STIX 2, MISP events and warninglists.
//!
//! A bad entry never fails the rest of its list, nor a bad list the others; each is told with its place, a stable code and
//! a remedy.

mod csv;
mod intake;
mod misp;
mod pattern;
mod plain;
mod stix;
mod warninglist;

use super::set::{Covers, Indicators, Maker};
use super::value::Hint;
use crate::read::Placeholders;
use intake::{Intake, Target};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What attackers use.
    Indicators,
    /// What is known to be harmless.
    Warninglist,
    /// What rules name as a placeholder.
    Watchlist,
}

/// A file of a list, as bytes.
#[derive(Clone, Debug)]
pub struct ListFile {
    /// What it is for.
    pub role: Role,
    /// Its name, as hits and reports give it; for a watchlist the name of the placeholder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListReport {
    /// The list.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// How it was read: `plain`, `csv`, `stix`, `misp`, `warninglist`; empty where it was not.
    pub format: Cow<'static, str>,
    /// Entries in force, each once.
    pub entries: u64,
    /// Entries that were revoked, have expired, or are not valid yet.
    pub outside: u64,
    /// What the list holds beside: context that its author does not want to be detected.
    pub ignored: u64,
    /// Entries that cannot be used.
    pub refused: u64,
    /// The first of these.
    pub faults: Vec<ListRefusal>,
}

/// An entry, or a list as a whole, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRefusal {
    /// Where in the list: `line 7`, `objects[7]`; empty for the list as a whole.
    pub place: String,
    /// Stable code such as `list.network_too_wide`.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
}

/// `place: code: message remedy`, in one line.
impl std::fmt::Display for ListRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{}: {} {}", self.code, self.message, self.remedy)
    }
}

/// Everything that lists say.
#[derive(Debug, Default)]
pub struct Lists {
    /// Indicators, and the warninglists that hold some back.
    pub indicators: Indicators,
    /// Watchlists, by name.
    pub placeholders: Placeholders,
    /// One for each list, in their order.
    pub reports: Vec<ListReport>,
    /// When the first of the entries that are not valid yet will be; they are read then.
    pub next: Option<Timestamp>,
}

/// Bytes of a list of lines.
const MAX_TEXT: usize = 512 << 20;
/// Bytes of a list that is one document.
const MAX_DOCUMENT: usize = 64 << 20;
/// Objects of a document: the smallest takes a hundred times its bytes in memory.
const MAX_OBJECTS: usize = 700_000;
/// Entries of one list.
const MAX_ENTRIES: usize = 5_000_000;

impl Lists {
    /// Reads lists one after another, so that only one is in memory as text. `now` decides what has expired.
    pub fn read(files: impl IntoIterator<Item = ListFile>, now: Timestamp) -> Lists {
        let mut maker = Maker::default();
        let mut lists = Lists::default();
        for file in files {
            let (report, next) = match file.role {
                Role::Watchlist => {
                    let mut values = Vec::new();
                    let done = one(&file, Intake::new(&file, Target::Watch(&mut values), now));
                    lists.placeholders.define(file.name, values.iter().map(|value| literal(value)));
                    done
                }
                Role::Indicators => match maker.list(&file.name) {
                    Some(list) => one(&file, Intake::new(&file, Target::Indicators(&mut maker, list), now)),
                    None => too_many(&file, now),
                },
                Role::Warninglist => match maker.warninglist(&file.name, Covers::EVERYTHING) {
                    Some(list) => one(&file, Intake::new(&file, Target::Warning(maker.warnings(), list), now)),
                    None => too_many(&file, now),
                },
            };
            lists.reports.push(report);
            lists.next = lists.next.into_iter().chain(next).min();
        }
        lists.indicators = maker.finish();
        lists
    }
}

fn too_many(file: &ListFile, now: Timestamp) -> (ListReport, Option<Timestamp>) {
    let mut values = Vec::new();
    let mut intake = Intake::new(file, Target::Watch(&mut values), now);
    intake.refuse_list("list.too_many", "more than 65,535 lists");
    intake.done()
}

fn one(file: &ListFile, mut intake: Intake<'_>) -> (ListReport, Option<Timestamp>) {
    match decoded(&file.bytes) {
        Some(bytes) => by_format(file, &bytes, &mut intake),
        None => intake.refuse_list("list.encoding", "the file is UTF-16 and damaged"),
    }
    intake.done()
}

/// The bytes without a mark of their order, as UTF-8 where that mark says UTF-16.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).collect::<Result<String, _>>().ok().map(|text| Cow::Owned(text.into_bytes()))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(Cow::Borrowed(rest)),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => Some(Cow::Borrowed(bytes)),
    }
}

fn by_format(file: &ListFile, bytes: &[u8], intake: &mut Intake<'_>) {
    if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) && !defanged(bytes.trim_ascii_start()) {
        return document(bytes, intake);
    }
    if bytes.len() > MAX_TEXT {
        return intake.refuse_list("list.too_large", format!("{} bytes", bytes.len()));
    }
    if memchr::memchr_iter(b'\n', bytes).count() > MAX_ENTRIES {
        return intake.refuse_list("list.too_many_entries", format!("more than {MAX_ENTRIES} lines"));
    }
    match csv::header(&file.name, bytes) {
        csv::Is::Table(header) => csv::read(&header, bytes, intake),
        csv::Is::Unusable(why) => intake.refuse_list("list.header", why),
        csv::Is::Lines => plain::read(bytes, intake),
    }
}

/// A list of lines may begin with `[.]evil[.]example` or an IPv6 address in brackets; a document does not.
fn defanged(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'[')
        && !matches!(
            bytes.get(1..).unwrap_or_default().trim_ascii_start().first(),
            None | Some(b'{' | b'[' | b'"' | b']')
        )
}

fn document(bytes: &[u8], intake: &mut Intake<'_>) {
    if bytes.len() > MAX_DOCUMENT {
        return intake.refuse_list("list.too_large", format!("a document of {} bytes", bytes.len()));
    }
    let (objects, commas) = (memchr::memchr_iter(b'{', bytes).count(), memchr::memchr_iter(b',', bytes).count());
    if objects > MAX_OBJECTS || commas > MAX_ENTRIES {
        return intake.refuse_list("list.too_large", format!("a document of {objects} objects and {commas} commas"));
    }
    let value: serde_json::Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return intake.refuse_list("list.json", error.to_string()),
    };
    if intake.is_watch() {
        return intake.refuse_list("list.format", "a watchlist has one value a line, or is a table");
    }
    if warninglist::is_one(&value) {
        return warninglist::read(&value, intake);
    }
    if intake.is_warning() {
        return intake.refuse_list("list.format", "no MISP warninglist");
    }
    if stix::is_one(&value) {
        return stix::read(&value, intake);
    }
    if misp::is_one(&value) {
        return misp::read(&value, intake);
    }
    if misp::is_manifest(&value) {
        return intake.ignore();
    }
    intake.refuse_list("list.format", "neither a STIX bundle nor a MISP event");
}

/// A value as the pattern that means it and nothing else.
fn literal(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '*' | '?' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The kind that a list calls by this word, of whichever of the usual vocabularies; `None` where it is none of ours.
fn hint_of(word: &str) -> Option<Hint> {
    let word: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Some(match word.as_str() {
        "ip" | "ipv4" | "ipv6" | "ipaddress" | "ipaddr" | "address" | "ipv4addr" | "ipv6addr" | "cidr" | "network"
        | "ipsrc" | "ipdst" | "subnet" | "ipport" | "ipsrcport" | "ipdstport" | "sourceip" | "destinationip"
        | "c2ip" => Hint::Address,
        "domain" | "hostname" | "host" | "fqdn" | "domainname" | "dns" | "hostnameport" | "domains" => Hint::Domain,
        "url" | "uri" | "link" | "urls" => Hint::Url,
        "hash" | "md5" | "sha1" | "sha256" | "sha512" | "filehash" | "file" | "hashes" | "filehashmd5"
        | "filehashsha1" | "filehashsha256" | "filemd5" | "filesha1" | "filesha256" | "md5hash" | "sha1hash"
        | "sha256hash" => Hint::Hash,
        "email" | "emailaddr" | "emailaddress" | "mail" | "emailsrc" | "emaildst" | "emailreplyto" | "sender"
        | "emailsender" => Hint::Email,
        _ => return None,
    })
}
