//! The columns of the table `events`: the one list. What has no column is in `attrs`, a JSON object of name → value
//! or list; a field with several values has its first in the column and all of them in `attrs`.

use crate::words::Derived;
use datafusion::arrow::array::{
    ArrayRef, BinaryBuilder, Int64Builder, RecordBatch, StringBuilder, TimestampNanosecondBuilder, UInt8Builder, UInt64Builder,
};
use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use model::{Event, Field, Value, field};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

/// What a promoted column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Long,
}

/// The ECS fields that have a column of their own.
pub(crate) const PROMOTED: &[(Field, Kind)] = &[
    (field::HOST_NAME, Kind::Text),
    (field::USER_NAME, Kind::Text),
    (field::USER_DOMAIN, Kind::Text),
    (field::EVENT_CODE, Kind::Text),
    (field::EVENT_CATEGORY, Kind::Text),
    (field::EVENT_ACTION, Kind::Text),
    (field::EVENT_OUTCOME, Kind::Text),
    (field::EVENT_DATASET, Kind::Text),
    (field::PROCESS_NAME, Kind::Text),
    (field::PROCESS_EXECUTABLE, Kind::Text),
    (field::PROCESS_COMMAND_LINE, Kind::Text),
    (field::PROCESS_PID, Kind::Long),
    (field::PROCESS_PARENT_NAME, Kind::Text),
    (field::PROCESS_PARENT_COMMAND_LINE, Kind::Text),
    (field::PROCESS_HASH_SHA256, Kind::Text),
    (field::SOURCE_IP, Kind::Text),
    (field::SOURCE_PORT, Kind::Long),
    (field::SOURCE_BYTES, Kind::Long),
    (field::DESTINATION_IP, Kind::Text),
    (field::DESTINATION_PORT, Kind::Long),
    (field::DESTINATION_BYTES, Kind::Long),
    (field::FILE_PATH, Kind::Text),
    (field::FILE_NAME, Kind::Text),
    (field::FILE_HASH_SHA256, Kind::Text),
    (field::DNS_QUESTION_NAME, Kind::Text),
    (field::URL_FULL, Kind::Text),
    (field::URL_DOMAIN, Kind::Text),
    (field::HTTP_REQUEST_METHOD, Kind::Text),
    (field::HTTP_RESPONSE_STATUS_CODE, Kind::Long),
    (field::EMAIL_FROM_ADDRESS, Kind::Text),
    (field::EMAIL_SUBJECT, Kind::Text),
    (field::REGISTRY_PATH, Kind::Text),
    (field::WINLOG_CHANNEL, Kind::Text),
    (field::OBSERVER_NAME, Kind::Text),
    (field::MESSAGE, Kind::Text),
];

/// Our own columns, in front of the promoted ones.
pub(crate) const SEQ: &str = "_seq";
pub(crate) const TIME: &str = "@timestamp";
pub(crate) const RECEIVED: &str = "_received";
pub(crate) const SOURCE: &str = "_source";
pub(crate) const PRODUCT: &str = "_product";
pub(crate) const CLASS: &str = "_class";
pub(crate) const FORMAT: &str = "_format";
pub(crate) const PEER: &str = "_peer";
/// Behind them.
pub(crate) const ATTRS: &str = "attrs";
/// In [`ATTRS`]: how many fields found no room there. They are in the raw bytes.
pub(crate) const LEFT_OUT: &str = "_left_out";
/// What the values say beyond the raw bytes: see `words`.
pub(crate) const DERIVED: &str = "_derived";
pub(crate) const RAW: &str = "_raw";
pub(crate) const RAW_BYTES: &str = "_raw_bytes";

/// The columns from which an event is parsed again.
pub(crate) const EVENT_COLUMNS: &[&str] = &[SEQ, TIME, RECEIVED, SOURCE, FORMAT, PEER, RAW, RAW_BYTES];

