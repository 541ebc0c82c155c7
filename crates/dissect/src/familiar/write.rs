//! Values as the texts that Windows writes for them.

use super::bytes::{array, at};
use super::value::Kind;
use std::fmt::Write;

/// Adds the text of a value; `buffer` is used on the way. None where it is no sound text, or of another kind.
pub(super) fn write_bytes(kind: Kind, bytes: &[u8], out: &mut String, buffer: &mut Vec<u8>) -> Option<()> {
    match kind {
        Kind::Text => write_utf16(bytes, out, buffer),
        Kind::Hex => {
            let number = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            out.push_str("0x");
            let digits = (64 - number.leading_zeros()).div_ceil(4).max(1);
            (0..digits).rev().for_each(|digit| out.push(char::from(LOWER[(number >> (4 * digit) & 15) as usize])));
            Some(())
        }
        Kind::Guid => {
            let guid: [u8; 16] = array(bytes, 0)?;
            let mut text = *b"{00000000-0000-0000-0000-000000000000}";
            for (place, from) in GUID {
                text[place] = LOWER[usize::from(guid[from] >> 4)];
                text[place + 1] = LOWER[usize::from(guid[from] & 15)];
            }
            out.push_str(std::str::from_utf8(&text).ok()?);
            Some(())
        }
        Kind::Bytes => {
            write_hex(bytes, out);
            Some(())
        }
        Kind::Sid => {
            let authority = bytes.get(2..8)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            write!(out, "S-{}-{authority}", at(bytes, 0)?).ok()?;
            bytes
                .get(8..)?
                .as_chunks::<4>()
                .0
                .iter()
                .try_for_each(|part| write!(out, "-{}", u32::from_le_bytes(*part)))
                .ok()
        }
        Kind::Moment => write_moment(u64::from_le_bytes(array(bytes, 0)?), out),
        Kind::Signed | Kind::Unsigned | Kind::Bool => None,
    }
}

fn write_utf16(bytes: &[u8], out: &mut String, buffer: &mut Vec<u8>) -> Option<()> {
    let units = bytes.as_chunks::<2>().0;
    let mut odd = 0;
    buffer.clear();
    buffer.extend(units.iter().map(|[low, high]| {
        odd |= *high | (*low & 0x80);
        *low
    }));
    if odd == 0 {
        out.push_str(std::str::from_utf8(buffer).ok()?);
        return Some(());
    }
    let start = out.len();
    for c in char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit))) {
        let Ok(c) = c else {
            out.truncate(start);
            return None;
        };
        out.push(c);
    }
    Some(())
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";
/// Where the digits of a GUID stand, and the byte that they are of: the first three numbers have their lowest byte first.
const GUID: [(usize, usize); 16] = [
    (1, 3),
    (3, 2),
    (5, 1),
    (7, 0),
    (10, 5),
    (12, 4),
    (15, 7),
    (17, 6),
    (20, 8),
    (22, 9),
    (25, 10),
    (27, 11),
    (29, 12),
    (31, 13),
    (33, 14),
    (35, 15),
];

fn write_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        out.push(char::from(UPPER[usize::from(byte >> 4)]));
        out.push(char::from(UPPER[usize::from(byte & 15)]));
    }
}

/// RFC 3339 with seven digits behind the second, as Windows writes it.
fn write_moment(ticks: u64, out: &mut String) -> Option<()> {
    let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
    let (year, month, day) = date(seconds / 86_400);
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    let mut put = |from: usize, to: usize, mut number: u64| {
        for digit in text[from..to].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0, 4, year);
    put(5, 7, month);
    put(8, 10, day);
    put(11, 13, seconds / 3600 % 24);
    put(14, 16, seconds / 60 % 60);
    put(17, 19, seconds % 60);
    put(20, 27, fraction);
    out.push_str(std::str::from_utf8(&text).ok()?);
    Some(())
}

/// Year, month and day of a day counted from 1601-01-01. Years are counted from March, so that the odd day comes last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 306;
    // 400, 100 and 4 years; the last year of each may be a day longer.
    let (long, rest) = (days / 146_097, days % 146_097);
    let hundred = (rest / 36_524).min(3);
    let rest = rest - hundred * 36_524;
    let (four, rest) = (rest / 1_461, rest % 1_461);
    let one = (rest / 365).min(3);
    let day = rest - one * 365;
    let year = 1600 + 400 * long + 100 * hundred + 4 * four + one;
    // March and the months behind it have 153 days in each five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::super::value::{LAST_MOMENT, instant};
    use super::*;
    use model::Timestamp;

    #[test]
    fn moments_are_written_as_their_instants_are() {
        for ticks in (0..26_000u64).map(|n| n * 101_000_000_000_003) {
            let mut text = String::new();
            write_moment(ticks, &mut text).unwrap();
            let Some(at) = instant(ticks) else { continue };
            assert_eq!(Timestamp::parse(&text).unwrap(), at, "{ticks} {text}");
        }
        let mut text = String::new();
        write_moment(LAST_MOMENT, &mut text).unwrap();
        assert_eq!(text, "9999-12-30T21:59:59.9999999Z");
    }

    #[test]
    fn a_guid_and_a_number_are_written_as_windows_writes_them() {
        let write = |kind, bytes: &[u8]| {
            let mut text = String::new();
            write_bytes(kind, bytes, &mut text, &mut Vec::new()).unwrap();
            text
        };
        let guid = uuid::Uuid::from_u128(0x5770_385f_c22a_43e0_bf4c_06f5_698f_fbd9);
        assert_eq!(write(Kind::Guid, &guid.to_bytes_le()), format!("{{{guid}}}"));
        for number in [0, 1, 0xf, 0x10, 0x1234_5678, u64::MAX] {
            assert_eq!(write(Kind::Hex, &number.to_le_bytes()), format!("{number:#x}"));
        }
        assert_eq!(write(Kind::Sid, &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]), "S-1-5-32-544");
        assert_eq!(write(Kind::Bytes, &[0x0a, 0xff]), "0AFF");
    }
}
