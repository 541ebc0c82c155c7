//! One Windows event in its four shapes: the same fields, the original values kept, and derived names cut out of them.

#![no_main]

use fuzz::{Pieces, parsed, texts};
use libfuzzer_sys::fuzz_target;
use model::Event;
use parse::Format;
use serde_json::{Map, Value, json};

const CHANNELS: [&str; 6] = [
    "Security",
    "System",
    "Microsoft-Windows-Sysmon/Operational",
    "Microsoft-Windows-PowerShell/Operational",
    "Microsoft-Windows-Windows Defender/Operational",
    "Application",
];
const IDS: [i64; 24] =
    [1, 3, 7, 8, 10, 11, 13, 22, 1116, 1117, 4104, 4624, 4625, 4648, 4672, 4688, 4720, 4728, 4732, 4756, 4768, 5145, 7045, 1102];
const ITEMS: [&str; 40] = [
    "User", "SourceUser", "TargetUser", "SubjectUserName", "SubjectDomainName", "SubjectUserSid", "TargetUserName", "TargetDomainName",
    "TargetUserSid", "TargetSid", "MemberName", "MemberSid", "Detection User", "Image", "SourceImage", "TargetImage", "ParentImage",
    "NewProcessName", "ParentProcessName", "ProcessName", "CommandLine", "Hashes", "Hash", "ProcessId", "SourceProcessId", "NewProcessId",
    "SourceProcessGUID", "TargetFilename", "ImageLoaded", "TargetObject", "Details", "QueryName", "QueryResults", "SourceIp",
    "DestinationIp", "DestinationPort", "IpAddress", "IpPort", "ScriptBlockText", "EventType",
];

fuzz_target!(|data: &[u8]| {
    // As it comes: anything may call itself a Windows event.
    parsed(data, Format::Json);

    let mut pieces = Pieces(data);
    let channel = CHANNELS[usize::from(pieces.byte()) % CHANNELS.len()];
    let id = IDS[usize::from(pieces.byte()) % IDS.len()];
    let mut items = Map::new();
    while !pieces.0.is_empty() && items.len() < 32 {
        let name = ITEMS[usize::from(pieces.byte()) % ITEMS.len()];
        items.insert(name.to_owned(), Value::String(pieces.text()));
    }
    let mut flat = json!({"EventID": id, "Channel": channel, "Hostname": "h"});
    flat.as_object_mut().unwrap().extend(items.clone());
    let shapes = [
        json!({"Event": {"System": {"EventID": id, "Channel": channel, "Computer": "h"}, "EventData": items}}),
        json!({"winlog": {"event_id": id, "channel": channel, "computer_name": "h", "event_data": items}}),
        json!({"event_id": id, "log_name": channel, "computer_name": "h", "event_data": items}),
        flat,
    ]
    .map(|document| parsed(document.to_string().as_bytes(), Format::Json));
    let expected = names(&shapes[0]);
    for event in &shapes {
        assert_eq!(names(event), expected);
        assert_eq!(event.log_source, shapes[0].log_source);
        for (name, value) in &items {
            let kept = texts(event, &format!("winlog.event_data.{name}"));
            assert_eq!(kept, [value.as_str().unwrap()], "Sigma reads the original of {name}");
        }
        let within = |name: &str| {
            // The name of a member may stand there escaped, and its domain in parts.
            let member = name.starts_with("user.target.") && items.contains_key("MemberName");
            for text in texts(event, name) {
                assert!(member || items.values().any(|value| value.as_str().unwrap().contains(&text)), "{name} {text:?} is nobody's");
            }
        };
        for name in ["user.name", "user.domain", "user.id", "user.target.name", "user.target.domain", "group.name", "process.name", "file.name"] {
            within(name);
            assert!(texts(event, name).len() <= 1, "{name} has one value");
        }
    }
});

/// Names and values in an order of their own. An empty object of data is only there where the shape has one.
fn names(event: &Event) -> Vec<(&'static str, String)> {
    let mut all = fuzz::slots(event);
    all.retain(|(name, _)| !matches!(*name, "winlog.event_id" | "winlog.event_data"));
    all.sort();
    all
}
