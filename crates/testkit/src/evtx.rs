//! Event logs written for tests, since real ones are somebody's. The format is Microsoft's
//! (<https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc>); records
//! are written without templates, which every reader takes.

use model::Timestamp;

/// One event.
#[derive(Clone, Copy, Debug)]
pub struct LogEvent<'a> {
    /// Provider name.
    pub provider: &'a str,
    /// Channel.
    pub channel: &'a str,
    /// EventID.
    pub id: u32,
    /// Computer.
    pub computer: &'a str,
    /// When it was written.
    pub time: Timestamp,
    /// Items of EventData.
    pub data: &'a [(&'a str, &'a str)],
}

pub(crate) const CHUNK: usize = 64 << 10;
pub(crate) const CHUNK_HEADER: usize = 512;
pub(crate) const FILE_HEADER: usize = 4 << 10;

/// The bytes of a log with these events; records are numbered from 1.
pub fn event_log(events: &[LogEvent<'_>]) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut first = 1;
    let mut chunk = vec![0; CHUNK_HEADER];
    for (number, event) in (1u64..).zip(events) {
        let mut written = record(number, event, chunk.len());
        if chunk.len() + written.len() > CHUNK {
            chunks.push(closed(std::mem::replace(&mut chunk, vec![0; CHUNK_HEADER]), first, number - 1));
            first = number;
            // Its names point into the chunk that it stands in.
            written = record(number, event, CHUNK_HEADER);
        }
        chunk.extend_from_slice(&written);
    }
    chunks.push(closed(chunk, first, events.len() as u64));
    let mut file = header(chunks.len() as u64, events.len() as u64 + 1);
    file.extend(chunks.concat());
    file
}

pub(crate) fn header(chunks: u64, next_record: u64) -> Vec<u8> {
    let mut header = vec![0; FILE_HEADER];
    header[..8].copy_from_slice(b"ElfFile\0");
    header[16..24].copy_from_slice(&chunks.saturating_sub(1).to_le_bytes());
    header[24..32].copy_from_slice(&next_record.to_le_bytes());
    header[32..36].copy_from_slice(&128u32.to_le_bytes());
    header[36..38].copy_from_slice(&1u16.to_le_bytes());
    header[38..40].copy_from_slice(&3u16.to_le_bytes());
    header[40..42].copy_from_slice(&(FILE_HEADER as u16).to_le_bytes());
    header[42..44].copy_from_slice(&(chunks as u16).to_le_bytes());
    let sum = crc32fast::hash(&header[..120]);
    header[124..128].copy_from_slice(&sum.to_le_bytes());
    header
}

pub(crate) fn closed(mut chunk: Vec<u8>, first: u64, last: u64) -> Vec<u8> {
    let free = chunk.len() as u32;
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, number) in [(40, 128), (44, CHUNK_HEADER as u32), (48, free)] {
        chunk[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    chunk.resize(CHUNK, 0);
    sealed(chunk, first, last)
}

/// A whole chunk with the numbers of its records and the checksums that it must have.
pub(crate) fn sealed(mut chunk: Vec<u8>, first: u64, last: u64) -> Vec<u8> {
    for (at, number) in [(8, first), (16, last), (24, first), (32, last)] {
        chunk[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    let free = chunk[48..52].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let records = crc32fast::hash(&chunk[CHUNK_HEADER..free]);
    chunk[52..56].copy_from_slice(&records.to_le_bytes());
    let sum = crc32fast::hash(&[&chunk[..120], &chunk[128..CHUNK_HEADER]].concat());
    chunk[124..128].copy_from_slice(&sum.to_le_bytes());
    chunk
}

/// A record that will stand at `at` in its chunk.
fn record(number: u64, event: &LogEvent<'_>, at: usize) -> Vec<u8> {
    let time = event.time.to_string();
    let (id, number_text) = (event.id.to_string(), number.to_string());
    let mut xml = Xml { out: vec![0; 24], at, in_template: false };
    xml.out.extend([0x0f, 1, 1, 0]);
    xml.element("Event", &[], |xml| {
        xml.element("System", &[], |xml| {
            xml.element("Provider", &[("Name", event.provider)], |_| {});
            xml.element("EventID", &[], |xml| xml.text(&id));
            xml.element("TimeCreated", &[("SystemTime", &time)], |_| {});
            xml.element("EventRecordID", &[], |xml| xml.text(&number_text));
            xml.element("Channel", &[], |xml| xml.text(event.channel));
            xml.element("Computer", &[], |xml| xml.text(event.computer));
        });
        xml.element("EventData", &[], |xml| {
            for (name, value) in event.data {
                xml.element("Data", &[("Name", name)], |xml| xml.text(value));
            }
        });
    });
    xml.out.push(0);
    // 100 nanoseconds since 1601.
    framed(xml.out, number, (event.time.nanos() / 100 + 116_444_736_000_000_000) as u64)
}

/// A record whose first 24 bytes are still free, with its frame.
pub(crate) fn framed(mut out: Vec<u8>, number: u64, filetime: u64) -> Vec<u8> {
    let size = (out.len() + 4) as u32;
    out[..4].copy_from_slice(&[0x2a, 0x2a, 0, 0]);
    out[4..8].copy_from_slice(&size.to_le_bytes());
    out[8..16].copy_from_slice(&number.to_le_bytes());
    out[16..24].copy_from_slice(&filetime.to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}

/// Binary XML.
pub(crate) struct Xml {
    pub(crate) out: Vec<u8>,
    /// Where `out` begins in its chunk.
    pub(crate) at: usize,
    /// An element of a template says which value it depends on.
    pub(crate) in_template: bool,
}

impl Xml {
    pub(crate) fn element(&mut self, name: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Xml)) {
        let size = self.open(name, attributes.is_empty());
        if !attributes.is_empty() {
            let size = self.length();
            for (index, (name, value)) in attributes.iter().enumerate() {
                self.out.push(if index + 1 < attributes.len() { 0x46 } else { 0x06 });
                self.name(name);
                self.text(value);
            }
            self.measure(size);
        }
        self.out.push(0x02);
        inner(self);
        self.out.push(0x04);
        self.measure(size);
    }

    /// An element in a template with values in its attributes and in it, by their numbers and types.
    pub(crate) fn substituted(&mut self, name: &str, attributes: &[(&str, u16, u8)], inner: Option<(u16, u8)>) {
        let size = self.open(name, attributes.is_empty());
        if !attributes.is_empty() {
            let size = self.length();
            for (index, (name, value, kind)) in attributes.iter().enumerate() {
                self.out.push(if index + 1 < attributes.len() { 0x46 } else { 0x06 });
                self.name(name);
                self.value(*value, *kind);
            }
            self.measure(size);
        }
        self.close(inner, size);
    }

    /// The same with a name that is part of the template.
    pub(crate) fn named(&mut self, name: &str, (attribute, text): (&str, &str), inner: (u16, u8)) {
        let size = self.open(name, false);
        let attributes = self.length();
        self.out.push(0x06);
        self.name(attribute);
        self.text(text);
        self.measure(attributes);
        self.close(Some(inner), size);
    }

    fn close(&mut self, inner: Option<(u16, u8)>, size: usize) {
        self.out.push(if inner.is_some() { 0x02 } else { 0x03 });
        if let Some((value, kind)) = inner {
            self.value(value, kind);
            self.out.push(0x04);
        }
        self.measure(size);
    }

    fn value(&mut self, number: u16, kind: u8) {
        self.out.push(0x0e);
        self.out.extend(number.to_le_bytes());
        self.out.push(kind);
    }

    fn open(&mut self, name: &str, bare: bool) -> usize {
        self.out.push(if bare { 0x01 } else { 0x41 });
        if self.in_template {
            self.out.extend([0xff; 2]);
        }
        let size = self.length();
        self.name(name);
        size
    }

    /// Room for a length that is not known yet; answers where.
    pub(crate) fn length(&mut self) -> usize {
        self.out.extend([0; 4]);
        self.out.len()
    }

    pub(crate) fn measure(&mut self, from: usize) {
        let length = (self.out.len() - from) as u32;
        self.out[from - 4..from].copy_from_slice(&length.to_le_bytes());
    }

    /// A name, in the place where it is first used.
    fn name(&mut self, name: &str) {
        let place = (self.at + self.out.len() + 4) as u32;
        self.out.extend(place.to_le_bytes());
        self.out.extend([0; 4]);
        let hash = name.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(65_599).wrapping_add(u32::from(unit)));
        self.out.extend((hash as u16).to_le_bytes());
        self.units(name);
        self.out.extend([0; 2]);
    }

    fn text(&mut self, text: &str) {
        self.out.extend([0x05, 0x01]);
        self.units(text);
    }

    fn units(&mut self, text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.out.extend((units.len() as u16).to_le_bytes());
        self.out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
}
