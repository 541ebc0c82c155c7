//! Values of a record: what kind they are, what they are as values of an event, and others of the same kind.

use super::bytes::{array, at};
use super::write::write_bytes;
use model::{Event, Field, Timestamp, Value, field};

/// The fields of an event's values are known at its end only.
pub(super) const UNNAMED: Field = field::MESSAGE;

/// A value that says something, by its place in the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binary {
    kind: Kind,
    start: usize,
    end: usize,
}

/// How bytes are read. What is rare has no kind: it is left to the thorough reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// UTF-16, without the zero that ends it.
    Text,
    Signed,
    Unsigned,
    Bool,
    Bytes,
    Guid,
    Moment,
    Sid,
    Hex,
}

/// The last moment with a year of four digits, in the 100 nanoseconds since 1601 that Windows counts.
pub(super) const LAST_MOMENT: u64 = 2_650_466_807_999_999_999;
/// Seconds from 1601 to 1970.
const TO_1970: i128 = 11_644_473_600;
/// Texts of one list.
const MAX_ITEMS: usize = 64;

/// The instant that Windows counts so; none past what an event's time can be.
pub(super) fn instant(ticks: u64) -> Option<Timestamp> {
    i64::try_from(i128::from(ticks) * 100 - TO_1970 * 1_000_000_000).ok().map(Timestamp)
}

/// Adds to `key` what the shape of a document takes from a value of this type, and to `values` the value if it says
/// something. None where the thorough reader has to look at it.
pub(super) fn classify(
    code: u8,
    chunk: &[u8],
    start: usize,
    end: usize,
    key: &mut Vec<u8>,
    values: &mut Vec<Binary>,
) -> Option<()> {
    let bytes = chunk.get(start..end)?;
    key.push(code);
    let mut keep = |kind, end| values.push(Binary { kind, start, end });
    match (code, bytes.len()) {
        // Nothing, whatever stands there.
        (0x00, _) => {}
        (0x01, _) => match text(bytes)? {
            0 => key.push(0),
            length => {
                key.push(1);
                keep(Kind::Text, start + length);
            }
        },
        (0x03, 1) | (0x05, 2) | (0x07, 4) | (0x09, 8) => keep(Kind::Signed, end),
        (0x04, 1) | (0x06, 2) | (0x08, 4) | (0x0a, 8) => keep(Kind::Unsigned, end),
        (0x0d, 4) => keep(Kind::Bool, end),
        (0x0e, 0) => key.push(0),
        (0x0e, _) => {
            key.push(1);
            keep(Kind::Bytes, end);
        }
        (0x0f, 16) => keep(Kind::Guid, end),
        (0x10 | 0x14, 4) | (0x10 | 0x15, 8) => {
            key.push(bytes.len() as u8);
            keep(Kind::Hex, end);
        }
        (0x11, 8) if u64::from_le_bytes(array(bytes, 0)?) <= LAST_MOMENT => keep(Kind::Moment, end),
        (0x13, length) if length == 8 + 4 * usize::from(at(bytes, 1)?) => keep(Kind::Sid, end),
        (0x81, _) => return list(bytes, start, key, values),
        _ => return None,
    }
    Some(())
}

/// Texts one after the other, each with a zero behind it.
fn list(bytes: &[u8], mut start: usize, key: &mut Vec<u8>, values: &mut Vec<Binary>) -> Option<()> {
    let (units, []) = bytes.as_chunks::<2>() else { return None };
    if units.last().is_some_and(|unit| *unit != [0, 0]) {
        return None;
    }
    let items = || units.split_inclusive(|unit| *unit == [0, 0]);
    key.push(u8::try_from(items().take(MAX_ITEMS + 1).count()).ok().filter(|count| usize::from(*count) <= MAX_ITEMS)?);
    for item in items() {
        let length = text(item.as_flattened())?;
        key.push(u8::from(length > 0));
        if length > 0 {
            values.push(Binary { kind: Kind::Text, start, end: start + length });
        }
        start += 2 * item.len();
    }
    Some(())
}

/// The bytes of a text before the zero that may end it. None for one that is nothing but white space, or half a unit.
fn text(bytes: &[u8]) -> Option<usize> {
    let (units, []) = bytes.as_chunks::<2>() else { return None };
    let units = units.get(..until_zero(bytes))?;
    let blank = |unit: &[u8; 2]| char::from_u32(u32::from(u16::from_le_bytes(*unit))).is_some_and(char::is_whitespace);
    (units.is_empty() || !units.iter().all(blank)).then_some(2 * units.len())
}

