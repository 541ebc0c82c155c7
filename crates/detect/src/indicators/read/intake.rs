//! Where what a reader finds goes to, and what is noted of it.

use super::{ListFile, ListRefusal, ListReport, Role};
use crate::indicators::set::Facts;
use crate::indicators::set::{Covers, Maker, Tag, Warnings};
use crate::indicators::value::{Fault, Hint, Kind, canonical, fault, lax, of_registry};
use crate::refusal::shortened;
use model::Timestamp;

/// Refusals of one list that are told one by one.
const TOLD: usize = 20;
/// Bytes of a message.
const MAX_MESSAGE: usize = 200;
/// Entries of a watchlist: what a placeholder may become.
const MAX_WATCHED: usize = 10_000;
/// A network of a warninglist that is wider than this would call everything harmless.
const WIDEST: u8 = 3;

/// Who is fed.
pub(super) enum Target<'a> {
    Indicators(&'a mut Maker, u16),
    Warning(&'a mut Warnings, u16),
    Watch(&'a mut Vec<String>),
}

/// A place in a list; written out only where something is wrong there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Line(usize),
    Object(usize),
    Attribute(&'a str),
    Entry(usize),
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Line(number) => write!(f, "line {number}"),
            Place::Object(index) => write!(f, "objects[{index}]"),
            Place::Attribute(path) => f.write_str(path),
            Place::Entry(index) => write!(f, "list[{index}]"),
        }
    }
}

/// What a list says of an entry beside its value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub confidence: Option<u8>,
    pub expires: Option<Timestamp>,
}

/// Takes what a reader finds.
pub(super) struct Intake<'a> {
    target: Target<'a>,
    report: ListReport,
    pub(super) now: Timestamp,
    next: Option<Timestamp>,
    key: Vec<u8>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(file: &ListFile, target: Target<'a>, now: Timestamp) -> Intake<'a> {
        let report = ListReport {
            name: file.name.clone(),
            role: file.role,
            format: "".into(),
            entries: 0,
            outside: 0,
            ignored: 0,
            refused: 0,
            faults: Vec::new(),
        };
        Intake { target, report, now, next: None, key: Vec::new() }
    }

    pub(super) fn is_watch(&self) -> bool {
        self.report.role == Role::Watchlist
    }

    pub(super) fn is_warning(&self) -> bool {
        self.report.role == Role::Warninglist
    }

    pub(super) fn format(&mut self, format: &'static str) {
        self.report.format = format.into();
    }

    /// Takes an entry.
    pub(super) fn value(&mut self, place: Place<'_>, text: &str, hint: Hint, said: Said) {
        if said.expires.is_some_and(|expires| expires <= self.now) {
            return self.outside();
        }
        let taken = match &mut self.target {
            Target::Watch(values) => match text.trim() {
                "" => return,
                _ if values.len() >= MAX_WATCHED => {
                    Err(Fault { code: "list.too_many_entries", message: format!("a watchlist may have {MAX_WATCHED}") })
                }
                text if values.iter().any(|known| known == text) => Ok(false),
                text => {
                    values.push(text.to_owned());
                    Ok(true)
                }
            },
            Target::Indicators(maker, list) => canonical(text, hint, &mut self.key).and_then(|kind| {
                let facts = Facts { list: *list, confidence: said.confidence, expires: said.expires };
                maker.add(kind, &self.key, facts).ok_or_else(full)
            }),
            Target::Warning(warnings, list) => harmless(warnings, *list, text, hint, true, &mut self.key),
        };
        self.note_taken(place, text, taken);
    }

    /// Takes a harmless value that stands for itself; a dot in front of a name says that all names below it are meant.
    pub(super) fn exactly(&mut self, place: Place<'_>, text: &str) {
        let Target::Warning(warnings, list) = &mut self.target else { return };
        let below = text.starts_with('.') || text.starts_with("*.");
        let taken = harmless(warnings, *list, text, Hint::Any, below, &mut self.key);
        self.note_taken(place, text, taken);
    }

    fn note_taken(&mut self, place: Place<'_>, text: &str, taken: Result<bool, Fault>) {
        match taken {
            Ok(new) => self.report.entries += u64::from(new),
            Err(fault) => {
                self.refuse(place, fault.code, format!("{:?}: {}", shortened(text.to_owned(), 80), fault.message))
            }
        }
    }

    /// The warninglist's own memory, for what only it has.
    pub(super) fn warnings(&mut self) -> Option<(&mut Warnings, u16)> {
        match &mut self.target {
            Target::Warning(warnings, list) => Some((warnings, *list)),
            _ => None,
        }
    }

    /// What a warninglist is about.
    pub(super) fn covers(&mut self, covers: Covers) {
        if let Target::Warning(warnings, list) = &mut self.target {
            warnings.covers(*list, covers);
        }
    }

    pub(super) fn count(&mut self) {
        self.report.entries += 1;
    }

    pub(super) fn ignore(&mut self) {
        self.report.ignored += 1;
    }

    pub(super) fn outside(&mut self) {
        self.report.outside += 1;
    }

    /// An entry that will be valid from an instant on.
    pub(super) fn not_yet(&mut self, from: Timestamp) {
        self.next = self.next.into_iter().chain([from]).min();
        self.outside();
    }

    pub(super) fn refuse(&mut self, place: Place<'_>, code: &'static str, message: impl Into<String>) {
        self.report.refused += 1;
        if self.report.faults.len() < TOLD {
            self.note(place.to_string(), code, message);
        }
    }

    /// Refuses the list as a whole.
    pub(super) fn refuse_list(&mut self, code: &'static str, message: impl Into<String>) {
        self.report.refused += 1;
        self.note(String::new(), code, message);
    }

    fn note(&mut self, place: String, code: &'static str, message: impl Into<String>) {
        self.report.faults.push(ListRefusal::new(code, place, message));
    }

    /// What became of the list, and when the first entry that is not valid yet will be.
    pub(super) fn done(self) -> (ListReport, Option<Timestamp>) {
        (self.report, self.next)
    }
}

