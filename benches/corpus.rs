//! What is measured with: the synthetic morning in many lanes, our rules, and public data where it is there.

use demo::{Channel, Story};
use detect::RuleFile;
use model::Timestamp;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// One morning after the other, each with hosts, process ids and GUIDs of its own.
pub struct Lanes {
    lane: u64,
}

/// Records of a lane.
#[derive(Default)]
pub struct Records {
    /// JSON documents: Windows, proxy, mail.
    pub documents: Vec<Vec<u8>>,
    /// Lines of syslog: firewall, DNS, Linux.
    pub lines: Vec<Vec<u8>>,
    /// Of all of them, those that a rule fires on.
    pub matching: usize,
}

impl Lanes {
    pub fn new() -> Lanes {
        Lanes { lane: 0 }
    }

    /// Whole lanes until there are so many documents and lines.
    pub fn take(&mut self, documents: usize, lines: usize, benign_only: bool) -> Records {
        let mut records = Records::default();
        while records.documents.len() < documents || records.lines.len() < lines {
            self.lane += 1;
            let day = Timestamp::parse("2026-03-12T00:00:00Z").unwrap();
            let host = format!("l{:04}.larkfield.example", self.lane);
            for event in Story::new(self.lane, day).events {
                if benign_only && !event.expects.is_empty() {
                    continue;
                }
                records.matching += usize::from(!event.expects.is_empty());
                let text = String::from_utf8(event.bytes).unwrap().replace("larkfield.example", &host).into_bytes();
                match event.channel {
                    Channel::Windows | Channel::Proxy | Channel::MailGateway => records.documents.push(text),
                    Channel::LinuxAuth | Channel::Firewall | Channel::Dns => records.lines.push(text),
                }
            }
        }
        records
    }
}

/// A Windows document with its names side by side, which every Sigma engine reads without a mapping.
pub fn flat(document: &[u8]) -> Option<Vec<u8>> {
    let document: Value = serde_json::from_slice(document).unwrap();
    let winlog = document.get("winlog")?;
    let mut flat = Map::new();
    flat.insert("@timestamp".into(), document["@timestamp"].clone());
    for (name, from) in [("Channel", "channel"), ("SourceName", "provider_name"), ("Hostname", "computer_name")] {
        flat.insert(name.into(), winlog[from].clone());
    }
    flat.insert("EventID".into(), winlog["event_id"].as_str()?.parse::<u64>().ok()?.into());
    flat.extend(winlog["event_data"].as_object()?.clone());
    Some(Value::Object(flat).to_string().into_bytes())
}

/// The folder of our rules.
pub fn own_rules_folder() -> PathBuf {
    Path::new(ROOT).join("content/rules")
}

/// Our rules.
pub fn own_rules() -> Vec<RuleFile> {
    let mut files = Vec::new();
    let mut folders = vec![own_rules_folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                files.push(RuleFile { name: path.file_name().unwrap().to_string_lossy().into_owned(), text: std::fs::read(path).unwrap() });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// Public data that is not part of the repository.
pub struct Shared {
    root: PathBuf,
}

impl Shared {
    /// `WATCHFLOOR_SHARED_DATA`, else the folder beside the repository; the place where it is not, if it is nowhere.
    pub fn find() -> Result<Shared, PathBuf> {
        let root = std::env::var_os("WATCHFLOOR_SHARED_DATA").map_or_else(|| Path::new(ROOT).join("../shared/data"), PathBuf::from);
        if root.join("sigma/sigmahq-rules.tar.zst").exists() { Ok(Shared { root }) } else { Err(root) }
    }

    /// SigmaHQ's rules, as `--rules` takes them.
    pub fn rules_archive(&self) -> PathBuf {
        self.root.join("sigma/sigmahq-rules.tar.zst")
    }

    /// SigmaHQ's rules.
    pub fn rules(&self) -> Vec<RuleFile> {
        detect::rule_files_from_tar_zst(&std::fs::read(self.rules_archive()).unwrap()).unwrap()
    }

    /// Unpacks the captured event logs into a folder; their bytes.
    pub fn unpack_evtx(&self, to: &Path) -> u64 {
        let file = std::fs::File::open(self.root.join("evtx/evtx-attack-samples.tar.zst")).unwrap();
        tar::Archive::new(zstd::Decoder::new(file).unwrap()).unpack(to).unwrap();
        bytes_below(to)
    }

    /// The first part of each captured data set that has Windows events as flat JSON, whole lines up to `each` bytes.
    pub fn json_lines(&self, each: u64) -> Vec<Vec<u8>> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.join("evtx/otrf")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false if path.to_string_lossy().ends_with(".jsonl.zst") => files.push(path),
                    false => {}
                }
            }
        }
        files.sort();
        let mut lines = Vec::new();
        for file in files {
            let mut bytes = Vec::new();
            zstd::Decoder::new(std::fs::File::open(file).unwrap()).unwrap().take(each).read_to_end(&mut bytes).unwrap();
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let windows = |line: &&[u8]| serde_json::from_slice::<Value>(line).is_ok_and(|event| event.get("EventID").is_some() && event.get("Channel").is_some());
            lines.extend(bytes[..whole].split(|byte| *byte == b'\n').filter(windows).map(<[u8]>::to_vec));
        }
        lines
    }
}

/// Writes lines into several files, so that a reader may take them in parallel; their bytes.
pub fn write(lines: &[Vec<u8>], folder: &Path, files: usize) -> u64 {
    std::fs::create_dir_all(folder).unwrap();
    for (index, part) in lines.chunks(lines.len().div_ceil(files)).enumerate() {
        let text: Vec<u8> = part.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect();
        std::fs::write(folder.join(format!("{index:02}.ndjson")), text).unwrap();
    }
    bytes_below(folder)
}

/// Bytes of all files in a folder and the folders in it.
pub fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { bytes_below(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}