/// The schema of memory and files alike.
pub(crate) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    let mut fields = vec![
        ArrowField::new(SEQ, DataType::UInt64, false),
        ArrowField::new(TIME, instant.clone(), false),
        ArrowField::new(RECEIVED, instant, false),
        ArrowField::new(SOURCE, DataType::Utf8, false),
        ArrowField::new(PRODUCT, DataType::Utf8, false),
        ArrowField::new(CLASS, DataType::Utf8, false),
        ArrowField::new(FORMAT, DataType::UInt8, false),
        ArrowField::new(PEER, DataType::Utf8, true),
    ];
    fields.extend(PROMOTED.iter().map(|(field, kind)| {
        let kind = match kind {
            Kind::Text => DataType::Utf8,
            Kind::Long => DataType::Int64,
        };
        ArrowField::new(field.name(), kind, true)
    }));
    fields.push(ArrowField::new(ATTRS, DataType::Utf8, true));
    fields.push(ArrowField::new(DERIVED, DataType::Utf8, true));
    fields.push(ArrowField::new(RAW, DataType::Utf8, false));
    fields.push(ArrowField::new(RAW_BYTES, DataType::Binary, true));
    Arc::new(Schema::new(fields))
});

/// An event in memory, with what is needed to parse it again.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub event: Event,
    pub format: parse::Format,
    pub peer: Option<IpAddr>,
}

impl Row {
    /// About the bytes of its columns; those derived from values come on top.
    pub(crate) fn bytes(&self) -> usize {
        let event = &self.event;
        let lossy = if std::str::from_utf8(event.raw()).is_ok() { 0 } else { 3 * event.raw().len() };
        let (mut named, mut bounded) = (0, 0);
        let mut buffer = String::new();
        for slot in event.slots() {
            let value = event.value(slot).text(&mut buffer).map_or(4, spelled);
            match is_promoted(slot.field()) {
                true => named += value,
                false => bounded += entry(slot.field(), value),
            }
        }
        event.heap_bytes() + lossy + named + bounded.min(room(event))
    }

    /// The same event with its raw bytes and no values. Its fields are named in `attrs`, with nothing: whoever asks for
    /// one must look at the event itself.
    pub(crate) fn bare(&self) -> Row {
        let mut event = Event::new(self.event.raw(), self.event.received);
        (event.seq, event.time, event.source) = (self.event.seq, self.event.time, self.event.source.clone());
        for (field, _) in PROMOTED {
            event.push(*field, Value::Null);
            event.push(*field, Value::Null);
        }
        Row { event, format: self.format, peer: self.peer }
    }
}

/// Bytes of `attrs` that an event's fields without a column may take. Names stand there whole for every value, so a
/// hostile record would be hundreds of times larger in its columns than on the wire.
fn room(event: &Event) -> usize {
    (4 * event.raw().len()).max(16 << 10)
}

/// Bytes of a text within JSON.
fn spelled(text: &str) -> usize {
    let byte = |byte: u8| match byte {
        b'"' | b'\\' | 0x08..=0x0a | 0x0c | 0x0d => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(byte).sum()
}

/// Bytes of a field with a value of this size, with its quotes and marks.
fn entry(field: Field, value: usize) -> usize {
    spelled(field.name()) + value + 6
}

fn is_promoted(field: Field) -> bool {
    PROMOTED.iter().any(|(promoted, _)| *promoted == field)
}

/// Rows as one batch of columns.
pub(crate) fn batch(rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let texts = |of: &dyn Fn(&Row) -> String| -> ArrayRef {
        let mut builder = StringBuilder::new();
        rows.iter().for_each(|row| builder.append_value(of(row)));
        Arc::new(builder.finish())
    };
    let instants = |of: &dyn Fn(&Row) -> i64| -> ArrayRef {
        let mut builder = TimestampNanosecondBuilder::with_capacity(rows.len());
        rows.iter().for_each(|row| builder.append_value(of(row)));
        Arc::new(builder.finish().with_timezone("UTC"))
    };
    let mut seq = UInt64Builder::with_capacity(rows.len());
    let mut format = UInt8Builder::with_capacity(rows.len());
    let mut peer = StringBuilder::new();
    let mut bytes = BinaryBuilder::new();
    for row in rows {
        seq.append_value(row.event.seq);
        format.append_value(row.format.to_code());
        peer.append_option(row.peer.map(|ip| ip.to_string()));
        bytes.append_option(std::str::from_utf8(row.event.raw()).is_err().then_some(row.event.raw()));
    }
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(seq.finish()),
        instants(&|row| row.event.time.nanos()),
        instants(&|row| row.event.received.nanos()),
        texts(&|row| row.event.source.to_string()),
        texts(&|row| row.event.log_source.product.as_str().to_owned()),
        texts(&|row| class(&row.event)),
        Arc::new(format.finish()),
        Arc::new(peer.finish()),
    ];
    let mut attrs: Vec<Map<String, Json>> = rows.iter().map(|row| unpromoted(&row.event)).collect();
    for (field, kind) in PROMOTED {
        columns.push(match kind {
            Kind::Text => text_column(rows, *field),
            Kind::Long => long_column(rows, *field, &mut attrs),
        });
    }
    let mut attributes = StringBuilder::new();
    for map in attrs {
        attributes.append_option((!map.is_empty()).then(|| Json::Object(map).to_string()));
    }
    columns.push(Arc::new(attributes.finish()));
    columns.push(derived_column(rows));
    columns.push(texts(&|row| String::from_utf8_lossy(row.event.raw()).into_owned()));
    columns.push(Arc::new(bytes.finish()));
    RecordBatch::try_new(SCHEMA.clone(), columns)
}

