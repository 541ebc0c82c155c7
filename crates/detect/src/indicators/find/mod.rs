//! An event held against a set: each value is taken for what it looks like, and asked for only if there are indicators of
//! that kind. Nothing is allocated for an event that hits nothing.

mod fields;
mod shape;
pub(crate) mod url;

use super::set::Finder;
use super::value::{Kind, MAX_DOMAIN, MAX_VALUE, ascii_domain, put_address, unhex};
use fields::{Fields, Reads};
use memchr::memmem;
use model::{Event, Field, Value};
use shape::{Shape, shape};
use std::net::IpAddr;

/// Hits of one event that are told.
const MAX_FOUND: usize = 64;
/// Tokens or URLs of one text that are looked at.
const MAX_TOKENS: usize = 4_096;
/// Bytes of a URL within a text that are looked at; no indicator is half as long.
const MAX_URL: usize = 2 * MAX_VALUE;

/// An indicator that an event has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the set.
    pub entry: u32,
    /// The field in which it stands.
    pub field: Field,
    /// What stands there: the value, or the part of a longer text.
    pub value: String,
}

/// Buffers that are used again. One per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    fields: Fields,
    key: Vec<u8>,
}

impl Finder {
    /// Appends what an event has of this set, each indicator once, by the first field that has it; at most 64 of them.
    pub fn find(&self, event: &Event, scratch: &mut Scratch, out: &mut Vec<Found>) {
        if self.is_empty() {
            return;
        }
        let Scratch { fields, key } = scratch;
        let first = out.len();
        let windows = event.log_source.product.as_str() == "windows";
        for slot in event.slots() {
            let reads = fields.reads(slot.field());
            if reads == Reads::Nothing {
                continue;
            }
            let Value::Str(text) = event.value(slot) else { continue };
            let mut look = Look { finder: self, key, field: slot.field(), out, first };
            match reads {
                Reads::Nothing => {}
                Reads::Value => look.value(text, true),
                Reads::ValueNoName => look.value(text, false),
                Reads::Urls => look.urls(text),
                // Windows writes every value into its message once more.
                Reads::Message if windows => {}
                Reads::Tokens | Reads::Message => look.tokens(text),
            }
        }
    }
}

/// One value on its way through the set.
struct Look<'a> {
    finder: &'a Finder,
    key: &'a mut Vec<u8>,
    field: Field,
    out: &'a mut Vec<Found>,
    /// Where the hits of this event begin.
    first: usize,
}