fn full() -> Fault {
    Fault { code: "list.set_full", message: "all lists together have 4 GiB of values".to_owned() }
}

/// Takes a value that is harmless: a network stands for what lies in it, a name also for those below it or not.
fn harmless(
    warnings: &mut Warnings,
    list: u16,
    text: &str,
    hint: Hint,
    below: bool,
    key: &mut Vec<u8>,
) -> Result<bool, Fault> {
    let tag = match lax(text, hint, key) {
        Ok(Kind::Network) if key.first().is_some_and(|length| *length < WIDEST) => {
            return fault("list.network_too_wide", "would call every address harmless");
        }
        Ok(Kind::Domain) if below && of_registry(key) => {
            return fault("list.public_suffix", "would call everybody's names harmless");
        }
        Ok(kind) if below || kind != Kind::Domain => kind.into(),
        Err(fault) if matches!(fault.code, "list.value_empty" | "list.value_too_long") => return Err(fault),
        _ => {
            key.clear();
            key.extend(text.trim().to_lowercase().bytes());
            Tag::TEXT
        }
    };
    warnings.key(list, tag, key).ok_or_else(full)
}

/// What to do about a fault; one line per code.
fn remedy(code: &str) -> &'static str {
    REMEDIES.iter().find(|(known, _)| *known == code).map_or("Compare the list with the guide.", |(_, remedy)| remedy)
}

const REMEDIES: &[(&str, &str)] = &[
    ("list.value_empty", "Leave the line out."),
    ("list.value_too_long", "A value may have 2,048 bytes."),
    (
        "list.value_unknown",
        "Write one address, network, domain, URL, hash or mail address a line, or say the type in a column.",
    ),
    ("list.address", "Write an address, or a network such as 192.0.2.0/24."),
    ("list.address_special", "Leave it out; it would hit the own machines."),
    ("list.network_too_wide", "Name narrower networks: from /8 on, of IPv6 from /16 on."),
    ("list.public_suffix", "Name the domain that was registered below it."),
    ("list.hash", "Write MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal digits."),
    ("list.hash_empty", "Leave it out; it would hit every empty file."),
    ("list.email", "Write an address such as name@domain.example."),
    ("list.url", "Write a URL with a host."),
    ("list.type", "Only addresses, domains, URLs, hashes and mail addresses can be detected."),
    ("list.encoding", "Save the list as UTF-8."),
    ("list.line_too_long", "Write one entry a line."),
    ("list.control", "Remove the control characters."),
    ("list.header", "Name the columns in the first line: value, and if possible type, confidence and valid_until."),
    ("list.quote", "Close the quotation mark."),
    ("list.columns", "A line may have 64 columns."),
    ("list.number", "Write a confidence from 0 to 100."),
    ("list.time", "Write an instant as 2026-03-12T08:00:00Z or 2026-03-12."),
    ("list.json", "Mend the JSON."),
    ("list.format", "Use lines, CSV, a STIX 2 bundle, a MISP event or, among the warninglists, a MISP warninglist."),
    ("list.too_large", "Split the list: lines may have 512 MiB, a JSON document 64 MiB and 700,000 objects."),
    ("list.too_many", "Join lists."),
    ("list.too_many_entries", "Split the list, or keep what is of use."),
    ("list.set_full", "Load fewer lists."),
    ("list.name", "Call the file by letters, digits, `_` and `-`: its name is the placeholder's."),
    ("list.name_twice", "Call it otherwise."),
    ("list.folder", "Put it into indicators/, warninglists/ or watchlists/."),
    ("list.unreadable", "Make the file readable for the service."),
    ("list.shrunk", "Compare it with its source; `watchfloor lists approve` takes it as it is."),
    ("list.part_too_short", "A part of four characters or more says something."),
    ("list.regex", "Mend the expression; look-around and back-references do not exist here."),
    ("list.warninglist_type", "Use cidr, hostname, string, substring or regex."),
    ("stix.pattern", "Mend the pattern."),
    ("stix.pattern_type", "Only STIX patterns run here; put Sigma rules among the rules."),
    ("stix.pattern_and", "Only alternatives can be held against one value: split the indicator, or write a rule."),
    ("stix.pattern_operator", "Only `=`, `IN` and, for networks, `ISSUBSET` run here; write a rule."),
    ("stix.pattern_qualifier", "Repetition and order need a correlation rule."),
    ("stix.object", "Only addresses, domains, URLs, mail addresses and hashes of files run here; write a rule."),
    ("misp.cache", "This is a feed's index of hashed values; fetch the events."),
];

impl ListRefusal {
    /// A refusal by whoever gathers the files of lists: an empty place means the list as a whole.
    pub fn new(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> ListRefusal {
        ListRefusal {
            place: place.into(),
            code: code.into(),
            message: shortened(message.into(), MAX_MESSAGE),
            remedy: remedy(code).into(),
        }
    }
}

impl ListReport {
    /// The report of a list that was not read.
    pub fn unread(name: impl Into<String>, role: Role, refusal: ListRefusal) -> ListReport {
        ListReport {
            name: name.into(),
            role,
            format: "".into(),
            entries: 0,
            outside: 0,
            ignored: 0,
            refused: 1,
            faults: vec![refusal],
        }
    }
}
