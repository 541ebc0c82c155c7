//! An event as one nested ECS document.

use model::{Event, Field, Value};
use serde_json::{Map, Value as Json};

/// Where a name is both a value and an object (`a` and `a.b`), the value moves to this name within the object.
const OWN_VALUE: &str = "value";

/// The event as a nested ECS document. Fields that ECS normalises to arrays are arrays; numbers too large for
/// JSON's usual readers stay as they were written, as text.
pub fn ecs_json(event: &Event) -> Map<String, Json> {
    let mut document = Map::new();
    document.insert("@timestamp".to_owned(), Json::String(event.time.to_string()));
    let mut seen: Vec<Field> = Vec::new();
    for slot in event.slots() {
        let field = slot.field();
        if seen.contains(&field) {
            continue;
        }
        seen.push(field);
        let mut values: Vec<Json> = event.values(field).map(json).collect();
        let list = values.len() > 1 || field.info().is_some_and(|info| info.list);
        let value = if list { Json::Array(values) } else { values.pop().unwrap_or(Json::Null) };
        insert(&mut document, field.name(), value);
    }
    document
}

fn json(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(b),
        Value::Int(i) => Json::from(i),
        Value::Number(text) => match text.parse::<serde_json::Number>() {
            // Only where the number comes back as it was written.
            Ok(number) if number.to_string() == text => Json::Number(number),
            _ => Json::String(text.to_owned()),
        },
        Value::Str(text) => Json::String(text.to_owned()),
    }
}

/// Objects within each other that a name may make; the rest of a longer name stays one name.
const MAX_LEVELS: usize = 16;

fn insert(document: &mut Map<String, Json>, name: &str, value: Json) {
    let mut here = document;
    let mut parts = name.splitn(MAX_LEVELS, '.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            match here.get_mut(part) {
                Some(Json::Object(inner)) => inner.insert(OWN_VALUE.to_owned(), value),
                _ => here.insert(part.to_owned(), value),
            };
            return;
        }
        let entry = here.entry(part).or_insert_with(|| Json::Object(Map::new()));
        if !entry.is_object() {
            let own = entry.take();
            *entry = Json::Object(Map::from_iter([(OWN_VALUE.to_owned(), own)]));
        }
        let Json::Object(inner) = entry else { return };
        here = inner;
    }
}
