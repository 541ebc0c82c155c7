//! Lists against events, as the program does it: bytes of a list, a line of JSON, and what is told.

mod formats;
mod hostile;
mod naive;
mod values;
mod warned;

use super::{Answer, IndicatorScratch, ListFile, Lists, Role};
use model::{Event, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-12T08:00:00Z").unwrap()
}

fn file(role: Role, name: &str, text: &str) -> ListFile {
    ListFile { role, name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn indicators(text: &str) -> Lists {
    Lists::read([file(Role::Indicators, "list", text)], now())
}

fn event(json: &str) -> Event {
    let mut event = Event::default();
    parse::parse_into(
        &parse::Input { raw: json.as_bytes(), received: now(), format: parse::Format::Json, peer: None },
        &mut event,
    );
    event
}

/// `field=value → list:indicator`, one a hit, and what is harmless or over as such.
fn told(lists: &Lists, json: &str) -> Vec<String> {
    let (mut found, mut told) = (Vec::new(), Vec::new());
    lists.indicators.finder().find(&event(json), &mut IndicatorScratch::default(), &mut found);
    for one in found {
        let place = format!("{}={}", one.field, one.value);
        match lists.indicators.answer(one.entry, &one.value, now()) {
            Answer::Hits(hits) => told
                .extend(hits.iter().map(|hit| format!("{place} -> {}:{}:{}", hit.list, hit.kind.as_str(), hit.value))),
            Answer::Benign(list) => told.push(format!("{place} -> harmless by {list}")),
            Answer::Expired => told.push(format!("{place} -> expired")),
        }
    }
    told
}

/// The indicators that a value in `client.address`, or one of the catalogue's fields, hits.
fn hit(lists: &Lists, field: &str, value: &str) -> Vec<String> {
    let json = serde_json::json!({ field: value }).to_string();
    told(lists, &json).into_iter().map(|told| told.rsplit_once(" -> ").unwrap().1.to_owned()).collect()
}

/// The codes of what a list of one kind refuses, with their places.
fn refused(text: &str) -> Vec<String> {
    let lists = indicators(text);
    lists.reports[0].faults.iter().map(|fault| format!("{} {}", fault.place, fault.code)).collect()
}
