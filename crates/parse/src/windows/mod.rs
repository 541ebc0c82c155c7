//! Windows events in the shapes in which they travel: what `evtx_dump` writes, Winlogbeat (new and old), and flat
//! documents that have the event's names at the top. All end up in the same slots: `winlog.*` and
//! `winlog.event_data.*` with the original values, and the ECS fields derived from them.

mod accounts;
mod derive;
mod events;
mod shape;
mod sources;

pub use sources::log_source;

use model::{Event, Field, Value, field};

/// Recognises a Windows event and brings it to its slots. False: it is none.
pub(crate) fn normalise(event: &mut Event) -> bool {
    if !shape::relabel(event) {
        return false;
    }
    let mut number = String::new();
    let id = event.get(field::WINLOG_EVENT_ID).and_then(|id| id.text(&mut number)).map(str::to_owned);
    let id = id.or_else(|| event.str(field::EVENT_CODE).map(str::to_owned)).unwrap_or_default();
    if !event.has(field::EVENT_CODE) && !id.is_empty() {
        event.push_str(field::EVENT_CODE, &id);
    }
    let kind = data_field("EventType").and_then(|f| event.str(f));
    event.log_source = log_source(
        event.str(field::WINLOG_CHANNEL).unwrap_or(""),
        event.str(field::WINLOG_PROVIDER_NAME).unwrap_or(""),
        &id,
        kind,
    );
    if !event.has(field::HOST_NAME)
        && let Some(slot) = place(event, field::WINLOG_COMPUTER_NAME)
    {
        event.alias(field::HOST_NAME, slot);
    }
    derive::ecs(event);
    accounts::ecs(event, &id);
    events::classify(event, &id);
    true
}

/// The field of an EventData item.
pub(crate) fn data_field(name: &str) -> Option<Field> {
    let mut full = String::with_capacity(18 + name.len());
    full.push_str("winlog.event_data.");
    full.push_str(name);
    crate::ecs::field(&full)
}

/// The place of a field's first slot.
pub(crate) fn place(event: &Event, field: Field) -> Option<usize> {
    event.slots().iter().position(|slot| slot.field() == field)
}

/// The text of an EventData item, unless it says nothing.
pub(crate) fn data<'e>(event: &'e Event, name: &str) -> Option<(usize, &'e str)> {
    said(event, data_field(name)?)
}

/// The text of a field, unless it says nothing.
pub(crate) fn said(event: &Event, field: Field) -> Option<(usize, &str)> {
    let at = place(event, field)?;
    match event.value(&event.slots()[at]) {
        Value::Str(text) if !text.is_empty() && text != "-" => Some((at, text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
