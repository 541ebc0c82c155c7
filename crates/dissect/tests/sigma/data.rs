//! SigmaHQ's rules and captured events, where the public data are there.

use detect::{RuleFile, RuleSet};
use dissect::{Examiner, Log, Wanted};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of an event log before its first chunk, and of a chunk.
const HEADER: u64 = 4 << 10;
const CHUNK: u64 = 64 << 10;

/// Public data that is not part of the repository.
pub struct Shared {
    root: PathBuf,
}

impl Shared {
    /// `WATCHFLOOR_SHARED_DATA`, else the folder beside the repository; nothing, said aloud, where neither is there.
    pub fn find() -> Option<Shared> {
        let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into();
        let root = std::env::var_os("WATCHFLOOR_SHARED_DATA").map_or_else(beside, PathBuf::from);
        if root.join("sigma/sigmahq-rules.tar.zst").exists() && root.join("evtx/evtx-attack-samples.tar.zst").exists() {
            return Some(Shared { root });
        }
        eprintln!("skipped: no public data at {}", root.display());
        None
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.root.join(name)).unwrap()
    }

    /// The 3,141 rules of SigmaHQ's main folder.
    pub fn rules(&self) -> Vec<RuleFile> {
        let files = detect::rule_files_from_tar_zst(&self.read("sigma/sigmahq-rules.tar.zst")).unwrap();
        files.into_iter().filter(|file| file.name.starts_with("rules/")).collect()
    }

    /// The files of a bundle by name.
    pub fn unpacked(&self, bundle: &str) -> BTreeMap<String, Vec<u8>> {
        let packed = self.read(bundle);
        let mut archive = tar::Archive::new(zstd::Decoder::new(&packed[..]).unwrap());
        let entries = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), bytes)
        });
        entries.collect()
    }

    /// Hands on each captured data set of JSON lines, in order, of each at most so many bytes.
    pub fn each_json_lines(&self, each: u64, mut take: impl FnMut(&[u8])) {
        let mut files = Vec::new();
        let mut folders = vec![self.root.join("evtx/otrf")];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match path.is_dir() {
                    true => folders.push(path),
                    false if path.to_string_lossy().ends_with(".jsonl.zst") => files.push(path),
                    false => {}
                }
            }
        }
        files.sort();
        files.iter().for_each(|path| take(&part(path, each)));
    }
}

/// The beginning of a packed file, whole lines only.
fn part(path: &Path, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    zstd::Decoder::new(std::fs::File::open(path).unwrap()).unwrap().take(most).read_to_end(&mut bytes).unwrap();
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    bytes
}

/// The records of an event log as JSON.
pub fn records(log: Vec<u8>) -> Vec<Vec<u8>> {
    let rules = RuleSet::empty();
    let mut examiner = Examiner::new(&rules, Wanted { records: true, ..Default::default() });
    let log = Log::from_bytes(log);
    let chunks =
        (0..log.chunks()).filter_map(|chunk| Some((chunk, log.read_at(HEADER + chunk * CHUNK, CHUNK as usize).ok()?)));
    chunks
        .flat_map(|(chunk, bytes)| dissect::read_chunk(chunk, bytes, &mut examiner).records)
        .map(|record| record.json)
        .collect()
}

/// A record with its names side by side, as an engine without a mapping reads it.
pub fn flat(record: &[u8]) -> Option<Vec<u8>> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let event = record.get("Event")?;
    let system = event.get("System")?;
    let mut flat = Map::new();
    flat.insert("Channel".into(), system.get("Channel")?.clone());
    let id = system.get("EventID")?;
    flat.insert("EventID".into(), id.get("#text").unwrap_or(id).clone());
    flat.insert("Computer".into(), system.get("Computer")?.clone());
    flat.insert("Provider_Name".into(), system.pointer("/Provider/#attributes/Name")?.clone());
    if let Some(time) = system.pointer("/TimeCreated/#attributes/SystemTime") {
        flat.insert("@timestamp".into(), time.clone());
    }
    let user_data = || event.get("UserData")?.as_object()?.values().find(|value| value.is_object());
    let own = event.get("EventData").filter(|data| data.is_object()).or_else(user_data);
    for (name, value) in own.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Object(inner) if name == "Data" => {
                drop(inner.get("#text").map(|text| flat.insert(name.clone(), text.clone())))
            }
            Value::Object(_) | Value::Null => {}
            _ if name.starts_with('#') => {}
            value => drop(flat.insert(name.clone(), value.clone())),
        }
    }
    Some(Value::Object(flat).to_string().into_bytes())
}
