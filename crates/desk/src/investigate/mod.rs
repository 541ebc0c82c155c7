//! Looking into events: a search, one event with everything that it says, the fields there are, counts over time.
//!
//! The room stores nothing: it turns a request into a plan of `query`, asks the lake, and says what was wrong with it.

mod api;

pub(crate) use api::lake_problem;
pub use api::routes;

#[cfg(test)]
mod tests;

use model::{Diagnostic, Event, EventId, LogSource, Timestamp, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One event with everything that it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventDetail {
    /// Node and ingest sequence.
    #[schema(value_type = String, example = "1-42")]
    pub id: EventId,
    /// Event time.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// Receive time.
    #[schema(value_type = String, format = DateTime)]
    pub received: Timestamp,
    /// The source that it came through.
    pub source: String,
    /// The bytes as they came, as text. Hostile: show it as text only.
    pub raw: String,
    /// Whether `raw` is not byte for byte what came, because that is not UTF-8; byte ranges then refer to the bytes.
    pub raw_lossy: bool,
    /// Every field with its values, in the order of the event. A number that a double cannot hold is text.
    #[schema(value_type = BTreeMap<String, Vec<Object>>)]
    pub fields: BTreeMap<&'static str, Vec<serde_json::Value>>,
    /// What was wrong with it.
    #[schema(value_type = Vec<Object>)]
    pub diagnostics: Vec<Diagnostic>,
    /// What it is in Sigma's terms.
    pub log_source: LogSourceDetail,
}

/// A Sigma log source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogSourceDetail {
    /// `windows`, `linux`; null where it is not known.
    pub product: Option<&'static str>,
    /// `sysmon`, `sshd`; null where it is not known.
    pub service: Option<&'static str>,
    /// `process_creation`; there may be several.
    pub categories: Vec<&'static str>,
}

/// A field that can be searched for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldDetail {
    /// The ECS name.
    pub name: &'static str,
    /// `keyword`, `text`, `ip`, `long` or `date`.
    pub kind: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

impl EventDetail {
    /// What `event`, which is known as `id`, says.
    pub fn of(id: EventId, event: &Event) -> Self {
        let mut fields: BTreeMap<&'static str, Vec<serde_json::Value>> = BTreeMap::new();
        for (field, value) in event.iter() {
            fields.entry(field.name()).or_default().push(json(value));
        }
        let raw = String::from_utf8_lossy(event.raw());
        EventDetail {
            id,
            time: event.time,
            received: event.received,
            source: event.source.to_string(),
            raw_lossy: matches!(raw, std::borrow::Cow::Owned(_)),
            raw: raw.into_owned(),
            fields,
            diagnostics: event.diagnostics.clone(),
            log_source: LogSourceDetail::of(&event.log_source),
        }
    }
}

impl LogSourceDetail {
    fn of(source: &LogSource) -> Self {
        let said = |name: model::Name| (!name.is_none()).then(|| name.as_str());
        LogSourceDetail {
            product: said(source.product),
            service: said(source.service),
            categories: source.categories().map(model::Name::as_str).collect(),
        }
    }
}

/// A number that is not a 64-bit integer stays as it was written: `1e999` and `0.10` would not survive a double.
fn json(value: Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(bool) => bool.into(),
        Value::Int(int) => int.into(),
        Value::Number(text) | Value::Str(text) => text.into(),
    }
}
