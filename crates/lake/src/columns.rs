//! The columns of the table `events`: the one list. What has no column is in `attrs`, a JSON object of name → value
//! or list; a field with several values has its first in the column and all of them in `attrs`.

use crate::attributes::{Attributes, entry, room, spelled};
use crate::words::Derived;
use datafusion::arrow::array::{
    ArrayRef, BinaryBuilder, Int64Array, RecordBatch, StringBuilder, TimestampNanosecondBuilder, UInt8Builder, UInt64Builder,
};
use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use model::{Event, Field, Value, field};
use serde_json::Value as Json;
use std::borrow::Cow;
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

/// For each field its place in [`PROMOTED`]; what lies behind the end has none.
static PLACES: LazyLock<Vec<Option<u8>>> = LazyLock::new(|| {
    let mut places = Vec::new();
    for ((field, _), place) in PROMOTED.iter().zip(0u8..) {
        places.resize(places.len().max(field.index() + 1), None);
        places[field.index()] = Some(place);
    }
    places
});

pub(crate) fn place(field: Field) -> Option<usize> {
    PLACES.get(field.index()).copied().flatten().map(usize::from)
}

fn is_promoted(field: Field) -> bool {
    place(field).is_some()
}

/// Where in an event the first value of each promoted field is.
pub(crate) type Firsts = [Option<u32>; PROMOTED.len()];

pub(crate) fn firsts(event: &Event) -> Firsts {
    let mut firsts = [None; PROMOTED.len()];
    for (slot, index) in event.slots().iter().zip(0u32..) {
        if let Some(place) = place(slot.field()) {
            firsts[place].get_or_insert(index);
        }
    }
    firsts
}

pub(crate) fn first<'e>(event: &'e Event, firsts: &Firsts, place: usize) -> Option<Value<'e>> {
    firsts[place].and_then(|index| event.slots().get(index as usize)).map(|slot| event.value(slot))
}

/// Rows as one batch of columns.
pub(crate) fn batch(rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let instants = |of: &dyn Fn(&Row) -> i64| -> ArrayRef {
        let mut builder = TimestampNanosecondBuilder::with_capacity(rows.len());
        rows.iter().for_each(|row| builder.append_value(of(row)));
        Arc::new(builder.finish().with_timezone("UTC"))
    };
    let raw_bytes = rows.iter().map(|row| row.event.raw().len()).sum();
    let mut seq = UInt64Builder::with_capacity(rows.len());
    let mut format = UInt8Builder::with_capacity(rows.len());
    let [mut source, mut product, mut class, mut peer] = [(); 4].map(|()| StringBuilder::new());
    let mut attributes = StringBuilder::with_capacity(rows.len(), raw_bytes / 2);
    let mut raw = StringBuilder::with_capacity(rows.len(), raw_bytes);
    let mut bytes = BinaryBuilder::new();
    let mut attrs = Attributes::default();
    let mut all_firsts = Vec::with_capacity(rows.len());
    for row in rows {
        let event = &row.event;
        seq.append_value(event.seq);
        source.append_value(&event.source);
        product.append_value(event.log_source.product.as_str());
        class.append_value(class_of(event));
        format.append_value(row.format.to_code());
        peer.append_option(row.peer.map(|ip| ip.to_string()));
        let firsts = firsts(event);
        attributes.append_option(attrs.of(event, &firsts));
        all_firsts.push(firsts);
        raw.append_value(String::from_utf8_lossy(event.raw()));
        bytes.append_option(std::str::from_utf8(event.raw()).is_err().then_some(event.raw()));
    }
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(seq.finish()),
        instants(&|row| row.event.time.nanos()),
        instants(&|row| row.event.received.nanos()),
        Arc::new(source.finish()),
        Arc::new(product.finish()),
        Arc::new(class.finish()),
        Arc::new(format.finish()),
        Arc::new(peer.finish()),
    ];
    for ((_, kind), place) in PROMOTED.iter().zip(0..) {
        let values = rows.iter().zip(&all_firsts).map(|(row, firsts)| first(&row.event, firsts, place));
        columns.push(match kind {
            Kind::Text => text_column(values),
            Kind::Long => Arc::new(Int64Array::from_iter(values.map(|value| value.and_then(long)))),
        });
    }
    columns.push(Arc::new(attributes.finish()));
    columns.push(derived_column(rows));
    columns.push(Arc::new(raw.finish()));
    columns.push(Arc::new(bytes.finish()));
    RecordBatch::try_new(SCHEMA.clone(), columns)
}

/// What an event is filed under beside its product: its service, else its first category.
fn class_of(event: &Event) -> Cow<'static, str> {
    let source = &event.log_source;
    let service = source.service.as_str();
    let category = source.categories().next().map_or("", |c| c.as_str());
    match (service, category) {
        ("", category) => category.into(),
        (service, "") => service.into(),
        (service, category) => format!("{service}/{category}").into(),
    }
}

fn text_column<'e>(values: impl Iterator<Item = Option<Value<'e>>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    let mut buffer = String::new();
    for value in values {
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

/// A value as an integer, if it is one.
fn long(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Int(int) => Some(int),
        Value::Str(text) | Value::Number(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) => None,
    }
}

/// Whether a column of integers has a value otherwise than it is: `007` is 7 there, and what it was is in `attrs`.
pub(crate) fn is_spelled_otherwise(value: Value<'_>) -> bool {
    match (value, long(value)) {
        (Value::Str(text) | Value::Number(text), Some(long)) => long.to_string() != text,
        (_, long) => long.is_none(),
    }
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
