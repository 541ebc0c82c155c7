//! What a channel, a number and a kind say of an event, remembered: there are few of them, and each is said by very
//! many events.

use super::{accounts, events, sources};
use model::LogSource;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};

/// What is known of an event by its head.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) source: LogSource,
    pub(super) manner: accounts::Manner,
    pub(super) class: Option<&'static events::Class>,
}

/// A head that was met, in one piece: four texts apart are four places in memory to look at.
struct Entry {
    /// Bytes of the channel, the provider, the number and the kind; [`NONE`] for no kind.
    lens: [u16; 4],
    texts: Box<[u8]>,
    kind: Kind,
}

const NONE: u16 = u16::MAX;

/// The texts of a head and their lengths; the whole is no longer than [`LONGEST`].
struct Head<'h> {
    lens: [u16; 4],
    texts: [&'h [u8]; 4],
}

impl<'h> Head<'h> {
    fn of(channel: &'h str, provider: &'h str, id: &'h str, event_type: Option<&'h str>) -> Self {
        let texts = [channel, provider, id, event_type.unwrap_or("")].map(str::as_bytes);
        let mut lens = texts.map(|text| text.len() as u16);
        if event_type.is_none() {
            lens[3] = NONE;
        }
        Head { lens, texts }
    }

    fn is(&self, entry: &Entry) -> bool {
        let mut rest = &*entry.texts;
        self.lens == entry.lens
            && self.texts.iter().all(|text| match rest.split_at_checked(text.len()) {
                Some((first, after)) => {
                    rest = after;
                    text.is_empty() || first == *text
                }
                None => false,
            })
    }
}

/// Places of a thread's memory, a power of two. What falls on a taken place takes it.
const PLACES: usize = 256;
/// Bytes of a head that is remembered; a sender chooses them.
const LONGEST: usize = 256;

thread_local! {
    static KNOWN: RefCell<[Option<Entry>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

/// What is known of an event with this head.
pub(super) fn kind(channel: &str, provider: &str, id: &str, event_type: Option<&str>) -> Kind {
    // What the log source does not look at must not take places.
    let provider = if channel.is_empty() { provider } else { "" };
    let event_type = event_type.filter(|_| id == "12");
    if channel.len() + provider.len() + id.len() + event_type.map_or(0, str::len) > LONGEST {
        return find(channel, provider, id, event_type);
    }
    let mut hasher = rustc_hash::FxHasher::default();
    (channel, provider, id, event_type).hash(&mut hasher);
    let place = (hasher.finish() >> 20) as usize % PLACES;
    KNOWN.with_borrow_mut(|known| {
        let head = Head::of(channel, provider, id, event_type);
        if let Some(entry) = known[place].as_ref().filter(|entry| head.is(entry)) {
            return entry.kind;
        }
        let kind = find(channel, provider, id, event_type);
        known[place] = Some(Entry { lens: head.lens, texts: head.texts.concat().into(), kind });
        kind
    })
}

fn find(channel: &str, provider: &str, id: &str, event_type: Option<&str>) -> Kind {
    let source = sources::log_source(channel, provider, id, event_type);
    let service = source.service.as_str();
    Kind { source, manner: accounts::manner(service, id), class: events::class(service, id) }
}

/// A number as text, without a heap.
#[derive(Default)]
pub(super) struct Digits([u8; 20]);

impl Digits {
    /// The digits of a number.
    pub(super) fn of(&mut self, number: i64) -> &str {
        let (mut rest, mut at) = (number.unsigned_abs(), self.0.len());
        loop {
            at -= 1;
            self.0[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            at -= 1;
            self.0[at] = b'-';
        }
        std::str::from_utf8(&self.0[at..]).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 7, -7, 10, 4624, i64::MAX, i64::MIN] {
            assert_eq!(Digits::default().of(number), number.to_string());
        }
    }

    #[test]
    fn heads_that_share_a_place_do_not_share_an_answer() {
        // More heads than places: some fall on the place of another.
        for round in 0..2 {
            for id in 0..2 * PLACES {
                let (id, long) = (id.to_string(), "x".repeat(LONGEST));
                let sysmon = kind("Microsoft-Windows-Sysmon/Operational", &long, &id, None);
                assert_eq!(
                    sysmon.source,
                    sources::log_source("Microsoft-Windows-Sysmon/Operational", "", &id, None),
                    "{round}"
                );
                let lost = kind("", "Microsoft-Windows-Security-Auditing", &id, Some(&long));
                assert_eq!(lost.source, sources::log_source("", "Microsoft-Windows-Security-Auditing", &id, None));
            }
        }
        let deleted = |kind_of| kind("Microsoft-Windows-Sysmon/Operational", "", "12", kind_of).source;
        assert_ne!(deleted(Some("DeleteKey")), deleted(Some("CreateKey")));
        assert_ne!(deleted(Some("DeleteKey")), deleted(None));
    }
}
