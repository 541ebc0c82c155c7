//! MISP events, as a feed or an export has them: the attributes that their authors want to be detected (`to_ids`).

use super::hint_of;
use super::intake::{Intake, Place, Said};
use crate::indicators::value::Hint;
use serde_json::Value;

pub(super) fn is_one(value: &Value) -> bool {
    !events(value).is_empty()
}

/// The index of a feed: what its events are called, and nothing to be detected.
pub(super) fn is_manifest(value: &Value) -> bool {
    value.as_object().is_some_and(|all| {
        !all.is_empty()
            && all.iter().all(|(name, one)| uuid::Uuid::try_parse(name).is_ok() && one.get("info").is_some())
    })
}

fn events(value: &Value) -> Vec<&Value> {
    let inner = |one: &'_ Value| one.get("Event").is_some_and(Value::is_object);
    let all: &[Value] = match (value, value.get("response")) {
        (_, Some(Value::Array(all))) | (Value::Array(all), _) => all,
        (_, Some(one)) => std::slice::from_ref(one),
        _ => std::slice::from_ref(value),
    };
    if all.iter().any(inner) {
        return all.iter().filter_map(|one| one.get("Event")).collect();
    }
    // Attributes alone, as the search over attributes answers.
    all.iter().filter(|one| one.get("Attribute").is_some_and(Value::is_array)).collect()
}

pub(super) fn read(value: &Value, intake: &mut Intake<'_>) {
    intake.format("misp");
    let each = |value: &'_ Value, name: &str| {
        value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().to_vec()
    };
    for (event, number) in events(value).into_iter().zip(0usize..) {
        for (attribute, at) in each(event, "Attribute").iter().zip(0usize..) {
            self::attribute(attribute, &format!("Event[{number}].Attribute[{at}]"), intake);
        }
        for (object, of) in each(event, "Object").iter().zip(0usize..) {
            for (attribute, at) in each(object, "Attribute").iter().zip(0usize..) {
                self::attribute(attribute, &format!("Event[{number}].Object[{of}].Attribute[{at}]"), intake);
            }
        }
    }
}

fn attribute(attribute: &Value, path: &str, intake: &mut Intake<'_>) {
    let place = Place::Attribute(path);
    let text = |name| attribute.get(name).and_then(Value::as_str);
    let is = |name| match attribute.get(name) {
        Some(Value::Bool(is)) => *is,
        Some(Value::String(word)) => word == "1" || word == "true",
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        _ => false,
    };
    if !is("to_ids") || is("deleted") {
        return intake.ignore();
    }
    let (Some(kind), Some(value)) = (text("type"), text("value")) else {
        return intake.refuse(place, "list.type", "an attribute without type or value");
    };
    let said = Said { confidence: confidence(attribute), expires: None };
    let Some((first, second)) = kind.split_once('|') else {
        return match hint_of(kind).filter(|_| is_ours(kind)) {
            // What is called a host may be an address.
            Some(Hint::Domain) => intake.value(place, value, Hint::Any, said),
            Some(hint) => intake.value(place, value, hint, said),
            None => intake.refuse(place, "list.type", format!("the type {kind:?}")),
        };
    };
    let (left, right) = value.split_once('|').unwrap_or((value, ""));
    match (first, second) {
        // A port makes the address no other.
        ("ip-src" | "ip-dst", "port") => intake.value(place, left, Hint::Address, said),
        ("hostname", "port") => intake.value(place, left, Hint::Any, said),
        ("domain", "ip") => {
            intake.value(place, left, Hint::Any, said);
            intake.value(place, right, Hint::Address, said);
        }
        ("filename" | "malware-sample", hash) if hint_of(hash) == Some(Hint::Hash) => {
            intake.value(place, right, Hint::Hash, said)
        }
        _ => intake.refuse(place, "list.type", format!("the type {kind:?}")),
    }
}

/// Types of MISP that mean what their words say: a `link` is a reference, `file` is none of its types.
fn is_ours(kind: &str) -> bool {
    !matches!(kind, "link" | "file" | "uri")
}

/// MISP's own scale of confidence, as its taxonomy gives the numbers.
fn confidence(attribute: &Value) -> Option<u8> {
    let tags = attribute.get("Tag")?.as_array()?;
    tags.iter().filter_map(|tag| tag.get("name")?.as_str()).find_map(|name| {
        match name.strip_prefix("misp:confidence-level=")?.trim_matches('"') {
            "completely-confident" => Some(100),
            "usually-confident" => Some(75),
            "fairly-confident" => Some(50),
            "rarely-confident" => Some(25),
            "unconfident" => Some(0),
            _ => None,
        }
    })
}
