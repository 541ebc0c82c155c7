//! Warninglists: values that are known to be harmless, so that an indicator of them says nothing.
//!
//! Both sides of a hit are asked: the indicator, and what stands in the event. A name covers the names below it where its
//! list is of host names; an entry of another list covers itself.

use super::super::find::url;
use super::super::value::{Hint, Kind, lax, shown};
use super::{Finder, Tag};
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::net::IpAddr;

/// Bytes of all texts that are contained: some hundred times as many are taken while they are made ready.
const MAX_PARTS: usize = 1 << 20;
/// Expressions of all lists: each is held against every value that has hit.
const MAX_PATTERNS: usize = 256;

/// The kinds of values that a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Covers(u16);

impl Covers {
    pub(crate) const EVERYTHING: Covers = Covers(u16::MAX);
    pub(crate) const NOTHING: Covers = Covers(0);

    pub(crate) fn with(self, kind: Kind) -> Covers {
        Covers(self.0 | 1 << kind as u16)
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.0 >> (kind as u16) & 1 == 1
    }
}

/// All warninglists.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    lists: Vec<(String, Covers)>,
    keys: Finder,
    /// Of each key, the lists that have it.
    of: Vec<Vec<u16>>,
    parts: Vec<(u16, String)>,
    part_bytes: usize,
    contained: Option<AhoCorasick>,
    patterns: Vec<(u16, Regex)>,
}

impl Warnings {
    pub(super) fn list(&mut self, name: &str, covers: Covers) -> Option<u16> {
        let number = u16::try_from(self.lists.len()).ok()?;
        self.lists.push((name.to_owned(), covers));
        Some(number)
    }

    /// What a list is about, where it says so itself.
    pub(crate) fn covers(&mut self, list: u16, covers: Covers) {
        if let Some((_, known)) = self.lists.get_mut(usize::from(list)) {
            *known = covers;
        }
    }

    /// A key that stands for itself, and, by its kind, for what lies below or within it; whether this list had not named
    /// it yet. `None` when the set is full.
    pub(crate) fn key(&mut self, list: u16, tag: Tag, key: &[u8]) -> Option<bool> {
        let (entry, new) = self.keys.insert(tag, key)?;
        if new {
            self.of.push(Vec::new());
        }
        let lists = self.of.get_mut(entry as usize)?;
        // Lists are read one after another.
        let known = lists.last() == Some(&list);
        if !known {
            lists.push(list);
        }
        Some(!known)
    }

    /// A text that is contained; false where there are too many.
    pub(crate) fn part(&mut self, list: u16, text: &str) -> bool {
        self.part_bytes += text.len();
        let fits = self.part_bytes <= MAX_PARTS;
        if fits {
            self.parts.push((list, text.to_owned()));
        }
        fits
    }

    /// An expression that matches; false where there are too many.
    pub(crate) fn pattern(&mut self, list: u16, pattern: Regex) -> bool {
        let fits = self.patterns.len() < MAX_PATTERNS;
        if fits {
            self.patterns.push((list, pattern));
        }
        fits
    }

    pub(super) fn close(&mut self) {
        self.keys.close();
        // What cannot be built is as good as no list of parts; the bound on their bytes keeps that from happening.
        self.contained =
            AhoCorasick::builder().ascii_case_insensitive(true).build(self.parts.iter().map(|(_, text)| text)).ok();
    }

    /// The list by which an indicator, or the value that has hit it, is harmless.
    pub(crate) fn benign(&self, kind: Kind, key: &[u8], seen: &str) -> Option<&str> {
        if self.lists.is_empty() {
            return None;
        }
        self.one(kind, key).or_else(|| {
            let mut own = Vec::new();
            let whole = lax(seen, Hint::Any, &mut own).ok().and_then(|kind| self.one(kind, &own));
            whole.or_else(|| {
                let host = host_of(seen).filter(|_| matches!(kind, Kind::Address | Kind::Network | Kind::Domain))?;
                let kind = lax(host, Hint::Domain, &mut own).ok()?;
                self.one(kind, &own)
            })
        })
    }

    fn one(&self, kind: Kind, key: &[u8]) -> Option<&str> {
        let text = shown(kind, key);
        let mut found: Option<u16> = None;
        let covering = |lists: &[u16]| {
            lists
                .iter()
                .copied()
                .find(|list| self.lists.get(usize::from(*list)).is_some_and(|(_, covers)| covers.has(kind)))
        };
        let mut entry = |entry: u32| {
            let by = self.of.get(entry as usize).and_then(|lists| covering(lists));
            found = found.or(by);
        };
        self.keys.get(Tag::TEXT, text.to_lowercase().as_bytes()).into_iter().for_each(&mut entry);
        self.keys.get(kind.into(), key).into_iter().for_each(&mut entry);
        match kind {
            Kind::Address => self.keys.address(key, &mut entry),
            // A network is harmless within a harmless one.
            Kind::Network => within(&self.keys, key, &mut entry),
            Kind::Domain => self.keys.domain(key, &mut entry),
            Kind::Url => {
                if let Some(parts) = url::split(&text) {
                    match parts.host.trim_matches(['[', ']']).parse::<IpAddr>() {
                        Ok(IpAddr::V4(v4)) => self.keys.address(&v4.octets(), &mut entry),
                        Ok(IpAddr::V6(v6)) => self.keys.address(&v6.octets(), &mut entry),
                        Err(_) => self.keys.domain(parts.host.as_bytes(), &mut entry),
                    }
                }
            }
            Kind::Email => {
                if let Some((_, host)) = text.rsplit_once('@') {
                    self.keys.domain(host.as_bytes(), &mut entry);
                }
            }
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => {}
        }
        let parts = || {
            let mut hits = self.contained.iter().flat_map(|parts| parts.find_overlapping_iter(&text));
            hits.find_map(|hit| covering(&[self.parts.get(hit.pattern().as_usize())?.0]))
        };
        let patterns =
            || self.patterns.iter().find_map(|(list, pattern)| covering(&[*list]).filter(|_| pattern.is_match(&text)));
        let list = found.or_else(parts).or_else(patterns)?;
        self.lists.get(usize::from(list)).map(|(name, _)| name.as_str())
    }
}

/// The host of a URL or of a mail address: by it a name or an address has hit.
fn host_of(seen: &str) -> Option<&str> {
    if seen.contains(['/', '?']) { Some(url::split(seen)?.host) } else { Some(seen.rsplit_once('@')?.1) }
}

fn within(keys: &Finder, key: &[u8], mut hit: impl FnMut(u32)) {
    let Some((length, octets)) = key.split_first() else { return };
    keys.address(octets, |entry| {
        if keys
            .entry(entry)
            .is_some_and(|(kind, outer)| kind == Kind::Network && outer.first().is_some_and(|outer| outer <= length))
        {
            hit(entry);
        }
    });
}
