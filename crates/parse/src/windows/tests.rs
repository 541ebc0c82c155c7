//! Windows events as they are recorded, and the ECS fields that they become.

use crate::tests::{categories, check, codes};
use model::{Event, field};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// An event in the shape in which `evtx_dump` writes it.
fn event(channel: &str, id: u32, data: serde_json::Value, expected: &[(&str, &str)]) -> Event {
    let document =
        json!({"Event": {"System": {"EventID": id, "Channel": channel, "Computer": "WS-7"}, "EventData": data}});
    let event = check(&document.to_string(), expected);
    assert_eq!(codes(&event), [""; 0]);
    event
}

const SYSMON: &str = "Microsoft-Windows-Sysmon/Operational";
const SECURITY: &str = "Security";
const POWERSHELL: &str = "Microsoft-Windows-PowerShell/Operational";

#[test]
fn an_accessed_process_has_two_accounts() {
    let data = json!({"SourceProcessGUID": "{s}", "SourceProcessId": "4242", "SourceImage": r"C:\Temp\tool.exe", "TargetProcessGUID": "{t}",
        "TargetImage": r"C:\Windows\System32\lsass.exe", "GrantedAccess": "0x1410", "SourceUser": r"LARK\ann", "TargetUser": r"NT AUTHORITY\SYSTEM"});
    let expected = [
        ("user.name", "ann"),
        ("user.domain", "LARK"),
        ("user.target.name", "SYSTEM"),
        ("user.target.domain", "NT AUTHORITY"),
        ("process.executable", r"C:\Temp\tool.exe"),
        ("process.name", "tool.exe"),
        ("process.pid", "4242"),
        ("process.entity_id", "{s}"),
        ("winlog.event_data.SourceUser", r"LARK\ann"),
        ("winlog.event_data.TargetUser", r"NT AUTHORITY\SYSTEM"),
    ];
    assert_eq!(categories(&event(SYSMON, 10, data, &expected)), ["process_access"]);
}

#[test]
fn a_script_block_is_its_users_and_stays_where_sigma_reads_it() {
    let raw = r##"{"Event":{"System":{"EventID":4104,"Channel":"Microsoft-Windows-PowerShell/Operational","Computer":"WS-7","Security":{"#attributes":{"UserID":"S-1-5-21-1-2-3-1104"}}},"EventData":{"ScriptBlockText":"IEX (New-Object Net.WebClient)","Path":""}}}"##;
    let script = [
        ("user.id", "S-1-5-21-1-2-3-1104"),
        ("winlog.user.identifier", "S-1-5-21-1-2-3-1104"),
        ("winlog.event_data.ScriptBlockText", "IEX (New-Object Net.WebClient)"),
        ("user.name", ""),
    ];
    assert_eq!(categories(&check(raw, &script)), ["ps_script"]);
    // Winlogbeat has looked the name up; module logging says it in its context.
    let beat = r#"{"winlog":{"channel":"Microsoft-Windows-PowerShell/Operational","event_id":4104,"user":{"identifier":"S-1-5-21-9","name":"ann","domain":"LARK"}}}"#;
    check(beat, &[("user.id", "S-1-5-21-9"), ("user.name", "ann"), ("user.domain", "LARK")]);
    let context = "        Severity = Informational\r\n        Connected User = x\r\n        User = LARK\\ann\r\n        Shell ID = s\r\n";
    event(POWERSHELL, 4103, json!({"ContextInfo": context}), &[("user.name", "ann"), ("user.domain", "LARK")]);
}

#[test]
fn a_found_program_has_the_account_that_it_was_found_with() {
    let data = json!({"Threat Name": "Trojan:Win32/Example", "Detection User": r"LARK\ann", "Path": r"file:_C:\x.exe"});
    for id in [1116, 1117] {
        let expected = [
            ("user.name", "ann"),
            ("user.domain", "LARK"),
            ("winlog.event_data.Detection User", r"LARK\ann"),
            ("event.category", "malware"),
        ];
        let event = event("Microsoft-Windows-Windows Defender/Operational", id, data.clone(), &expected);
        assert_eq!(categories(&event), ["antivirus"]);
    }
}

