//! A labelled synthetic morning of a small company, sent through real sockets.
//!
//! [`Story::new`] writes the events of one morning, 08:00 to 11:20 UTC: the daily routine of larkfield.example, a few
//! false alarms that vary with the seed, and one intrusion from an invoice mail to a file server's data leaving the
//! company. Each event says which rules of `content/rules` must fire on it, so that a test can tell a detection that
//! is missing from one that is too many. [`send`] delivers a story over the protocols that real senders speak.
//!
//! Everything is invented: addresses are those of RFC 5737, and every JSON event is tagged `synthetic`.

mod alarms;
mod cast;
mod intrusion;
mod routine;
pub mod rules;
mod script;
mod send;
mod windows;

pub use send::{SendError, SendReport, Targets, send, send_over};

use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How an event reaches the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Windows and Sysmon events as JSON, in Elasticsearch's bulk protocol.
    Windows,
    /// Lines of Linux servers in RFC 3164, over UDP.
    LinuxAuth,
    /// ECS in RFC 5424, over TCP with octet counting.
    Firewall,
    /// ECS in RFC 5424, over TCP with a line feed after each record.
    Dns,
    /// NDJSON over HTTP, from the web proxy.
    Proxy,
    /// NDJSON over HTTP, from the mail gateway.
    MailGateway,
}

impl Channel {
    /// All of them.
    pub const ALL: [Channel; 6] =
        [Channel::Windows, Channel::LinuxAuth, Channel::Firewall, Channel::Dns, Channel::Proxy, Channel::MailGateway];
}

/// A chapter of the intrusion. No two stages expect the same rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// An invoice mail is delivered to four mailboxes.
    Phishing,
    /// The document is opened and its macro allowed to run.
    Macro,
    /// Word starts PowerShell, which fetches and loads a library and calls home.
    PowerShell,
    /// The memory of LSASS and the SAM hive are taken.
    CredentialTheft,
    /// The stolen service account goes to three servers.
    LateralMovement,
    /// Files are packed, the log silenced and 400 MB sent away.
    Exfiltration,
}

impl Stage {
    /// All of them, in the order of the story.
    pub const ALL: [Stage; 6] = [
        Stage::Phishing,
        Stage::Macro,
        Stage::PowerShell,
        Stage::CredentialTheft,
        Stage::LateralMovement,
        Stage::Exfiltration,
    ];
}

/// One event and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryEvent {
    /// When it happened.
    pub at: Timestamp,
    /// The sender's own id; the same seed and day give the same ids.
    pub id: String,
    /// How it is sent.
    pub channel: Channel,
    /// The host that it is about, as `host.name` will say; empty where the sender names none.
    pub host: String,
    /// The chapter it belongs to; `None` for routine and false alarms.
    pub stage: Option<Stage>,
    /// Ids of the rules that fire on it, and no others do.
    pub expects: Vec<&'static str>,
    /// The record, without framing.
    pub bytes: Vec<u8>,
}

/// What an event is in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Routine: no rule may fire.
    Benign,
    /// Harmless, and a rule fires on it all the same.
    FalseAlarm,
    /// Part of the intrusion.
    Intrusion(Stage),
}

impl StoryEvent {
    /// What it is in the story.
    pub fn label(&self) -> Label {
        match self.stage {
            Some(stage) => Label::Intrusion(stage),
            None if self.expects.is_empty() => Label::Benign,
            None => Label::FalseAlarm,
        }
    }
}

/// The length of a day and the time of the last event, in milliseconds since midnight.
const DAY: i64 = 86_400_000;
const END: i64 = script::clock(11, 20, 0);

/// The events of one morning, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What it was made from.
    pub seed: u64,
    /// The events.
    pub events: Vec<StoryEvent>,
}

impl Story {
    /// The morning of the UTC day that `day` lies in. The same seed and day give the same story, byte for byte.
    pub fn new(seed: u64, day: Timestamp) -> Story {
        Story::from_midnight(seed, day.millis() - day.millis().rem_euclid(DAY))
    }

    /// The same morning moved so that it ends at `end` or less than a second before: a queue that is fresh.
    pub fn ending_at(seed: u64, end: Timestamp) -> Story {
        // Syslog of the old kind has whole seconds.
        Story::from_midnight(seed, end.millis() - end.millis().rem_euclid(1_000) - END)
    }

    fn from_midnight(seed: u64, midnight: i64) -> Story {
        let mut script = script::Script::new(seed, midnight);
        intrusion::write(&mut script);
        alarms::write(&mut script);
        routine::write(&mut script);
        Story { seed, events: script.finish() }
    }

    /// The same morning with one chapter left out.
    #[must_use]
    pub fn without(&self, stage: Stage) -> Story {
        let events = self.events.iter().filter(|event| event.stage != Some(stage)).cloned().collect();
        Story { seed: self.seed, events }
    }

    /// The alerts that must be there: each rule that fires, with the hosts that it fires on.
    pub fn expected_alerts(&self) -> BTreeMap<&'static str, BTreeSet<&str>> {
        let mut alerts: BTreeMap<&'static str, BTreeSet<&str>> = BTreeMap::new();
        for event in &self.events {
            for rule in &event.expects {
                alerts.entry(rule).or_default().insert(&event.host);
            }
        }
        alerts
    }

    /// Ids of all rules that fire, false alarms included.
    pub fn expected_rules(&self) -> BTreeSet<&'static str> {
        self.events.iter().flat_map(|event| event.expects.iter().copied()).collect()
    }

    /// Ids of the rules that one chapter sets off.
    pub fn rules_of(&self, stage: Stage) -> BTreeSet<&'static str> {
        let own = self.events.iter().filter(|event| event.stage == Some(stage));
        own.flat_map(|event| event.expects.iter().copied()).collect()
    }
}
