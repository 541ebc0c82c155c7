//! Parts of a moment as it is written (`|hour`, `|week` …).
//!
//! The specification: these are "not designed to handle timezone or format conversions". So the digits count as they
//! stand, whatever offset follows them. Understood are `2025-08-02T13:45:10…` (also with a space, also without a time)
//! and numbers as Unix seconds or milliseconds, in UTC.

use crate::atom::magnitude;
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
        let part = match self {
            TimePart::Minute => moment.time?.1,
            TimePart::Hour => moment.time?.0,
            TimePart::Day => moment.day,
            TimePart::Week => moment.week(),
            TimePart::Month => moment.month,
            TimePart::Year => moment.year,
        };
        // At most four digits, or the years of a millisecond count: exact.
        Some(part as f64)
    }
}

struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// Hour and minute.
    time: Option<(i64, i64)>,
}

/// Larger counts are milliseconds: in seconds they would lie 30,000 years ahead.
const MILLISECONDS: f64 = 1e12;
/// Milliseconds of the year 9999.
const LAST: f64 = 253_402_300_800_000.0;

impl Moment {
    fn of_text(text: &str) -> Option<Moment> {
        let text = text.trim().as_bytes();
        let number = |from: usize, to: usize| -> Option<i64> {
            text.get(from..to)?.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        if text.get(4) != Some(&b'-')
            || text.get(7) != Some(&b'-')
            || !(1..=12).contains(&month)
            || !(1..=days_of(year, month)).contains(&day)
        {
            return None;
        }
        let time = match text.get(10) {
            None => None,
            Some(b'T' | b't' | b' ') if text.get(13) == Some(&b':') => Some((number(11, 13)?, number(14, 16)?)),
            Some(_) => return None,
        };
        time.is_none_or(|(hour, minute)| hour < 24 && minute < 60).then_some(Moment { year, month, day, time })
    }

    fn of_unix(count: f64) -> Option<Moment> {
        if !(0.0..LAST).contains(&count) {
            return None;
        }
        let seconds = if count > MILLISECONDS { count / 1_000.0 } else { count };
        // Bounded above.
        let minutes = (seconds / 60.0) as i64;
        let (mut days, of_day) = (minutes / 1_440, minutes % 1_440);
        let mut year = 1970;
        while days >= days_of_year(year) {
            days -= days_of_year(year);
            year += 1;
            if year > 9_999 {
                return None;
            }
        }
        let mut month = 1;
        while days >= days_of(year, month) {
            days -= days_of(year, month);
            month += 1;
        }
        Some(Moment { year, month, day: days + 1, time: Some((of_day / 60, of_day % 60)) })
    }

    fn week(&self) -> i64 {
        let of_year = (1..self.month).map(|month| days_of(self.year, month)).sum::<i64>() + self.day;
        // Monday is 1. The first of January of year 1 was one.
        let before = self.year - 1;
        let days = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
        let weekday = (days + of_year - 1).rem_euclid(7) + 1;
        match (of_year - weekday + 10) / 7 {
            0 => weeks_of(self.year - 1),
            53 if weeks_of(self.year) == 52 => 1,
            week => week,
        }
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 53 where the year begins or ends on a Thursday.
fn weeks_of(year: i64) -> i64 {
    let last = |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
    if last(year) == 4 || last(year - 1) == 3 { 53 } else { 52 }
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
