//! What every target asks of an event, and small makers of input.

use model::{Event, Field, Timestamp, Value};
use parse::{Format, Input};

/// A fixed receive time, so that a finding can be repeated.
pub const RECEIVED: Timestamp = Timestamp(1_773_306_000_000_000_000);

/// Reads a record and holds the promises of every format against what came out.
pub fn parsed(raw: &[u8], format: Format) -> Event {
    let event = read(raw, format);
    assert_eq!(event.raw(), raw, "the raw bytes are kept");
    for fault in &event.diagnostics {
        assert!(!fault.code.is_empty() && fault.message.len() <= 256, "{fault:?}");
        assert!(fault.offset.is_none_or(|offset| offset as usize <= raw.len()), "{fault:?} of {} bytes", raw.len());
    }
    for (field, _) in event.iter() {
        assert!(!field.name().starts_with("watchfloor."), "a reserved name: {field}");
    }
    let again = read(raw, format);
    assert_eq!(slots(&event), slots(&again), "the log parses again after a restart and must find the same");
    assert_eq!((event.time, &event.diagnostics), (again.time, &again.diagnostics));
    let document = serde_json::Value::Object(parse::ecs_json(&event)).to_string();
    assert!(serde_json::from_str::<serde::de::IgnoredAny>(&document).is_ok(), "{document}");
    event
}

fn read(raw: &[u8], format: Format) -> Event {
    let mut event = Event::default();
    parse::parse_into(&Input { raw, received: RECEIVED, format, peer: None }, &mut event);
    event
}

/// Fields and values as text, in order.
pub fn slots(event: &Event) -> Vec<(&'static str, String)> {
    event.iter().map(|(field, value)| (field.name(), format!("{value:?}"))).collect()
}

/// The texts of a field.
pub fn texts(event: &Event, name: &str) -> Vec<String> {
    let values = Field::lookup(name).into_iter().flat_map(|field| event.values(field).collect::<Vec<_>>());
    values.filter_map(|value| if let Value::Str(text) = value { Some(text.to_owned()) } else { None }).collect()
}

/// Whether an event carries a diagnostic of this code.
pub fn says(event: &Event, code: &str) -> bool {
    event.diagnostics.iter().any(|fault| fault.code == code)
}

/// Bytes taken from the front of an input, piece by piece.
pub struct Pieces<'a>(pub &'a [u8]);

impl<'a> Pieces<'a> {
    /// The next byte; 0 past the end.
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// Bytes up to the next zero byte.
    pub fn bytes(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (piece, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or(&[]);
        piece
    }

    /// Text up to the next zero byte.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}
