//! Event logs as Windows writes them: each kind of event has a template in its chunk, and a record is the template and the
//! values that are put into it.

use crate::evtx::{CHUNK, CHUNK_HEADER, LogEvent, Xml, closed, header};

/// The bytes of a log with these events; records are numbered from 1. Empty values are left out as Windows does it.
pub fn templated_log(events: &[LogEvent<'_>]) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let (mut first, mut open) = (1, Open::default());
    for (number, event) in (1u64..).zip(events) {
        let mut record = open.record(number, event);
        if open.bytes.len() + record.bytes.len() > CHUNK {
            chunks.push(closed(std::mem::take(&mut open).bytes, first, number - 1));
            first = number;
            record = open.record(number, event);
        }
        open.bytes.extend(record.bytes);
        open.templates.extend(record.template);
    }
    chunks.push(closed(open.bytes, first, events.len() as u64));
    let mut file = header(chunks.len() as u64, events.len() as u64 + 1);
    file.extend(chunks.concat());
    file
}

/// A chunk that is being written.
struct Open {
    bytes: Vec<u8>,
    /// The names of the items, and where their template is defined.
    templates: Vec<(Vec<String>, u32)>,
}

impl Default for Open {
    fn default() -> Self {
        Open { bytes: vec![0; CHUNK_HEADER], templates: Vec::new() }
    }
}

struct Written {
    bytes: Vec<u8>,
    /// The template, if it is defined here.
    template: Option<(Vec<String>, u32)>,
}

impl Open {
    fn record(&self, number: u64, event: &LogEvent<'_>) -> Written {
        let names: Vec<String> = event.data.iter().map(|(name, _)| (*name).to_owned()).collect();
        let known = self.templates.iter().find(|(known, _)| *known == names).map(|(_, place)| *place);
        let mut xml = Xml { out: vec![0; 24], at: self.bytes.len(), in_template: true };
        xml.out.extend([0x0f, 1, 1, 0, 0x0c, 1]);
        xml.out.extend(7u32.to_le_bytes());
        let here = (xml.at + xml.out.len() + 4) as u32;
        xml.out.extend(known.unwrap_or(here).to_le_bytes());
        if known.is_none() {
            define(&mut xml, &names);
        }
        let filetime = (event.time.nanos() / 100 + 116_444_736_000_000_000) as u64;
        values(&mut xml.out, number, filetime, event);
        Written {
            bytes: crate::evtx::framed(xml.out, number, filetime),
            template: known.is_none().then_some((names, here)),
        }
    }
}

/// The definition of a template, in the place where it is first used.
fn define(xml: &mut Xml, names: &[String]) {
    xml.out.extend([0; 4 + 16]);
    let size = xml.length();
    xml.out.extend([0x0f, 1, 1, 0]);
    xml.element("Event", &[], |xml| {
        xml.element("System", &[], |xml| {
            xml.substituted("Provider", &[("Name", 0, 0x01)], None);
            xml.substituted("EventID", &[], Some((1, 0x06)));
            xml.substituted("Level", &[], Some((2, 0x04)));
            xml.substituted("Keywords", &[], Some((3, 0x15)));
            xml.substituted("TimeCreated", &[("SystemTime", 4, 0x11)], None);
            xml.substituted("EventRecordID", &[], Some((5, 0x0a)));
            xml.substituted("Correlation", &[("ActivityID", 6, 0x0f)], None);
            xml.substituted("Execution", &[("ProcessID", 7, 0x08), ("ThreadID", 8, 0x08)], None);
            xml.substituted("Channel", &[], Some((9, 0x01)));
            xml.substituted("Computer", &[], Some((10, 0x01)));
            xml.substituted("Security", &[("UserID", 11, 0x13)], None);
        });
        xml.element("EventData", &[], |xml| {
            for (name, index) in names.iter().zip(12..) {
                xml.named("Data", ("Name", name), (index, 0x01));
            }
        });
    });
    xml.out.push(0);
    xml.measure(size);
}

fn values(out: &mut Vec<u8>, number: u64, filetime: u64, event: &LogEvent<'_>) {
    let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut values: Vec<(u8, Vec<u8>)> = vec![
        (0x01, text(event.provider)),
        (0x06, (event.id as u16).to_le_bytes().to_vec()),
        (0x04, vec![number as u8 % 5]),
        (0x15, (0x8000_0000_0000_0000 | number).to_le_bytes().to_vec()),
        (0x11, filetime.to_le_bytes().to_vec()),
        (0x0a, number.to_le_bytes().to_vec()),
        // Each second event belongs to no activity.
        if number.is_multiple_of(2) {
            (0x00, Vec::new())
        } else {
            (0x0f, [number.to_le_bytes(), filetime.to_le_bytes()].concat())
        },
        (0x08, (number as u32 * 4).to_le_bytes().to_vec()),
        (0x08, (number as u32 * 8).to_le_bytes().to_vec()),
        (0x01, text(event.channel)),
        (0x01, text(event.computer)),
        (0x13, vec![1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]),
    ];
    values.extend(
        event.data.iter().map(|(_, value)| if value.is_empty() { (0x00, Vec::new()) } else { (0x01, text(value)) }),
    );
    out.extend((values.len() as u32).to_le_bytes());
    for (kind, value) in &values {
        out.extend((value.len() as u16).to_le_bytes());
        out.extend([*kind, 0]);
    }
    values.iter().for_each(|(_, value)| out.extend(value));
}
