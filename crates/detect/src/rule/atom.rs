//! An atom: one question about one field. This is the one definition of what it means; the plan answers the same
//! question faster, explanations answer it with the bytes.

use crate::rule::fold::Form;
use crate::rule::pattern::Glob;
use crate::rule::time_part::TimePart;
use ipnet::IpNet;
use model::Value;
use std::net::IpAddr;
use std::ops::Range;

/// Where an atom looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A view field, by its number.
    View(u32),
    /// Every value of the event (keywords).
    Anywhere,
}

/// Where in a value a text must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Anchor {
    Whole,
    Start,
    End,
    Anywhere,
}

/// How a number compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A compiled regular expression; its source carries its flags.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(pub regex::Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}
impl Eq for Pattern {}
impl std::hash::Hash for Pattern {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

/// The question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// Text that matches a pattern.
    Text { glob: Glob, form: Form },
    /// A number, in canonical notation; a string matches when it is written just so.
    Number(String),
    /// A number on one side of another (its IEEE 754 bits).
    Compare(Order, u64),
    /// A part of a moment: equal to a number, or on one side of it (its IEEE 754 bits).
    Part(TimePart, Option<Order>, u64),
    /// Text in which a regular expression finds something.
    Regex(Pattern),
    /// An address in a network.
    Cidr(IpNet),
    /// Absent or null.
    Null,
    /// Present, be it null or empty.
    Present,
    /// The same as, or beginning, ending or containing, a value of another view field.
    Same { other: u32, anchor: Anchor, form: Form },
}

/// A question about a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Atom {
    pub place: Place,
    pub test: Test,
}

/// What an atom reads from.
pub(crate) trait Readings {
    /// Whether a place holds anything, be it null.
    fn present(&self, place: Place) -> bool;
    /// Whether `question` is true of any value of a place.
    fn any(&self, place: Place, question: &mut dyn FnMut(Value<'_>) -> bool) -> bool;
}

/// Buffers for one question after another.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    rendered: Vec<u8>,
    text: String,
}

impl Atom {
    /// Whether it is so. Arrays match on any member.
    pub(crate) fn holds(&self, readings: &impl Readings, buffers: &mut Buffers) -> bool {
        match &self.test {
            Test::Null => !readings.present(self.place) || readings.any(self.place, &mut |value| value == Value::Null),
            Test::Present => readings.present(self.place),
            Test::Same { other, anchor, form } => {
                let (mut mine, mut theirs, mut text) = (Vec::new(), Vec::new(), String::new());
                readings.any(self.place, &mut |value| {
                    let Some(value) = value.text(&mut text) else { return false };
                    mine.clear();
                    form.render(value, &mut mine);
                    readings.any(Place::View(*other), &mut |value| {
                        let Some(value) = value.text(&mut buffers.text) else { return false };
                        theirs.clear();
                        form.render(value, &mut theirs);
                        anchor.holds(&mine, &theirs)
                    })
                })
            }
            test => readings.any(self.place, &mut |value| test.holds(value, buffers)),
        }
    }
}

impl Anchor {
    fn holds(self, text: &[u8], part: &[u8]) -> bool {
        match self {
            Anchor::Whole => text == part,
            Anchor::Start => text.starts_with(part),
            Anchor::End => text.ends_with(part),
            Anchor::Anywhere => memchr::memmem::find(text, part).is_some(),
        }
    }
}

impl Test {
    /// Whether it is so of one value. The tests of a whole field ([`Test::Null`], [`Test::Present`], [`Test::Same`])
    /// are not of one value and answer no.
    pub(crate) fn holds(&self, value: Value<'_>, buffers: &mut Buffers) -> bool {
        match self {
            Test::Number(number) => match value {
                Value::Str(text) => text == number,
                Value::Int(_) | Value::Number(_) => canonical(value).is_some_and(|text| text == *number),
                Value::Bool(_) | Value::Null => false,
            },
            Test::Compare(order, bits) => magnitude(value).is_some_and(|n| order.holds(n, f64::from_bits(*bits))),
            Test::Part(part, order, bits) => part.of(value, &mut buffers.text).is_some_and(|found| {
                let wanted = f64::from_bits(*bits);
                order.map_or(found == wanted, |order| order.holds(found, wanted))
            }),
            Test::Text { glob, form } => {
                let Some(text) = value.text(&mut buffers.text) else { return false };
                buffers.rendered.clear();
                form.render(text, &mut buffers.rendered);
                glob.matches(&buffers.rendered)
            }
            Test::Regex(pattern) => value.text(&mut buffers.text).is_some_and(|text| pattern.0.is_match(text)),
            Test::Cidr(network) => value.text(&mut buffers.text).is_some_and(|text| within(network, text)),
            Test::Null | Test::Present | Test::Same { .. } => false,
        }
    }

    /// The bytes of `text` that the test is about: those that a pattern or an expression matched, else all of it.
    pub(crate) fn locate(&self, text: &str) -> Range<usize> {
        let found = match self {
            Test::Text { glob, form } => {
                let (rendered, offsets) = form.render_with_offsets(text);
                glob.find(&rendered).and_then(|found| Some(*offsets.get(found.start)?..*offsets.get(found.end)?))
            }
            Test::Regex(pattern) => pattern.0.find(text).map(|found| found.range()),
            _ => None,
        };
        found.unwrap_or(0..text.len())
    }
}

impl Order {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Order::Less => left < right,
            Order::AtMost => left <= right,
            Order::Greater => left > right,
            Order::AtLeast => left >= right,
        }
    }
}

/// Whether `text` is an address in the network. IPv4 written as IPv6 counts as both; a zone (`%eth0`) is ignored.
fn within(network: &IpNet, text: &str) -> bool {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<IpAddr>().is_ok_and(|ip| network.contains(&ip) || network.contains(&ip.to_canonical()))
}

/// A value as a number, if it is one or is written as one.
pub(crate) fn magnitude(value: Value<'_>) -> Option<f64> {
    match value {
        // Beyond 2^53 the nearest double stands for the integer.
        Value::Int(i) => Some(i as f64),
        Value::Number(text) => text.parse().ok(),
        Value::Str(text) => {
            // `inf` and `nan` are words, not numbers.
            let first = text.bytes().find(|b| !matches!(b, b'+' | b'-' | b'.'))?;
            first.is_ascii_digit().then(|| text.parse().ok()).flatten()
        }
        Value::Bool(_) | Value::Null => None,
    }
}

/// The one notation of a number: an integer without a point where it is one that doubles hold exactly.
pub(crate) fn canonical(value: Value<'_>) -> Option<String> {
    match value {
        Value::Int(i) => Some(i.to_string()),
        Value::Number(text) => match text.parse::<i64>() {
            Ok(i) => Some(i.to_string()),
            Err(_) => text.parse::<f64>().ok().map(canonical_double),
        },
        Value::Null | Value::Bool(_) | Value::Str(_) => None,
    }
}

/// [`canonical`] of a double.
pub(crate) fn canonical_double(number: f64) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        // Exact: an integer below 2^53; minus zero is zero.
        return (number as i64).to_string();
    }
    number.to_string()
}
