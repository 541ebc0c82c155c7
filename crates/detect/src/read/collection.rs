//! Collections: a file whose documents share what one of them says (`action: global`), take up the one before
//! (`action: repeat`) or begin anew (`action: reset`). Each resulting rule is written out as a document of its own.

use crate::read::load::Document;
use crate::refusal::{Fault, Refusal};
use crate::read::yaml;
use serde_json::{Map, Value};

/// Bytes of all rules that a collection may be written out to.
const MAX_WRITTEN: usize = 8 << 20;

/// The documents of a collection as rules, or why they are none.
pub(crate) fn written_out(documents: Vec<Document>) -> Vec<Result<Document, Refusal>> {
    let mut collection = Collection::default();
    documents.into_iter().filter_map(|document| collection.next(document).transpose()).collect()
}

#[derive(Default)]
struct Collection {
    global: Option<Map<String, Value>>,
    previous: Option<Map<String, Value>>,
    written: usize,
}

impl Collection {
    /// The rule that a document makes; none for one that only serves the others.
    fn next(&mut self, document: Document) -> Result<Option<Document>, Refusal> {
        match self.merged(&document) {
            Ok(Some(text)) => Ok(Some(document.written_out(text))),
            Ok(None) => Ok(None),
            Err(fault) => Err(document.refuse(fault)),
        }
    }

    fn merged(&mut self, document: &Document) -> Result<Option<String>, Fault> {
        let Value::Object(mut own) = yaml::typed(&document.text)? else {
            return Err(Fault::new("rule.invalid", "the document is not a map"));
        };
        let fault = |message: &str| Fault::new("rule.collection_action", message).near("action:");
        let action = own.remove("action");
        let whole = match action.as_ref().map(|action| action.as_str().unwrap_or_default()) {
            // Written as it is where nothing is merged into it.
            None if self.global.is_none() => {
                self.previous = Some(own);
                return Ok(Some(document.text.clone()));
            }
            None => over(self.global.clone().unwrap_or_default(), own),
            Some("global") => {
                self.global = Some(own);
                return Ok(None);
            }
            Some("reset") => {
                (self.global, self.previous) = (None, None);
                return Ok(None);
            }
            Some("repeat") => {
                over(self.previous.clone().ok_or_else(|| fault("`repeat` without a rule before it"))?, own)
            }
            Some(other) => return Err(fault(&format!("an unknown action {other}"))),
        };
        // JSON is YAML, and keeps what is a number and what is text.
        let text = serde_json::to_string_pretty(&whole).map_err(|error| fault(&error.to_string()))?;
        self.written += text.len();
        if self.written > MAX_WRITTEN {
            return Err(fault("the collection writes out to too many bytes"));
        }
        self.previous = Some(whole);
        Ok(Some(text))
    }
}

/// `upper` laid over `lower`: maps are joined, anything else is replaced.
fn over(mut lower: Map<String, Value>, upper: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in upper {
        let value = match (lower.remove(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => Value::Object(over(below, above)),
            (_, value) => value,
        };
        lower.insert(key, value);
    }
    lower
}
