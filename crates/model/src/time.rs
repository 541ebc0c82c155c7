//! Instants as 64-bit nanoseconds, and the clock that is handed in.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// An instant in UTC: nanoseconds since 1970-01-01T00:00:00Z, from the year 1677 to 2262.
/// In JSON it is RFC 3339 with a `Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A text that is not an RFC 3339 instant within range.
#[derive(Debug, thiserror::Error)]
#[error("not an RFC 3339 instant: {0}")]
pub struct TimeError(String);

impl Timestamp {
    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Timestamp(nanos)
    }
    /// From milliseconds since the epoch, saturating at the ends of the range.
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp(millis.saturating_mul(1_000_000))
    }
    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }
    /// Whole milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    /// The instant `d` later, saturating.
    pub fn plus(self, d: Duration) -> Self {
        Timestamp(self.0.saturating_add(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)))
    }
    /// The instant `d` earlier, saturating.
    pub fn minus(self, d: Duration) -> Self {
        Timestamp(self.0.saturating_sub(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)))
    }
    /// `self - earlier`, zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    /// RFC 3339 with an offset (`2026-03-12T08:53:06.412Z`, `…+01:00`).
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if let Some(usual) = usual(text.as_bytes()) {
            return Ok(usual);
        }
        text.parse::<jiff::Timestamp>()
            .ok()
            .and_then(|t| i64::try_from(t.as_nanosecond()).ok())
            .map(Timestamp)
            .ok_or_else(|| TimeError(text.chars().take(64).collect()))
    }
}

/// `2026-03-12T08:53:06.412Z`, as nearly every event has it: the library takes its time for all that an instant can be.
/// Anything else is left to it.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (whole, rest) = text.split_first_chunk::<19>()?;
    if [whole[4], whole[7], whole[10], whole[13], whole[16]] != *b"--T::" {
        return None;
    }
    let digit = |byte: u8| Some(i64::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit < 10);
    let two = |at: usize| Some(digit(*whole.get(at)?)? * 10 + digit(*whole.get(at + 1)?)?);
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    // Every month has 28 days; what is past them, or a leap second, is for the library.
    let usual = (1970..2200).contains(&year) && (1..13).contains(&month) && (1..29).contains(&day);
    if !usual || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanos = match rest {
        [b'Z'] => 0,
        [b'.', fraction @ .., b'Z'] if (1..10).contains(&fraction.len()) => {
            let mut sum = 0;
            for place in 0..9 {
                sum = sum * 10 + fraction.get(place).map_or(Some(0), |byte| digit(*byte))?;
            }
            sum
        }
        _ => return None,
    };
    // Years from March on, so that a leap day is the last of its year.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day - 1 - 719_468;
    Some(Timestamp((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000_000 + nanos))
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).map_err(|_| std::fmt::Error)?.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(d)?;
        Timestamp::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from. Handed in, so that a test can hold it.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let nanos = jiff::Timestamp::now().as_nanosecond();
        Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        ManualClock(AtomicI64::new(now.0))
    }
    /// Moves the clock forward.
    pub fn advance(&self, d: Duration) {
        self.0.fetch_add(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_the_library_reads_it(
            year in 1900..2300i64, month in 0..14i64, day in 0..32i64, hour in 0..25i64, minute in 0..61i64, second in 0..62i64,
            fraction in "(\\.[0-9:]{0,10})?", end in "[Z+]",
        ) {
            let text = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{end}");
            if let Some(usual) = usual(text.as_bytes()) {
                prop_assert_eq!(i128::from(usual.0), text.parse::<jiff::Timestamp>().unwrap().as_nanosecond());
            }
        }
    }

    #[test]
    fn the_usual_form_is_read_here() {
        let read = |text: &str| usual(text.as_bytes()).map(|time| time.to_string());
        for text in ["1970-01-01T00:00:00Z", "2024-02-28T23:59:59.000000001Z", "2000-03-01T00:00:00.5Z", "2199-12-28T12:00:00Z"] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        for text in ["2024-02-29T00:00:00Z", "2024-02-28 00:00:00Z", "2024-02-28T00:00:60Z", "2024-02-28T00:00:00.Z", "2024-0/-28T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_survives_its_text() {
        for nanos in [0, 1, -1, 1_773_305_586_412_345_678, i64::MIN, i64::MAX] {
            let t = Timestamp(nanos);
            assert_eq!(Timestamp::parse(&t.to_string()).unwrap(), t);
        }
    }

    #[test]
    fn a_text_without_an_offset_is_refused() {
        assert!(Timestamp::parse("2026-03-12T08:53:06").is_err());
        assert!(Timestamp::parse("9999-01-01T00:00:00Z").is_err());
    }
}
