//! Instants as logs write them.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use model::{Timestamp, Value};
use std::time::Duration;

/// An instant out of a field: RFC 3339, the same with a space and without an offset (then UTC, as Windows and
/// Sysmon write it), or a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(crate) fn instant(value: Value<'_>) -> Option<Timestamp> {
    match value {
        Value::Int(number) => epoch(number),
        Value::Number(text) => {
            let seconds = text.parse::<f64>().ok().filter(|s| (0.0..1e10).contains(s))?;
            // A microsecond is as exact as a double of this size is.
            Some(Timestamp((seconds * 1e6).round() as i64 * 1000))
        }
        Value::Str(text) => text_instant(text.trim()),
        Value::Null | Value::Bool(_) => None,
    }
}

fn text_instant(text: &str) -> Option<Timestamp> {
    if let Ok(t) = Timestamp::parse(text) {
        return Some(t);
    }
    if let Ok(civil) = text.trim_end_matches('Z').parse::<DateTime>() {
        return utc(civil);
    }
    if text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit()) {
        return epoch(text.parse().ok()?);
    }
    None
}

fn epoch(number: i64) -> Option<Timestamp> {
    // Digits tell the unit: 10 are seconds until the year 2286, 13 milliseconds, 16 micro, 19 nano.
    let nanos = match number {
        0..100_000_000 => return None,
        100_000_000..100_000_000_000 => number.checked_mul(1_000_000_000)?,
        100_000_000_000..100_000_000_000_000 => number.checked_mul(1_000_000)?,
        100_000_000_000_000..100_000_000_000_000_000 => number.checked_mul(1_000)?,
        100_000_000_000_000_000.. => number,
        _ => return None,
    };
    Some(Timestamp(nanos))
}

fn utc(civil: DateTime) -> Option<Timestamp> {
    let instant = Offset::UTC.to_timestamp(civil).ok()?;
    i64::try_from(instant.as_nanosecond()).ok().map(Timestamp)
}

/// RFC 3164's `Mar 12 08:41:12`: no year and no zone. The zone is taken for UTC; the year is the latest that
/// does not put it more than [`EARLY`] past its receipt: December's last lines may arrive in January, 29 February finds
/// a leap year, and a line from the spring that is read in autumn is not one from the spring to come.
pub(crate) fn without_year(
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    received: Timestamp,
) -> Option<Timestamp> {
    let year = jiff::Timestamp::from_nanosecond(i128::from(received.nanos())).ok()?.to_zoned(TimeZone::UTC).year();
    (year - 8..=year + 1)
        .filter_map(|year| DateTime::new(year, month, day, hour, minute, second, 0).ok().and_then(utc))
        .filter(|time| *time <= received.plus(EARLY))
        .max()
}

/// How far a sender's clock and zone may run ahead.
const EARLY: Duration = Duration::from_secs(2 * 24 * 3600);

/// Before it there was no log format that we read.
const EARLIEST: Timestamp = Timestamp(631_152_000_000_000_000);
/// How far ahead of its receipt an event may be before it is flagged.
const AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);

/// Whether an event time can be meant.
pub(crate) fn is_plausible(time: Timestamp, received: Timestamp) -> bool {
    time >= EARLIEST && time <= received.plus(AHEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn instants_are_read_in_every_usual_form() {
        let expected = at("2026-03-12T08:53:06.412Z");
        for text in
            ["2026-03-12T08:53:06.412Z", "2026-03-12 08:53:06.412", "2026-03-12T09:53:06.412+01:00", "1773305586412"]
        {
            assert_eq!(instant(Value::Str(text)), Some(expected), "{text}");
        }
        assert_eq!(instant(Value::Int(1_773_305_586)), Some(at("2026-03-12T08:53:06Z")));
        assert_eq!(instant(Value::Number("1773305586.412")), Some(expected));
        for text in ["", "yesterday", "12", "2026-13-40 08:00:00"] {
            assert_eq!(instant(Value::Str(text)), None, "{text}");
        }
    }

    #[test]
    fn a_year_is_found_for_a_line_without_one() {
        let check = |(month, day), received, expected| {
            assert_eq!(without_year(month, day, 23, 59, 58, at(received)), expected, "{month} {day}");
        };
        check((3, 12), "2026-03-13T00:00:00Z", Some(at("2026-03-12T23:59:58Z")));
        check((12, 31), "2026-01-01T00:00:05Z", Some(at("2025-12-31T23:59:58Z")));
        check((2, 29), "2026-03-01T00:00:00Z", Some(at("2024-02-29T23:59:58Z")));
        check((2, 30), "2026-03-01T00:00:00Z", None);
        check((3, 12), "2026-11-24T14:00:00Z", Some(at("2026-03-12T23:59:58Z")));
        check((1, 1), "2025-12-31T22:00:00Z", Some(at("2026-01-01T23:59:58Z")));
    }
}