#[test]
fn a_member_of_a_group_is_the_target_and_the_subject_is_the_user() {
    for id in [4728, 4732, 4756] {
        let data = json!({"MemberName": "CN=Mallory\\, M.,OU=Staff,DC=lark,DC=example", "MemberSid": "S-1-5-21-1-2-3-1200", "TargetUserName": "Administrators",
            "TargetDomainName": "Builtin", "TargetSid": "S-1-5-32-544", "SubjectUserName": "ann", "SubjectDomainName": "LARK", "SubjectUserSid": "S-1-5-21-1-2-3-1104"});
        let expected = [
            ("group.name", "Administrators"),
            ("group.domain", "Builtin"),
            ("group.id", "S-1-5-32-544"),
            ("user.name", "ann"),
            ("user.domain", "LARK"),
            ("user.id", "S-1-5-21-1-2-3-1104"),
            ("user.target.name", "Mallory, M."),
            ("user.target.domain", "lark.example"),
            ("user.target.id", "S-1-5-21-1-2-3-1200"),
            ("winlog.event_data.TargetUserName", "Administrators"),
            ("event.action", "added-member-to-group"),
        ];
        event(SECURITY, id, data, &expected);
    }
    // A local group: the member is known by its id only, or by its account.
    let local = json!({"MemberName": "-", "MemberSid": "S-1-5-21-7", "TargetUserName": "Administrators", "SubjectUserName": "ann"});
    event(SECURITY, 4732, local, &[("user.target.name", ""), ("user.target.id", "S-1-5-21-7"), ("user.name", "ann")]);
    let account = json!({"MemberName": r"LARK\bob", "TargetUserName": "Administrators", "SubjectUserName": "ann"});
    event(SECURITY, 4732, account, &[("user.target.name", "bob"), ("user.target.domain", "LARK")]);
}

#[test]
fn a_changed_account_is_the_target_and_one_that_logs_on_is_the_user() {
    let data = json!({"TargetUserName": "bob", "TargetDomainName": "LARK", "TargetSid": "S-1-5-21-8", "SubjectUserName": "ann", "SubjectDomainName": "LARK"});
    event(
        SECURITY,
        4720,
        data,
        &[("user.name", "ann"), ("user.target.name", "bob"), ("user.target.id", "S-1-5-21-8"), ("user.id", "")],
    );
    let logon = json!({"TargetUserName": "bob", "TargetDomainName": "LARK", "TargetUserSid": "S-1-5-21-8", "SubjectUserName": "WS-7$", "IpAddress": "::ffff:192.0.2.7"});
    event(
        SECURITY,
        4624,
        logon,
        &[("user.name", "bob"), ("user.id", "S-1-5-21-8"), ("source.ip", "192.0.2.7"), ("user.target.name", "")],
    );
    // 4688 names no target: nobody's id is not the subject's.
    let started = json!({"SubjectUserName": "ann", "SubjectUserSid": "S-1-5-21-4", "TargetUserName": "-", "TargetUserSid": "S-1-0-0",
        "NewProcessName": r"C:\a.exe", "NewProcessId": "0x1a"});
    event(
        SECURITY,
        4688,
        started,
        &[("user.name", "ann"), ("user.id", "S-1-5-21-4"), ("process.name", "a.exe"), ("process.pid", "26")],
    );
}

