//! STIX 2 bundles: their indicators. Of several versions of one, the last modified counts.

use super::intake::{Intake, Place, Said};
use super::pattern;
use model::Timestamp;
use serde_json::Value;
use std::collections::HashMap;

pub(super) fn is_one(value: &Value) -> bool {
    let of_bundle = |value: &Value| value.get("type").and_then(Value::as_str) == Some("bundle");
    let of_indicator = |value: &Value| {
        value.get("pattern").is_some() && value.get("type").and_then(Value::as_str) == Some("indicator")
    };
    of_bundle(value) || of_indicator(value) || value.as_array().is_some_and(|all| all.iter().any(|one| of_bundle(one) || of_indicator(one)))
        // What a TAXII server answers with.
        || value.get("objects").is_some_and(Value::is_array)
}

pub(super) fn read(value: &Value, intake: &mut Intake<'_>) {
    intake.format("stix");
    let mut objects: Vec<&Value> = Vec::new();
    gather(value, &mut objects);
    let mut newest: HashMap<&str, (&str, usize)> = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        let text = |name| object.get(name).and_then(Value::as_str);
        if let (Some("indicator"), Some(id)) = (text("type"), text("id")) {
            let modified = text("modified").unwrap_or("");
            let newest = newest.entry(id).or_insert((modified, index));
            if later(modified, newest.0) {
                *newest = (modified, index);
            }
        }
    }
    for (index, object) in objects.iter().enumerate() {
        let text = |name| object.get(name).and_then(Value::as_str);
        if text("type") != Some("indicator") {
            intake.ignore();
        } else if text("id").is_some_and(|id| newest.get(id).is_some_and(|(_, newest)| *newest != index)) {
            intake.outside();
        } else {
            indicator(object, Place::Object(index), intake);
        }
    }
}

/// Instants with fractions of different length do not compare as texts.
fn later(text: &str, than: &str) -> bool {
    match (Timestamp::parse(text), Timestamp::parse(than)) {
        (Ok(text), Ok(than)) => text > than,
        (Ok(_), Err(_)) => true,
        _ => false,
    }
}

/// The objects of a bundle, of a list of bundles, or of what is neither.
fn gather<'v>(value: &'v Value, objects: &mut Vec<&'v Value>) {
    match (value, value.get("objects")) {
        (_, Some(Value::Array(inner))) => objects.extend(inner),
        (Value::Array(all), _) => {
            for one in all {
                match one.get("objects") {
                    Some(Value::Array(inner)) => objects.extend(inner),
                    _ => objects.push(one),
                }
            }
        }
        (Value::Object(_), None) if value.get("type").and_then(Value::as_str) != Some("bundle") => objects.push(value),
        _ => {}
    }
}

fn indicator(object: &Value, place: Place<'_>, intake: &mut Intake<'_>) {
    let text = |name| object.get(name).and_then(Value::as_str);
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        return intake.outside();
    }
    let kind = text("pattern_type").unwrap_or("stix");
    if kind != "stix" {
        return intake.refuse(place, "stix.pattern_type", format!("a pattern of type {kind:?}"));
    }
    let mut said = Said::default();
    match object.get("confidence") {
        None | Some(Value::Null) => {}
        Some(value) => match value
            .as_u64()
            .and_then(|confidence| u8::try_from(confidence).ok())
            .filter(|confidence| *confidence <= 100)
        {
            Some(confidence) => said.confidence = Some(confidence),
            None => return intake.refuse(place, "list.number", format!("the confidence {value}")),
        },
    }
    if let Some(until) = text("valid_until") {
        match Timestamp::parse(until) {
            Ok(expires) => said.expires = Some(expires),
            Err(_) => return intake.refuse(place, "list.time", format!("valid_until {until:?}")),
        }
    }
    if let Some(from) =
        text("valid_from").and_then(|from| Timestamp::parse(from).ok()).filter(|from| *from > intake.now)
    {
        return intake.not_yet(from);
    }
    let Some(pattern) = text("pattern") else {
        return intake.refuse(place, "stix.pattern", "the indicator has no pattern");
    };
    match pattern::alternatives(pattern) {
        Ok(values) => values.iter().for_each(|(hint, value)| intake.value(place, value, *hint, said)),
        Err(unfit) => intake.refuse(place, unfit.code, unfit.message),
    }
}