/// The units before a zero. Four at a time.
fn until_zero(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0001_0001_0001_0001;
    const HIGHS: u64 = 0x8000_8000_8000_8000;
    let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
    let length = 4 * words.take_while(|word| word.wrapping_sub(ONES) & !word & HIGHS == 0).count();
    let rest = bytes.get(2 * length..).unwrap_or_default().as_chunks::<2>().0;
    length + rest.iter().take_while(|unit| **unit != [0, 0]).count()
}

/// A value as an event has it.
enum Plain<'b> {
    Value(Value<'static>),
    /// Beyond what an integer has room for.
    Large(u64),
    Bytes(Kind, &'b [u8]),
}

impl Binary {
    fn plain<'b>(&self, chunk: &'b [u8]) -> Option<Plain<'b>> {
        let bytes = chunk.get(self.start..self.end)?;
        let unsigned = bytes.iter().take(8).rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Some(match self.kind {
            Kind::Signed => {
                // Its sign stands in its own highest bit.
                let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
                Plain::Value(Value::Int((unsigned << unused) as i64 >> unused))
            }
            Kind::Unsigned => {
                i64::try_from(unsigned).map_or(Plain::Large(unsigned), |number| Plain::Value(Value::Int(number)))
            }
            Kind::Bool => Plain::Value(match unsigned as u32 {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                // Windows has masks there.
                mask => Value::Int(i64::from(mask as i32)),
            }),
            kind => Plain::Bytes(kind, bytes),
        })
    }

    /// Adds the value to an event; `buffer` is used on the way.
    pub(super) fn push(&self, chunk: &[u8], out: &mut Event, buffer: &mut Vec<u8>) -> Option<()> {
        match self.plain(chunk)? {
            Plain::Value(value) => out.push(UNNAMED, value),
            Plain::Large(number) => out.push(UNNAMED, Value::Number(&number.to_string())),
            Plain::Bytes(kind, bytes) => out.push_written(UNNAMED, |text| write_bytes(kind, bytes, text, buffer))?,
        }
        Some(())
    }

    /// The same as a text, whatever it is.
    pub(super) fn push_text(&self, chunk: &[u8], out: &mut Event, buffer: &mut Vec<u8>) -> Option<()> {
        match self.plain(chunk)? {
            Plain::Value(value) => out.push_str(UNNAMED, value.text(&mut String::new())?),
            Plain::Large(number) => out.push_str(UNNAMED, &number.to_string()),
            Plain::Bytes(..) => self.push(chunk, out, buffer)?,
        }
        Some(())
    }

    /// The instant that it is, if it is one.
    pub(super) fn instant(&self, chunk: &[u8]) -> Option<Timestamp> {
        instant(u64::from_le_bytes(array(chunk, self.start)?)).filter(|_| self.kind == Kind::Moment)
    }

    /// Puts another value of the same kind and length in its place.
    pub(super) fn disguise(&self, chunk: &mut [u8], draw: &mut impl FnMut() -> u64) {
        let Some(bytes) = chunk.get_mut(self.start..self.end) else { return };
        match self.kind {
            Kind::Text => {
                bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|unit| *unit = [b'a' + (draw() % 26) as u8, 0])
            }
            // The first half of the 21st century.
            Kind::Moment => bytes.copy_from_slice(&(0x01c0 << 48 | draw() >> 11).to_le_bytes()),
            // How many parts it has stays.
            Kind::Sid => bytes.iter_mut().skip(2).for_each(|byte| *byte = draw() as u8),
            Kind::Bool => bytes.copy_from_slice(&(2 + (draw() >> 34) as u32).to_le_bytes()),
            _ => bytes.iter_mut().for_each(|byte| *byte = draw() as u8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_where_a_loop_would_end_it() {
        for length in 0..20 {
            for zero in 0..20 {
                for before in [0x61u16, 0x8001, 0x0100] {
                    let units: Vec<u16> = (0..length).map(|at| if at == zero { 0 } else { before }).collect();
                    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                    assert_eq!(
                        until_zero(&bytes),
                        units.iter().position(|unit| *unit == 0).unwrap_or(units.len()),
                        "{units:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn texts_end_at_a_zero_and_odd_ones_are_left() {
        let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(text(&units("ab\0cd")), Some(4));
        assert_eq!(text(&units("ü😀")), Some(6));
        assert_eq!(text(&units("\0x")), Some(0));
        assert_eq!(text(&units(" \t\u{a0}")), None);
        assert_eq!(text(b"x"), None);
    }
}
