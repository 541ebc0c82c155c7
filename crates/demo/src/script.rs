//! Where a story is written down: times, ids and the senders' formats.

use crate::cast::{FILE_SERVER, fqdn};
use crate::windows::Processes;
use crate::{Channel, Stage, StoryEvent};
use model::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// Milliseconds since midnight.
pub(crate) const fn clock(hour: i64, minute: i64, second: i64) -> i64 {
    ((hour * 60 + minute) * 60 + second) * 1_000
}

/// While its event log is stopped, the file server writes nothing.
const SILENCE: Range<i64> = clock(9, 24, 31)..clock(10, 41, 0);

/// A Windows log: its channel, its provider.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowsLog(&'static str, &'static str);

pub(crate) const SYSMON: WindowsLog = WindowsLog("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon");
pub(crate) const SECURITY: WindowsLog = WindowsLog("Security", "Microsoft-Windows-Security-Auditing");
pub(crate) const SYSTEM: WindowsLog = WindowsLog("System", "Service Control Manager");
pub(crate) const POWERSHELL: WindowsLog =
    WindowsLog("Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell");
pub(crate) const DEFENDER: WindowsLog =
    WindowsLog("Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender");

/// The story as it grows.
pub(crate) struct Script {
    pub rng: StdRng,
    /// The chapter that is being written.
    pub stage: Option<Stage>,
    /// What runs on which host.
    pub processes: Processes,
    seed: u64,
    /// The story's midnight, in milliseconds since 1970.
    midnight: i64,
    events: Vec<StoryEvent>,
}

impl Script {
    /// An empty script whose clock starts at `midnight`, in milliseconds since 1970.
    pub(crate) fn new(seed: u64, midnight: i64) -> Script {
        let (rng, processes) = (StdRng::seed_from_u64(seed), Processes::new(seed));
        Script { rng, stage: None, processes, seed, midnight, events: Vec::new() }
    }

    /// The events in order of time.
    pub(crate) fn finish(mut self) -> Vec<StoryEvent> {
        self.events.sort_by_key(|event| event.at);
        self.events
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.random_range(0..from.len())]
    }

    /// A time of the working morning.
    pub(crate) fn some_time(&mut self) -> i64 {
        self.rng.random_range(clock(8, 0, 0)..clock(11, 20, 0))
    }

    fn instant(&self, at: i64) -> Timestamp {
        Timestamp::from_millis(self.midnight.saturating_add(at))
    }

    fn push(&mut self, channel: Channel, at: i64, host: String, expects: &[&'static str], bytes: Vec<u8>) {
        let id = format!("lark-{:x}-{:x}-{}", self.seed, self.midnight / 1_000, self.events.len());
        let (at, stage, expects) = (self.instant(at), self.stage, expects.to_vec());
        let event = StoryEvent { at, id, channel, host, stage, expects, bytes };
        self.events.push(event);
    }

    /// A Windows event. Half of the hosts send what `evtx_dump` writes, the others what Winlogbeat writes.
    pub(crate) fn windows(
        &mut self,
        at: i64,
        host: &str,
        (log, id): (WindowsLog, u32),
        mut data: Value,
        expects: &[&'static str],
    ) {
        if host == FILE_SERVER.0 && SILENCE.contains(&at) {
            return;
        }
        let computer = fqdn(host);
        let time = self.instant(at).to_string();
        if let Value::Object(data) = &mut data {
            match log {
                SYSMON => self.processes.sysmon(host, self.instant(at), data),
                SECURITY => crate::windows::security(id, &mut self.rng, data),
                _ => {}
            }
        }
        let record = 40_000 + self.events.len();
        let document = if host.ends_with(['1', '7']) {
            json!({"Event": {"System": {"Provider": {"#attributes": {"Name": log.1}}, "EventID": id,
                "TimeCreated": {"#attributes": {"SystemTime": time}}, "EventRecordID": record, "Channel": log.0,
                "Computer": computer}, "EventData": data}, "tags": ["synthetic"]})
        } else {
            json!({"@timestamp": time, "event": {"code": id.to_string(), "provider": log.1, "kind": "event"},
                "host": {"name": computer}, "tags": ["synthetic"], "agent": {"type": "winlogbeat"},
                "winlog": {"channel": log.0, "provider_name": log.1, "event_id": id.to_string(),
                    "record_id": record, "computer_name": computer, "event_data": data}})
        };
        self.push(Channel::Windows, at, computer, expects, document.to_string().into_bytes());
    }

    /// A program that was started: Sysmon's event 1.
    pub(crate) fn process(&mut self, at: i64, host: &str, user: &str, start: &Start<'_>, expects: &[&'static str]) {
        // The routine's programs come and go; the intrusion's are the parents of what follows.
        let lives_on = self.stage.is_some();
        let mut data = self.processes.start(host, self.instant(at), start, lives_on);
        data.insert("User".to_owned(), json!(format!("LARKFIELD\\{user}")));
        let data = Value::Object(data);
        self.windows(at, host, (SYSMON, 1), data, expects);
    }

    /// A line of a Linux server.
    pub(crate) fn linux(&mut self, at: i64, host: &str, program: &str, text: &str, expects: &[&'static str]) {
        let (pid, time) = (self.rng.random_range(400..30_000), self.instant(at).nanos());
        let time = jiff::Timestamp::from_nanosecond(i128::from(time)).unwrap_or_default();
        let line = format!("<86>{} {host} {program}[{pid}]: {text}", time.strftime("%b %e %H:%M:%S"));
        self.push(Channel::LinuxAuth, at, host.to_owned(), expects, line.into_bytes());
    }

    /// An event in ECS, from the firewall or the resolver in a syslog record, otherwise as a line of JSON.
    pub(crate) fn ecs(&mut self, at: i64, channel: Channel, fields: Value, expects: &[&'static str]) {
        let time = self.instant(at).to_string();
        let mut document =
            Map::from_iter([("@timestamp".to_owned(), json!(time)), ("tags".to_owned(), json!(["synthetic"]))]);
        if let Value::Object(fields) = fields {
            document.extend(fields);
        }
        let named = document.get("host").and_then(|host| host["name"].as_str()).map(str::to_owned);
        let document = Value::Object(document);
        let (header_host, record) = match channel {
            Channel::Firewall => ("fw-edge-01", format!("<134>1 {time} fw-edge-01 larkwall - traffic - {document}")),
            Channel::Dns => ("dns-01", format!("<30>1 {time} dns-01 resolver 611 query - {document}")),
            _ => ("", document.to_string()),
        };
        let host = named.unwrap_or_else(|| header_host.to_owned());
        self.push(channel, at, host, expects, record.into_bytes());
    }
}

/// What a process was started as.
#[derive(Clone, Copy)]
pub(crate) struct Start<'a> {
    pub image: &'a str,
    pub command: &'a str,
    pub parent: &'a str,
    pub parent_command: &'a str,
}

/// A process that was started by a program without arguments.
pub(crate) fn start<'a>(image: &'a str, command: &'a str, parent: &'a str) -> Start<'a> {
    Start { image, command, parent, parent_command: parent }
}
