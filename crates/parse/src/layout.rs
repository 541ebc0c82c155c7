//! Events out of documents that are never written down: the reader of a binary format puts the values where the JSON of
//! the same record would have them, and what they are called was learnt from such a JSON.

use crate::normalise::{self, Settled};
use crate::{LONG_RECORD, json};
use model::{Event, Field, Timestamp, field};

/// What the values of a document are called, and all that follows from their names.
pub struct Layout {
    fields: Box<[Field]>,
    settled: Settled,
}

impl Layout {
    /// Reads a JSON record as [`crate::parse_into`] does, thoroughly. `see` is shown its values in their order, each under
    /// the joined names of the document. None where the document or its names have a fault, however small: what is learnt
    /// must hold of other values as well.
    pub fn learn(raw: &[u8], received: Timestamp, out: &mut Event, see: impl FnOnce(&Event)) -> Option<Layout> {
        out.reset(raw, received);
        if raw.len() >= LONG_RECORD / 4 {
            return None;
        }
        json::parse(raw, out);
        see(out);
        let sound = out.diagnostics.is_empty();
        let settled = normalise::settle(out);
        let fields = out.slots().iter().map(|slot| slot.field()).collect();
        let sound = sound && out.diagnostics.is_empty();
        normalise::finish(out, &settled);
        sound.then_some(Layout { fields, settled })
    }

    /// Which of the values is the event's own time.
    pub fn time(&self) -> Option<usize> {
        self.fields.iter().position(|known| *known == field::TIMESTAMP)
    }

    /// Names the values of an event that has nothing else, and brings it to its end. False: they are not as many.
    pub fn finish(&self, out: &mut Event) -> bool {
        let whole = out.slots().len() == self.fields.len();
        if whole {
            out.label(&self.fields);
            normalise::finish(out, &self.settled);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Input, parse_into};
    use model::Value;

    #[test]
    fn other_values_of_a_learnt_document_make_the_event_that_their_json_makes() {
        let json = |image: &str, time: &str| {
            format!(
                r##"{{"Event":{{"System":{{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","TimeCreated":{{"#attributes":{{"SystemTime":"{time}"}}}}}},"EventData":{{"Image":"{image}"}}}}}}"##
            )
        };
        let (first, received) = (json("a.exe", "2026-03-12T08:00:00.1234567Z"), Timestamp(7));
        let (mut event, mut names) = (Event::default(), Vec::new());
        let see = |event: &Event| names.extend(event.slots().iter().map(|slot| slot.field().name()));
        let layout = Layout::learn(first.as_bytes(), received, &mut event, see).unwrap();
        assert_eq!(names[2..], ["Event.System.TimeCreated.#attributes.SystemTime", "Event.EventData.Image"]);
        assert_eq!(layout.time(), Some(2));
        let second = json(r"C:\\b.exe", "2026-03-13T08:00:00.0000000Z");
        parse_into(&Input { raw: second.as_bytes(), received, format: Format::Json, peer: None }, &mut event);
        let mut other = Event::new(b"", received);
        other.push(field::MESSAGE, Value::Int(1));
        for text in ["Microsoft-Windows-Sysmon/Operational", "2026-03-13T08:00:00.0000000Z", r"C:\b.exe"] {
            other.push_str(field::MESSAGE, text);
        }
        assert!(layout.finish(&mut other));
        assert_eq!(other.iter().collect::<Vec<_>>(), event.iter().collect::<Vec<_>>());
        assert_eq!((other.time, other.log_source), (event.time, event.log_source));
        assert!(!layout.finish(&mut Event::new(b"", received)), "values are missing");
        for odd in [r#"{"a":1,"a":2}"#, r#"{"_raw":1}"#, r#"{"a":"#] {
            assert!(Layout::learn(odd.as_bytes(), received, &mut event, |_| ()).is_none(), "{odd}");
        }
    }
}
