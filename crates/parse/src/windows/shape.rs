//! Which shape a document has, and the new name of each of its fields.

use model::{Event, Field, field};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    /// `Event.System.…`, `Event.EventData.…` as `evtx_dump` writes it.
    Dump,
    /// `winlog.…` as it should be.
    Winlogbeat,
    /// `event_id`, `log_name`, `event_data.…` as Winlogbeat 6 wrote it.
    OldBeat,
    /// `EventID`, `Channel`, `Hostname`, and EventData's names beside them.
    Flat,
}

/// Gives a Windows event's fields their names. False: it is no Windows event.
pub(crate) fn relabel(event: &mut Event) -> bool {
    let Some(shape) = shape(event) else { return false };
    if shape != Shape::Winlogbeat {
        event.relabel(|old| renamed(shape, old));
    }
    true
}

fn shape(event: &Event) -> Option<Shape> {
    let (mut id, mut channel, mut old_id, mut old_channel) = (false, false, false, false);
    for slot in event.slots() {
        match slot.field().name() {
            "winlog.channel" | "winlog.event_id" => return Some(Shape::Winlogbeat),
            name if name.starts_with("Event.System.") => return Some(Shape::Dump),
            "EventID" | "EventId" => id = true,
            "Channel" | "SourceName" | "Provider_Name" | "ProviderGuid" => channel = true,
            "event_id" => old_id = true,
            "log_name" | "source_name" => old_channel = true,
            _ => {}
        }
    }
    match () {
        () if old_id && old_channel => Some(Shape::OldBeat),
        () if id && channel => Some(Shape::Flat),
        () => None,
    }
}

thread_local! {
    static RENAMED: RefCell<FxHashMap<(Shape, Field), Field>> = RefCell::default();
}

/// Renamings that a thread remembers before it starts over.
const REMEMBERED: usize = 16_384;

fn renamed(shape: Shape, old: Field) -> Field {
    RENAMED.with_borrow_mut(|known| {
        if let Some(new) = known.get(&(shape, old)) {
            return *new;
        }
        let new = rename(shape, old.name()).unwrap_or(old);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert((shape, old), new);
        new
    })
}

fn rename(shape: Shape, name: &str) -> Option<Field> {
    match shape {
        Shape::Winlogbeat => None,
        Shape::Dump => dump(name),
        Shape::OldBeat if name == "event_data" || name == "user_data" => crate::ecs::field("winlog.event_data"),
        Shape::OldBeat => match name.strip_prefix("event_data.").or_else(|| name.strip_prefix("user_data.")) {
            Some(item) => super::data_field(item),
            None => OLD_BEAT.iter().find(|(old, _)| *old == name).map(|(_, new)| *new),
        },
        Shape::Flat => match FLAT.iter().find(|(old, _)| *old == name) {
            Some((_, new)) => Some(*new),
            // ECS names and what a shipper adds keep their names; a plain name is an EventData item.
            None if name.starts_with('@') || name.contains('.') || SHIPPER.contains(&name) => None,
            None => super::data_field(name),
        },
    }
}

fn dump(name: &str) -> Option<Field> {
    if let Some(system) = name.strip_prefix("Event.System.") {
        return SYSTEM.iter().find(|(old, _)| *old == system).map(|(_, new)| *new);
    }
    // Without any item.
    if name == "Event.EventData" || name == "Event.UserData" {
        return crate::ecs::field("winlog.event_data");
    }
    if let Some(item) = name.strip_prefix("Event.EventData.") {
        // Items without a name arrive as `Data` or `Data.#text`.
        return super::data_field(item.strip_suffix(".#text").unwrap_or(item));
    }
    if let Some(item) = name.strip_prefix("Event.UserData.") {
        // The element below UserData is the provider's own; its items are what rules name.
        return match item.split_once('.') {
            Some((_, inner)) if !inner.starts_with('#') => {
                super::data_field(inner.strip_suffix(".#text").unwrap_or(inner))
            }
            _ => None,
        };
    }
    None
}

const SYSTEM: &[(&str, Field)] = &[
    ("Provider.#attributes.Name", field::WINLOG_PROVIDER_NAME),
    ("Provider.#attributes.EventSourceName", field::EVENT_PROVIDER),
    ("Provider.#attributes.Guid", field::WINLOG_PROVIDER_GUID),
    ("Provider_attributes.Name", field::WINLOG_PROVIDER_NAME),
    ("EventID", field::WINLOG_EVENT_ID),
    ("EventID.#text", field::WINLOG_EVENT_ID),
    ("Version", field::WINLOG_VERSION),
    ("Level", field::EVENT_SEVERITY),
    ("Task", field::WINLOG_TASK),
    ("Opcode", field::WINLOG_OPCODE),
    ("Keywords", field::WINLOG_KEYWORDS),
    ("TimeCreated.#attributes.SystemTime", field::TIMESTAMP),
    ("EventRecordID", field::WINLOG_RECORD_ID),
    ("Correlation.#attributes.ActivityID", field::WINLOG_ACTIVITY_ID),
    ("Execution.#attributes.ProcessID", field::WINLOG_PROCESS_PID),
    ("Execution.#attributes.ThreadID", field::WINLOG_PROCESS_THREAD_ID),
    ("Channel", field::WINLOG_CHANNEL),
    ("Computer", field::WINLOG_COMPUTER_NAME),
    ("Security.#attributes.UserID", field::WINLOG_USER_IDENTIFIER),
];

const OLD_BEAT: &[(&str, Field)] = &[
    ("event_id", field::WINLOG_EVENT_ID),
    ("log_name", field::WINLOG_CHANNEL),
    ("source_name", field::WINLOG_PROVIDER_NAME),
    ("computer_name", field::WINLOG_COMPUTER_NAME),
    ("record_number", field::WINLOG_RECORD_ID),
    ("provider_guid", field::WINLOG_PROVIDER_GUID),
    ("process_id", field::WINLOG_PROCESS_PID),
    ("thread_id", field::WINLOG_PROCESS_THREAD_ID),
    ("level", field::LOG_LEVEL),
    ("opcode", field::WINLOG_OPCODE),
    ("task", field::WINLOG_TASK),
];

const FLAT: &[(&str, Field)] = &[
    ("EventID", field::WINLOG_EVENT_ID),
    ("EventId", field::WINLOG_EVENT_ID),
    ("Channel", field::WINLOG_CHANNEL),
    ("SourceName", field::WINLOG_PROVIDER_NAME),
    ("Provider_Name", field::WINLOG_PROVIDER_NAME),
    ("ProviderGuid", field::WINLOG_PROVIDER_GUID),
    ("Hostname", field::WINLOG_COMPUTER_NAME),
    ("Computer", field::WINLOG_COMPUTER_NAME),
    ("RecordNumber", field::WINLOG_RECORD_ID),
    ("EventRecordID", field::WINLOG_RECORD_ID),
    ("ExecutionProcessID", field::WINLOG_PROCESS_PID),
    ("ActivityID", field::WINLOG_ACTIVITY_ID),
    ("OpcodeValue", field::WINLOG_OPCODE),
    ("Version", field::WINLOG_VERSION),
    ("Message", field::MESSAGE),
];

/// Top-level names that shippers of flat documents add.
const SHIPPER: &[&str] = &[
    "message",
    "tags",
    "host",
    "port",
    "type",
    "EventTime",
    "EventReceivedTime",
    "EventTimeWritten",
    "TimeCreated",
    "SourceModuleName",
    "SourceModuleType",
    "Severity",
    "SeverityValue",
    "Keywords",
    "Task",
    "Opcode",
    "TimeGenerated",
];
