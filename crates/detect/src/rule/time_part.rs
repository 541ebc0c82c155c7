//! Parts of a moment as it is written (`|hour`, `|week` …).
//!
//! The specification: these are "not designed to handle timezone or format conversions". So the digits count as they
//! stand, whatever offset follows them. Understood are `2025-08-02T13:45:10…` (also with a space, also without a time)
//! and numbers as Unix seconds or milliseconds, in UTC.

use crate::rule::atom::magnitude;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::Value;

/// A part of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    /// Of ISO 8601: 1 to 53.
    Week,
    Month,
    Year,
}

impl TimePart {
    /// The part of a value, if the value is a moment that has it.
    pub(crate) fn of(self, value: Value<'_>, buffer: &mut String) -> Option<f64> {
        let moment = match value {
            Value::Int(_) | Value::Number(_) => Moment::of_unix(magnitude(value)?)?,
            Value::Str(_) => Moment::of_text(value.text(buffer)?)?,
            Value::Bool(_) | Value::Null => return None,
        };
        let date = moment.date;
        Some(match self {
            TimePart::Minute => moment.time?.1.into(),
            TimePart::Hour => moment.time?.0.into(),
            TimePart::Day => date.day().into(),
            TimePart::Week => date.iso_week_date().week().into(),
            TimePart::Month => date.month().into(),
            TimePart::Year => date.year().into(),
        })
    }
}

struct Moment {
    date: Date,
    /// Hour and minute.
    time: Option<(i8, i8)>,
}

/// Larger counts are milliseconds: in seconds they would lie 30,000 years ahead.
const MILLISECONDS: f64 = 1e12;

impl Moment {
    fn of_text(text: &str) -> Option<Moment> {
        let text = text.trim().as_bytes();
        let number = |from: usize, to: usize| -> Option<i16> {
            text.get(from..to)?.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i16::from(b - b'0')))
        };
        let two = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
        if text.get(4) != Some(&b'-') || text.get(7) != Some(&b'-') {
            return None;
        }
        let date = Date::new(number(0, 4)?, two(5)?, two(8)?).ok()?;
        let time = match text.get(10) {
            None => None,
            Some(b'T' | b't' | b' ') if text.get(13) == Some(&b':') => Some((two(11)?, two(14)?)),
            Some(_) => return None,
        };
        time.is_none_or(|(hour, minute)| hour < 24 && minute < 60).then_some(Moment { date, time })
    }

    fn of_unix(count: f64) -> Option<Moment> {
        if count.is_nan() || count < 0.0 {
            return None;
        }
        // A count past the calendar is none: the conversion stops at the largest integer, which has no date.
        let whole = count as i64;
        let moment = if count > MILLISECONDS { Timestamp::from_millisecond(whole) } else { Timestamp::from_second(whole) };
        let moment = Offset::UTC.to_datetime(moment.ok()?);
        Some(Moment { date: moment.date(), time: Some((moment.hour(), moment.minute())) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(value: Value<'_>) -> Vec<Option<i64>> {
        use TimePart::{Day, Hour, Minute, Month, Week, Year};
        [Year, Month, Week, Day, Hour, Minute]
            .map(|part| part.of(value, &mut String::new()).map(|part| part as i64))
            .to_vec()
    }

    #[test]
    fn parts_of_texts() {
        let all = |parts: [i64; 6]| parts.map(Some).to_vec();
        assert_eq!(parts(Value::Str("2025-08-02T13:45:10.5Z")), all([2025, 8, 31, 2, 13, 45]));
        assert_eq!(parts(Value::Str("2025-08-02 23:45:10.123+02:00")), all([2025, 8, 31, 2, 23, 45]));
        assert_eq!(parts(Value::Str("2021-01-03")), [Some(2021), Some(1), Some(53), Some(3), None, None]);
        for text in
            ["", "2025", "2025-02-29", "2025-13-01", "2025-01-01x", "2025-01-01T25:00", "02.08.2025", "2025/01/01"]
        {
            assert_eq!(parts(Value::Str(text)), [None; 6], "{text}");
        }
    }

    #[test]
    fn parts_of_counts() {
        // `date -u -d @1754142310` says 2025-08-02 13:45:10.
        let all = [2025, 8, 31, 2, 13, 45].map(Some).to_vec();
        assert_eq!(parts(Value::Int(1_754_142_310)), all);
        assert_eq!(parts(Value::Int(1_754_142_310_000)), all);
        assert_eq!(parts(Value::Number("1754142310.75")), all);
        assert_eq!(parts(Value::Int(-1)), [None; 6]);
        assert_eq!(parts(Value::Int(i64::MAX)), [None; 6]);
    }

    #[test]
    fn weeks_of_known_days() {
        // From the ISO 8601 week calendar.
        for (day, week) in [
            ("2015-12-31", 53),
            ("2016-01-03", 53),
            ("2016-01-04", 1),
            ("2018-12-31", 1),
            ("2020-12-31", 53),
            ("2024-12-29", 52),
            ("2024-12-30", 1),
            ("2026-11-24", 48),
        ] {
            assert_eq!(TimePart::Week.of(Value::Str(day), &mut String::new()), Some(f64::from(week)), "{day}");
        }
    }
}
