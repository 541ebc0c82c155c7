//! Windows events in the shapes in which they travel: what `evtx_dump` writes, Winlogbeat (new and old), and flat
//! documents that have the event's names at the top. All end up in the same slots: `winlog.*` and
//! `winlog.event_data.*` with the original values, and the ECS fields derived from them.

mod accounts;
mod derive;
mod events;
mod known;
mod shape;
mod sources;

pub(crate) use shape::relabel;
pub use sources::log_source;

use crate::marks::{self as m, Draft};
use model::{Field, Value};

/// Brings a Windows event whose fields have their names to its log source and its ECS fields.
pub(crate) fn normalise(draft: &mut Draft<'_>) {
    let mut digits = known::Digits::default();
    let id = match draft.get(m::WIN_ID) {
        Some(Value::Int(number)) => digits.of(number),
        Some(Value::Bool(yes)) => {
            if yes {
                "true"
            } else {
                "false"
            }
        }
        Some(Value::Str(text) | Value::Number(text)) => text,
        Some(Value::Null) | None => draft.str(m::EVENT_CODE).unwrap_or(""),
    };
    let kind = known::kind(
        draft.str(m::WIN_CHANNEL).unwrap_or(""),
        draft.str(m::WIN_PROVIDER).unwrap_or(""),
        id,
        draft.str(m::KIND),
    );
    if !draft.has(m::EVENT_CODE) && !id.is_empty() {
        match draft.get(m::WIN_ID) {
            Some(Value::Str(_)) => {
                if let Some(at) = draft.place(m::WIN_ID) {
                    draft.alias(m::EVENT_CODE, at);
                }
            }
            Some(Value::Number(text)) => {
                let text = text.to_owned();
                draft.push(m::EVENT_CODE, Value::Str(&text));
            }
            Some(Value::Bool(yes)) => draft.push(m::EVENT_CODE, Value::Str(if yes { "true" } else { "false" })),
            Some(Value::Int(number)) => draft.push(m::EVENT_CODE, Value::Str(digits.of(number))),
            Some(Value::Null) | None => {}
        }
    }
    draft.event.log_source = kind.source;
    if let Some(at) = draft.place(m::WIN_COMPUTER).filter(|_| !draft.has(m::HOST_NAME)) {
        draft.alias(m::HOST_NAME, at);
    }
    derive::ecs(draft);
    accounts::ecs(draft, kind.manner);
    if let Some(class) = kind.class {
        events::classify(draft, class);
    }
}

/// The field of an EventData item.
fn data_field(name: &str) -> Option<Field> {
    let mut full = String::with_capacity(18 + name.len());
    full.push_str("winlog.event_data.");
    full.push_str(name);
    crate::ecs::field(&full)
}

#[cfg(test)]
mod tests;