/// What an event is filed under beside its product: its service, else its first category.
fn class(event: &Event) -> String {
    let source = &event.log_source;
    let service = source.service.as_str();
    let category = source.categories().next().map_or("", |c| c.as_str());
    match (service, category) {
        ("", category) => category.to_owned(),
        (service, "") => service.to_owned(),
        (service, category) => format!("{service}/{category}"),
    }
}

fn text_column(rows: &[Row], field: Field) -> ArrayRef {
    let mut builder = StringBuilder::new();
    let mut buffer = String::new();
    for row in rows {
        let value = row.event.get(field);
        builder.append_option(value.and_then(|value| value.text(&mut buffer)));
    }
    Arc::new(builder.finish())
}

fn derived_column(rows: &[Row]) -> ArrayRef {
    let mut builder = StringBuilder::new();
    let mut derived = Derived::default();
    let mut words = String::new();
    for row in rows {
        derived.of(&row.event, &mut words);
        builder.append_option((!words.is_empty()).then_some(words.as_str()));
    }
    Arc::new(builder.finish())
}

/// A value that is no integer, or an integer not spelled as usual, is in `attrs` too.
fn long_column(rows: &[Row], field: Field, attrs: &mut [Map<String, Json>]) -> ArrayRef {
    let mut builder = Int64Builder::with_capacity(rows.len());
    for (row, attrs) in rows.iter().zip(attrs) {
        let value = row.event.get(field);
        let long = match value {
            Some(Value::Int(int)) => Some(int),
            Some(Value::Str(text) | Value::Number(text)) => text.parse().ok(),
            _ => None,
        };
        // `007` is 7 in the column, and what it was in `attrs`.
        let is_spelled_otherwise = match (value, long) {
            (Some(Value::Str(text) | Value::Number(text)), Some(long)) => long.to_string() != text,
            (value, long) => long.is_none() && value.is_some(),
        };
        if let (true, Some(value)) = (is_spelled_otherwise, value) {
            attrs.entry(field.name()).or_insert_with(|| json(value));
        }
        builder.append_option(long);
    }
    Arc::new(builder.finish())
}

/// A value as JSON has it.
pub(crate) fn json(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(b),
        Value::Int(i) => Json::from(i),
        Value::Number(text) | Value::Str(text) => Json::String(text.to_owned()),
    }
}

/// What has no column, and every value of a field with several. Fields that have a column are never left out: that
/// they are named here says that the column does not have all of them.
fn unpromoted(event: &Event) -> Map<String, Json> {
    let mut attrs = Map::new();
    let mut counts: FxHashMap<Field, usize> = FxHashMap::default();
    event.slots().iter().for_each(|slot| *counts.entry(slot.field()).or_default() += 1);
    let (room, mut used, mut left_out) = (room(event), 0, 0);
    let mut buffer = String::new();
    for slot in event.slots() {
        let field = slot.field();
        // Taken out, so that a field is put in with its first slot.
        let Some(count) = counts.remove(&field) else { continue };
        let promoted = is_promoted(field);
        if promoted && count == 1 {
            continue;
        }
        if !promoted {
            let values = match count {
                1 => event.value(slot).text(&mut buffer).map_or(4, spelled),
                _ => event.values(field).map(|value| value.text(&mut buffer).map_or(4, spelled) + 3).sum(),
            };
            let bytes = entry(field, values);
            if used + bytes > room {
                left_out += 1;
                continue;
            }
            used += bytes;
        }
        let value = if count > 1 { Json::Array(event.values(field).map(json).collect()) } else { json(event.value(slot)) };
        attrs.insert(field.name().to_owned(), value);
    }
    if left_out > 0 {
        attrs.insert(LEFT_OUT.to_owned(), left_out.into());
    }
    attrs
}