impl Look<'_> {
    fn value(&mut self, text: &str, names: bool) {
        match shape(text.as_bytes()) {
            Shape::Nothing => {}
            Shape::Address => self.address(text, text),
            Shape::Hash(kind) => self.hash(kind, text),
            Shape::Name if names => self.name(text, text),
            Shape::Name => {}
            Shape::NamePort(end) => self.host(text.get(..end).unwrap_or_default(), text),
            Shape::Mail => self.mail(text),
            Shape::Url => self.url(text, text),
            Shape::Hashes => text.split(',').take(8).filter_map(|part| part.split_once('=')).for_each(|(_, hash)| {
                if let Shape::Hash(kind) = shape(hash.as_bytes()) {
                    self.hash(kind, hash);
                }
            }),
        }
    }

    /// The words of a text.
    fn tokens(&mut self, text: &str) {
        let parting = |c: char| {
            c.is_whitespace()
                || matches!(c, ';' | ',' | '"' | '\'' | '(' | ')' | '<' | '>' | '|' | '=' | '`' | '{' | '}' | '[' | ']')
        };
        for token in text.split(parting).filter(|token| token.len() > 3).take(MAX_TOKENS) {
            self.value(token.trim_end_matches(['.', ':']), true);
        }
    }

    /// The URLs in a command line or a script.
    fn urls(&mut self, text: &str) {
        for at in memmem::find_iter(text.as_bytes(), b"://").take(MAX_TOKENS) {
            let before = text.as_bytes().get(..at).unwrap_or_default();
            let scheme = before.iter().rev().take(MAX_URL).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let rest = text.get(at + 3..).unwrap_or_default();
            // A text of nothing but such signs would be read once for each.
            let rest = rest.get(..rest.floor_char_boundary(MAX_URL)).unwrap_or_default();
            let ends = |c: char| {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '"' | '\'' | '<' | '>' | ')' | '}' | ']' | '`' | '|' | ';' | ',' | '^')
            };
            let end = at + 3 + rest.find(ends).unwrap_or(rest.len());
            let url = text.get(at - scheme..end).unwrap_or_default();
            self.url(url, url);
        }
    }

    fn address(&mut self, text: &str, shown: &str) {
        // A zone (`%eth0`) names an interface and no machine.
        let Ok(address) = text.split('%').next().unwrap_or_default().parse::<IpAddr>() else { return };
        self.key.clear();
        put_address(address, self.key);
        let (out, first, field) = (&mut *self.out, self.first, self.field);
        self.finder.address(self.key, |entry| found(out, first, field, entry, shown));
    }

    fn hash(&mut self, kind: Kind, digits: &str) {
        if self.finder.count(kind) == 0 {
            return;
        }
        self.key.clear();
        if unhex(digits.as_bytes(), self.key) {
            self.exact(kind, digits);
        }
    }

    fn name(&mut self, text: &str, shown: &str) {
        if self.finder.count(Kind::Domain) == 0 || text.len() > MAX_DOMAIN + 1 {
            return;
        }
        self.key.clear();
        if text.is_ascii() {
            self.key.extend(text.trim_end_matches('.').bytes().map(|byte| byte.to_ascii_lowercase()));
        } else if ascii_domain(text, self.key).is_err() {
            return;
        }
        let (out, first, field) = (&mut *self.out, self.first, self.field);
        self.finder.domain(self.key, |entry| found(out, first, field, entry, shown));
    }

    /// A name or an address.
    fn host(&mut self, host: &str, shown: &str) {
        let bare = host.trim_matches(['[', ']']);
        match shape(bare.as_bytes()) {
            Shape::Address => self.address(bare, shown),
            Shape::Name => self.name(bare, shown),
            _ if !bare.is_ascii() => self.name(bare, shown),
            _ => {}
        }
    }

    fn mail(&mut self, text: &str) {
        let Some((local, host)) = text.rsplit_once('@') else { return };
        if self.finder.count(Kind::Email) > 0 {
            let mut name = Vec::new();
            self.key.clear();
            self.key.extend(local.bytes().chain([b'@']).map(|byte| byte.to_ascii_lowercase()));
            if host.is_ascii() {
                self.key.extend(host.trim_end_matches('.').bytes().map(|byte| byte.to_ascii_lowercase()));
            } else if ascii_domain(host, &mut name).is_ok() {
                self.key.append(&mut name);
            }
            self.exact(Kind::Email, text);
        }
        self.host(host, text);
    }

    fn url(&mut self, text: &str, shown: &str) {
        let Some(parts) = url::split(text) else { return };
        if self.finder.count(Kind::Url) > 0 {
            for query in [true, false] {
                if query || !parts.query.is_empty() {
                    self.key.clear();
                    url::write(&parts, query, self.key);
                    self.exact(Kind::Url, shown);
                }
            }
        }
        self.host(parts.host, shown);
    }

    /// What stands in `key`.
    fn exact(&mut self, kind: Kind, shown: &str) {
        if let Some(entry) = self.finder.get(kind.into(), self.key) {
            found(self.out, self.first, self.field, entry, shown);
        }
    }
}

fn found(out: &mut Vec<Found>, first: usize, field: Field, entry: u32, shown: &str) {
    let of_event = out.get(first..).unwrap_or_default();
    if of_event.len() < MAX_FOUND && !of_event.iter().any(|known| known.entry == entry) {
        out.push(Found { entry, field, value: crate::refusal::shortened(shown.to_owned(), MAX_VALUE) });
    }
}