#[test]
fn the_commonest_sysmon_events_have_their_fields() {
    let query = json!({"QueryName": "x.example", "QueryStatus": "0", "QueryResults": "type:  5 y.example;::ffff:192.0.2.7;2001:db8::1;",
        "Image": r"C:\b.exe", "User": r"LARK\ann"});
    let expected = [
        ("dns.question.name", "x.example"),
        ("dns.resolved_ip", "192.0.2.7"),
        ("process.name", "b.exe"),
        ("user.name", "ann"),
    ];
    assert_eq!(event(SYSMON, 22, query, &expected).values(field::DNS_RESOLVED_IP).count(), 2);
    let connection = json!({"Protocol": "tcp", "SourceIp": "192.0.2.7", "SourcePort": "50000", "DestinationIp": "198.51.100.4",
        "DestinationPort": 443, "DestinationHostname": "-", "User": r"LARK\ann"});
    let expected = [
        ("network.transport", "tcp"),
        ("source.ip", "192.0.2.7"),
        ("source.port", "50000"),
        ("destination.port", "443"),
        ("destination.domain", ""),
    ];
    event(SYSMON, 3, connection, &expected);
    let library = json!({"Image": r"C:\a.exe", "ImageLoaded": r"C:\evil.dll", "OriginalFileName": "good.dll", "Hashes": "SHA256=AB,IMPHASH=CD"});
    let expected = [
        ("dll.path", r"C:\evil.dll"),
        ("dll.name", "evil.dll"),
        ("dll.pe.original_file_name", "good.dll"),
        ("dll.hash.sha256", "AB"),
        ("process.pe.original_file_name", ""),
    ];
    event(SYSMON, 7, library, &expected);
    let file = json!({"Image": r"C:\a.exe", "TargetFilename": r"C:\Users\ann\x.docm"});
    event(
        SYSMON,
        11,
        file,
        &[("file.path", r"C:\Users\ann\x.docm"), ("file.name", "x.docm"), ("process.executable", r"C:\a.exe")],
    );
    let registry = json!({"EventType": "SetValue", "TargetObject": r"HKU\S-1-5\Run\x", "Details": "x.exe"});
    event(SYSMON, 13, registry, &[("registry.path", r"HKU\S-1-5\Run\x"), ("registry.data.strings", "x.exe")]);
}

#[test]
fn an_event_without_data_has_no_name_of_a_shape_left() {
    let event =
        check(r#"{"Event":{"System":{"EventID":1,"Channel":"System"},"EventData":null}}"#, &[("event.code", "1")]);
    assert!(event.iter().all(|(field, _)| !field.name().starts_with("Event.")), "{:?}", event.slots());
}

/// Names and values, in an order of their own; what only one shape has room for is left out.
fn said(event: &Event) -> Vec<(&'static str, String)> {
    let mut buffer = String::new();
    let mut all: Vec<_> = event
        .iter()
        .map(|(field, value)| (field.name(), value.text(&mut buffer).unwrap_or_default().to_owned()))
        .filter(|(name, _)| !matches!(*name, "winlog.event_id" | "winlog.event_data"))
        .collect();
    all.sort();
    all
}

proptest! {
    #[test]
    fn the_four_shapes_of_an_event_say_the_same_and_sigma_reads_what_was_written(
        id in prop::sample::select(vec![1, 3, 7, 10, 11, 13, 22, 1116, 4104, 4624, 4625, 4688, 4720, 4732, 5145]),
        channel in prop::sample::select(vec![SYSMON, SECURITY, POWERSHELL, "Microsoft-Windows-Windows Defender/Operational"]),
        data in prop::collection::btree_map(
            prop::sample::select(vec!["User", "TargetUserName", "SubjectUserName", "SubjectDomainName", "Image", "TargetImage", "CommandLine",
                "Hashes", "ProcessId", "QueryResults", "DestinationIp", "IpAddress", "ScriptBlockText", "Detection User", "MemberName"]),
            ".{0,24}",
            0..8,
        ),
    ) {
        let data: serde_json::Map<String, Json> = data.into_iter().map(|(name, value)| (name.to_owned(), Json::String(value))).collect();
        let mut flat = json!({"EventID": id, "Channel": channel, "Hostname": "h"});
        flat.as_object_mut().unwrap().extend(data.clone());
        let events = [
            json!({"Event": {"System": {"EventID": id, "Channel": channel, "Computer": "h"}, "EventData": data}}),
            json!({"winlog": {"event_id": id, "channel": channel, "computer_name": "h", "event_data": data}}),
            json!({"event_id": id, "log_name": channel, "computer_name": "h", "event_data": data}),
            flat,
        ]
        .map(|document| crate::tests::parsed(&document.to_string()));
        for event in &events {
            prop_assert_eq!(said(event), said(&events[0]));
            prop_assert_eq!(&event.log_source, &events[0].log_source);
            for (name, value) in &data {
                let field = model::Field::lookup(&format!("winlog.event_data.{name}"));
                prop_assert_eq!(field.and_then(|field| event.str(field)), value.as_str(), "{}", name);
            }
        }
    }
}
