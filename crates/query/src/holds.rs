//! What an expression means: the reference that the event store's answers are held against.

use crate::glob::is_boundary;
use crate::{Bound, Expr, Subject, Test, TextTest};
use model::{Event, EventId, Field, Timestamp, Value};
use std::borrow::Cow;
use std::net::IpAddr;

/// Whether `expr` holds for an event of node `node`.
pub fn holds(expr: &Expr, event: &Event, node: u16) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(all) => all.iter().all(|one| holds(one, event, node)),
        Expr::Or(all) => all.iter().any(|one| holds(one, event, node)),
        Expr::Not(inner) => !holds(inner, event, node),
        Expr::Field(subject, test) => field(subject, test, event, node),
        Expr::Anywhere(test) => texts(event, |text| anywhere(test, text)),
        Expr::Address(ip) => {
            let word = TextTest::Word(ip.to_string());
            event.iter().any(|(_, value)| matches!(value, Value::Str(text) if text.parse::<IpAddr>().is_ok_and(|found| found == *ip)))
                || texts(event, |text| anywhere(&word, text))
        }
    }
}

fn field(subject: &Subject, test: &Test, event: &Event, node: u16) -> bool {
    let instant = match subject {
        Subject::Time => Some(event.time),
        Subject::Received => Some(event.received),
        _ => None,
    };
    if let Some(instant) = instant {
        return test.passes_instant(instant);
    }
    let of = |field: Field| {
        let mut buffer = String::new();
        event.values(field).any(|value| value.text(&mut buffer).is_some_and(|text| passes(test, &lower(text))))
    };
    match subject {
        Subject::Time | Subject::Received => false,
        Subject::Source => passes(test, &event.source.to_lowercase()),
        Subject::Raw => passes(test, &String::from_utf8_lossy(event.raw()).to_lowercase()),
        Subject::Id => passes(test, &EventId { node, seq: event.seq }.to_string()),
        Subject::Field(field) => of(*field),
        Subject::Named(name) => Field::lookup(name).is_some_and(of),
    }
}

/// Lower case, without an allocation for what is lower-case ASCII already.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) { text.into() } else { text.to_lowercase().into() }
}

fn passes(test: &Test, text: &str) -> bool {
    match test {
        Test::Exists => true,
        Test::Equals(wanted) => text == wanted || same_number(text, wanted),
        Test::Contains(wanted) => text.contains(wanted.as_str()),
        Test::Glob(glob) => glob.matches(text),
        Test::Cidr(net) => text.parse::<IpAddr>().is_ok_and(|ip| net.contains(&ip)),
        Test::Range(low, high) => in_range(text, low, high),
        Test::Instant(..) => false,
    }
}

impl Test {
    /// Whether one value passes, as [`holds`] asks of each value of a field.
    pub fn passes(&self, text: &str) -> bool {
        passes(self, &lower(text))
    }

    /// Whether an instant passes, as [`holds`] asks of the time subjects.
    pub fn passes_instant(&self, instant: Timestamp) -> bool {
        match self {
            Test::Instant(low, high) => between(&instant, low, high),
            Test::Exists => true,
            other => passes(other, &instant.to_string().to_lowercase()),
        }
    }
}

fn same_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// As addresses or numbers where text and bound are such, else as text.
fn in_range(text: &str, low: &Bound<String>, high: &Bound<String>) -> bool {
    use std::cmp::Ordering;
    let compare = |bound: &str| -> Option<Ordering> {
        if let (Ok(a), Ok(b)) = (text.parse::<f64>(), bound.parse::<f64>()) {
            return a.partial_cmp(&b);
        }
        if let (Ok(a), Ok(b)) = (text.parse::<IpAddr>(), bound.parse::<IpAddr>()) {
            return Some(a.cmp(&b));
        }
        Some(text.cmp(bound))
    };
    let above = match low {
        Bound::Open => true,
        Bound::Included(bound) => compare(bound).is_some_and(Ordering::is_ge),
        Bound::Excluded(bound) => compare(bound).is_some_and(Ordering::is_gt),
    };
    let below = match high {
        Bound::Open => true,
        Bound::Included(bound) => compare(bound).is_some_and(Ordering::is_le),
        Bound::Excluded(bound) => compare(bound).is_some_and(Ordering::is_lt),
    };
    above && below
}

fn between<T: Ord>(value: &T, low: &Bound<T>, high: &Bound<T>) -> bool {
    let above = match low {
        Bound::Open => true,
        Bound::Included(bound) => value >= bound,
        Bound::Excluded(bound) => value > bound,
    };
    let below = match high {
        Bound::Open => true,
        Bound::Included(bound) => value <= bound,
        Bound::Excluded(bound) => value < bound,
    };
    above && below
}

/// Whether the raw bytes or any value pass.
fn texts(event: &Event, passes: impl Fn(&str) -> bool) -> bool {
    let mut buffer = String::new();
    passes(&lower(&String::from_utf8_lossy(event.raw())))
        || event.iter().any(|(_, value)| value.text(&mut buffer).is_some_and(|text| passes(&lower(text))))
}

fn anywhere(test: &TextTest, text: &str) -> bool {
    match test {
        TextTest::Phrase(phrase) => text.contains(phrase.as_str()),
        TextTest::Glob(glob) => glob.within(text),
        TextTest::Word(word) => {
            if word.is_empty() {
                return false;
            }
            let mut from = 0;
            while let Some(found) = text[from..].find(word.as_str()) {
                let at = from + found;
                if is_boundary(text, at) && is_boundary(text, at + word.len()) {
                    return true;
                }
                from = at + text[at..].chars().next().map_or(1, char::len_utf8);
            }
            false
        }
    }
}
