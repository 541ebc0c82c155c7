//! What Windows writes beside what a scene says: process ids and GUIDs that belong together, hashes, logon details.

use crate::script::Start;
use model::Timestamp;
use rand::Rng;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A running process, as Sysmon names it.
#[derive(Clone)]
struct Process {
    pid: u32,
    guid: String,
}

/// The processes of all hosts: which one an image's name stands for.
pub(crate) struct Processes {
    seed: u64,
    count: u32,
    running: BTreeMap<(String, String), Process>,
}

impl Processes {
    pub(crate) fn new(seed: u64) -> Processes {
        Processes { seed, count: 0, running: BTreeMap::new() }
    }

    /// Forgets what runs: the next scene has processes of its own.
    pub(crate) fn forget(&mut self) {
        self.running.clear();
    }

    /// The fields of Sysmon's event 1. A process that `lives_on` is the one that later events of its image mean.
    pub(crate) fn start(&mut self, host: &str, at: Timestamp, start: &Start<'_>, lives_on: bool) -> Map<String, Value> {
        let parent = self.running(host, at, start.parent);
        let own = self.fresh(host, at);
        let md5 = &self.digest(&["md5", start.image])[..32];
        let sha256 = self.digest(&["sha256", start.image]);
        let logon = self.digest(&["logon", host]);
        let name = start.image.rsplit('\\').next().unwrap_or(start.image);
        let data = json!({"Image": start.image, "OriginalFileName": name, "CommandLine": start.command,
            "CurrentDirectory": r"C:\Windows\System32\", "ProcessId": own.pid.to_string(), "ProcessGuid": own.guid,
            "ParentImage": start.parent, "ParentCommandLine": start.parent_command,
            "ParentProcessId": parent.pid.to_string(), "ParentProcessGuid": parent.guid, "IntegrityLevel": "Medium",
            "LogonId": format!("0x{}", logon[..6].to_lowercase()), "TerminalSessionId": "1",
            "Hashes": format!("MD5={md5},SHA256={sha256}")});
        if lives_on {
            self.running.insert((host.to_owned(), start.image.to_owned()), own);
        }
        match data {
            Value::Object(data) => data,
            _ => Map::new(),
        }
    }

    /// Completes an event of Sysmon: its time, and id and GUID of each process that it names.
    pub(crate) fn sysmon(&mut self, host: &str, at: Timestamp, data: &mut Map<String, Value>) {
        let mut put = |name: &str, value: String| {
            data.entry(name).or_insert(Value::String(value));
        };
        put("RuleName", "-".to_owned());
        put("UtcTime", at.to_string().replace('T', " ").trim_end_matches('Z').to_owned());
        for (image, pid, guid) in [
            ("Image", "ProcessId", "ProcessGuid"),
            ("SourceImage", "SourceProcessId", "SourceProcessGUID"),
            ("TargetImage", "TargetProcessId", "TargetProcessGUID"),
        ] {
            if let Some(name) = data.get(image).and_then(Value::as_str).map(str::to_owned) {
                let process = self.running(host, at, &name);
                data.entry(pid).or_insert_with(|| json!(process.pid.to_string()));
                data.entry(guid).or_insert_with(|| json!(process.guid));
            }
        }
    }

    fn running(&mut self, host: &str, at: Timestamp, image: &str) -> Process {
        let key = (host.to_owned(), image.to_owned());
        if let Some(process) = self.running.get(&key) {
            return process.clone();
        }
        let process = self.fresh(host, at);
        self.running.insert(key, process.clone());
        process
    }

    fn fresh(&mut self, host: &str, at: Timestamp) -> Process {
        self.count += 1;
        let machine = &self.digest(&["machine", host])[..8];
        let pid = self.digest(&["pid", host, &self.count.to_string()]);
        // Windows gives ids that are multiples of four.
        let pid = (u32::from_str_radix(&pid[..4], 16).unwrap_or(0) % 5_000 + 200) * 4;
        let seconds = u32::try_from(at.millis() / 1_000).unwrap_or(0);
        let (high, low) = (seconds >> 16, seconds & 0xffff);
        Process { pid, guid: format!("{{{machine}-{low:04X}-{high:04X}-{:04X}-000000000900}}", self.count & 0xffff) }
    }

    /// 64 hexadecimal digits that depend on the story and on `parts` alone.
    fn digest(&self, parts: &[&str]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        for part in parts {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode_upper(hash.finalize())
    }
}

/// Completes an event of the Security log with what Windows always says.
pub(crate) fn security(id: u32, rng: &mut impl Rng, data: &mut Map<String, Value>) {
    let port = rng.random_range(49_152..65_535).to_string();
    let usual = match id {
        4624 | 4625 => json!({"SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-",
            "SubjectLogonId": "0x0", "LogonProcessName": "NtLmSsp ", "AuthenticationPackageName": "NTLM",
            "WorkstationName": "-", "ProcessId": "0x0", "ProcessName": "-", "IpPort": port}),
        5145 => {
            json!({"ObjectType": "File", "ShareLocalPath": r"\??\D:\Shares", "AccessList": "%%4416", "IpPort": port})
        }
        4648 => json!({"IpAddress": "-", "IpPort": "-", "TargetInfo": "-"}),
        _ => return,
    };
    if let Value::Object(usual) = usual {
        for (name, value) in usual {
            data.entry(name).or_insert(value);
        }
    }
}
