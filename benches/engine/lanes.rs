//! The two lanes: captured events, repeated with hosts, process ids and GUIDs of their own, so that no copy is an
//! event that was seen before.

use crate::corpus::Shared;
use crate::equality::data;
use serde_json::{Map, Value};
use std::path::Path;

/// Events of a lane, at least.
pub const EVENTS: usize = 200_000;

/// NDJSON in memory.
pub struct Lane {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub events: usize,
}

impl Lane {
    /// Short events: every record of the captured event logs, flat.
    pub fn short(shared: &Shared, folder: &Path) -> Lane {
        shared.unpack_evtx(folder);
        let mut documents = Vec::new();
        records(folder, &mut documents);
        Lane::of("short", &documents)
    }

    /// Long events: the captured data sets that are flat already, messages and all.
    pub fn long(shared: &Shared) -> Lane {
        let lines = shared.json_lines(8 << 20);
        let documents: Vec<Map<String, Value>> = lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
        Lane::of("long", &documents)
    }

    fn of(name: &'static str, documents: &[Map<String, Value>]) -> Lane {
        let templates: Vec<Template> = documents.iter().map(Template::of).collect();
        let (mut bytes, mut events) = (Vec::new(), 0);
        for copy in 0.. {
            for template in templates.iter().take(EVENTS - events) {
                template.write(copy, &mut bytes);
                events += 1;
            }
            if events == EVENTS {
                break;
            }
        }
        Lane { name, bytes, events }
    }

    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
    }

    /// The first so many events.
    pub fn first(&self, events: usize) -> Lane {
        let bytes: Vec<u8> = self.lines().take(events).flat_map(|line| line.iter().copied().chain([b'\n'])).collect();
        Lane { name: self.name, events: events.min(self.events), bytes }
    }
}

/// An event cut where copies differ.
struct Template(Vec<(String, Varied)>);

/// What follows a piece of text.
enum Varied {
    Nothing,
    /// A name that ends in the copy's number.
    Host,
    /// A number moved by the copy's number.
    Pid(u64),
    /// The first eight digits of a GUID.
    Guid(u32),
}

impl Template {
    fn of(document: &Map<String, Value>) -> Template {
        let host = ["Computer", "Hostname"].iter().find_map(|name| document.get(*name)?.as_str()).unwrap_or_default();
        let label = host.split('.').next().unwrap_or_default();
        let mut pieces: Vec<(String, Varied)> = Vec::new();
        let mut text = String::from("{");
        for (at, (name, value)) in document.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "," });
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            match number.filter(|_| name.ends_with("ProcessId") || name.ends_with("ProcessID")) {
                Some(pid) => {
                    let quote = if value.is_string() { "\"" } else { "" };
                    text.push_str(quote);
                    pieces.push((std::mem::take(&mut text), Varied::Pid(pid)));
                    text.push_str(quote);
                }
                None => cut(&value.to_string(), label, &mut text, &mut pieces),
            }
        }
        text.push_str("}\n");
        pieces.push((text, Varied::Nothing));
        Template(pieces)
    }

    fn write(&self, copy: u64, out: &mut Vec<u8>) {
        use std::io::Write;
        for (text, varied) in &self.0 {
            out.extend_from_slice(text.as_bytes());
            match varied {
                Varied::Nothing => {}
                Varied::Host => write!(out, "{copy}").unwrap(),
                Varied::Pid(pid) => write!(out, "{}", pid + copy * 4).unwrap(),
                Varied::Guid(first) => write!(out, "{:08X}", first.wrapping_add((copy as u32).wrapping_mul(0x9E37_79B1))).unwrap(),
            }
        }
    }
}

/// Cuts a JSON value behind the host's name and around the first part of each GUID in braces.
fn cut(value: &str, label: &str, text: &mut String, pieces: &mut Vec<(String, Varied)>) {
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if label.len() > 3 && rest.starts_with(label) {
            text.push_str(label);
            pieces.push((std::mem::take(text), Varied::Host));
            rest = &rest[label.len()..];
        } else if let Some(first) = guid(rest) {
            text.push('{');
            pieces.push((std::mem::take(text), Varied::Guid(first)));
            rest = &rest[9..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// The first part of a GUID of the form `{xxxxxxxx-xxxx-…}`.
fn guid(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let is_guid = bytes.first() == Some(&b'{') && bytes.get(9) == Some(&b'-') && bytes.get(37) == Some(&b'}');
    if is_guid { u32::from_str_radix(text.get(1..9)?, 16).ok() } else { None }
}

/// The records of all event logs below a folder, flat: a few names of the system part, then the event's own.
fn records(folder: &Path, out: &mut Vec<Map<String, Value>>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            records(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "evtx") {
            let records = data::records(std::fs::read(&path).unwrap());
            out.extend(records.iter().filter_map(|record| serde_json::from_slice(&data::flat(record)?).ok()));
        }
    }
}
