//! Lists as they are published.

use super::{Lists, Role, file, hit, indicators, now, refused};
use crate::indicators::{Answer, IndicatorScratch, ListFile};
use model::Timestamp;

fn counts(lists: &Lists) -> (&str, u64, u64, u64, u64) {
    let report = &lists.reports[0];
    (&report.format, report.entries, report.outside, report.ignored, report.refused)
}

#[test]
fn lines_with_comments_and_what_is_written_after_the_entry() {
    let text = "\u{feff}# C2 of somebody\r\n\r\n192.0.2.7\t12\r\nevil.example # seen twice\r\n; no\r\n// no\r\nhttp://evil.example/#frag\r\n0.0.0.0 ads.evil.example\r\n\"quoted.example\",\r\n- bullet.example\r\nprose about this\r\n";
    let lists = indicators(text);
    assert_eq!(counts(&lists), ("plain", 6, 0, 0, 1), "{:?}", lists.reports);
    assert_eq!(refused(text), ["line 11 list.value_unknown"]);
    assert_eq!(hit(&lists, "dns.question.name", "ads.evil.example").len(), 2);
}

#[test]
fn a_list_in_utf_16_is_read() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend("192.0.2.7\r\nevil.example\r\n".encode_utf16().flat_map(u16::to_le_bytes));
    let lists = Lists::read([ListFile { role: Role::Indicators, name: "wide".to_owned(), bytes }], now());
    assert_eq!(counts(&lists), ("plain", 2, 0, 0, 0));
}

#[test]
fn a_table_is_read_by_its_header() {
    let text = "value,type,notes\n192.0.2.7,ipaddress,\"one, two\nthree\"\nevil.example,hostname,\nRegistrant <eve@evil.example>,emailwhois,x\n\
                \"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1,b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2\",file,\n";
    let lists = indicators(text);
    assert_eq!(counts(&lists), ("csv", 4, 0, 0, 1));
    assert_eq!(refused(text), ["line 5 list.type"]);
    let text = "sha256,Description\na1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1,Linux\n";
    assert_eq!(counts(&indicators(text)), ("csv", 1, 0, 0, 0));
    let misp = "uuid,event_id,category,type,value,comment,to_ids,date\n1,2,Network activity,domain|ip,evil.example|192.0.2.7,,1,20260101\n1,2,Network activity,ip-dst,192.0.2.8,,0,20260101\n";
    assert_eq!(counts(&indicators(misp)), ("csv", 2, 0, 1, 0));
}

#[test]
fn a_table_says_confidence_and_expiry() {
    let text = "indicator;confidence;valid_until\n192.0.2.7;85;2026-04-01\n192.0.2.8;20;2026-03-12T08:00:01Z\n192.0.2.9;50;2026-03-12 07:59:59\n192.0.2.10;101;\n192.0.2.11;;soon\n";
    let lists = indicators(text);
    assert_eq!(counts(&lists), ("csv", 2, 1, 0, 2));
    let answer = |value: &str, now: Timestamp| {
        let (mut found, json) = (Vec::new(), format!(r#"{{"source":{{"ip":"{value}"}}}}"#));
        lists.indicators.finder().find(&super::event(&json), &mut IndicatorScratch::default(), &mut found);
        found.first().map(|found| lists.indicators.answer(found.entry, &found.value, now))
    };
    let Some(Answer::Hits(hits)) = answer("192.0.2.7", now()) else { panic!("no hit") };
    assert_eq!((hits[0].confidence, hits[0].level()), (Some(85), model::Severity::High));
    assert_eq!(hits[0].expires.unwrap().to_string(), "2026-04-01T00:00:00Z");
    assert!(matches!(answer("192.0.2.8", now()), Some(Answer::Hits(_))));
    let later = Timestamp::parse("2026-03-12T08:00:01Z").unwrap();
    assert_eq!(answer("192.0.2.8", later), Some(Answer::Expired), "it has expired while it was loaded");
    assert_eq!(answer("192.0.2.9", now()), None, "it had expired when it was read");
}

#[test]
fn a_table_without_a_header_that_is_known() {
    let read = |name: &str, text: &str| Lists::read([file(Role::Indicators, name, text)], now());
    assert_eq!(counts(&read("a.csv", "192.0.2.7,x\nevil.example,y\n")), ("csv", 2, 0, 0, 0));
    let lists = read("a.csv", "Name,Colour\nx,red\n");
    assert_eq!(lists.reports[0].faults[0].code, "list.header");
    let cache = "0123456789abcdef0123456789abcdef,5ac337a1-1c48-4d5c-8c1c-4f5b950d210f\n";
    assert_eq!(counts(&read("hashes.csv", cache)).1, 0, "a feed's index names hashes of values");
    assert_eq!(read("hashes.csv", cache).reports[0].faults[0].code, "list.header");
}

#[test]
fn a_stix_bundle() {
    let text = r#"{"type":"bundle","id":"bundle--1","objects":[
        {"type":"indicator","id":"indicator--1","modified":"2026-01-01T00:00:00Z","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.7']","valid_from":"2026-01-01T00:00:00Z","confidence":80,"valid_until":"2027-01-01T00:00:00Z"},
        {"type":"indicator","id":"indicator--1","modified":"2025-01-01T00:00:00.5Z","pattern":"[ipv4-addr:value = '192.0.2.9']"},
        {"type":"indicator","id":"indicator--2","pattern":"[domain-name:value = 'a.example' OR domain-name:value = '192.0.2.8']","revoked":false},
        {"type":"indicator","id":"indicator--3","pattern":"[domain-name:value = 'b.example']","revoked":true},
        {"type":"indicator","id":"indicator--4","pattern":"[domain-name:value = 'c.example']","valid_until":"2026-01-01T00:00:00Z"},
        {"type":"indicator","id":"indicator--5","pattern":"[domain-name:value = 'd.example']","valid_from":"2030-01-01T00:00:00Z"},
        {"type":"indicator","id":"indicator--6","pattern":"[file:name = 'evil.exe']"},
        {"type":"indicator","id":"indicator--7","pattern":"title: x","pattern_type":"sigma"},
        {"type":"indicator","id":"indicator--8","pattern":"[domain-name:value = 'com']"},
        {"type":"indicator","id":"indicator--9","pattern":"[domain-name:value = 'e.example']","confidence":"high"},
        {"type":"malware","id":"malware--1"}]}"#;
    let lists = indicators(text);
    assert_eq!(counts(&lists), ("stix", 3, 4, 1, 4), "{:?}", lists.reports[0].faults);
    assert_eq!(
        refused(text),
        [
            "objects[6] stix.object",
            "objects[7] stix.pattern_type",
            "objects[8] list.public_suffix",
            "objects[9] list.number"
        ]
    );
    assert_eq!(hit(&lists, "source.ip", "192.0.2.8"), ["list:address:192.0.2.8"]);
    assert!(hit(&lists, "source.ip", "192.0.2.9").is_empty(), "an older version");
    assert_eq!(lists.next, Some(Timestamp::parse("2030-01-01T00:00:00Z").unwrap()), "what is not valid yet will be");
}

#[test]
fn a_misp_event() {
    let text = r#"{"response":[{"Event":{"info":"x","Attribute":[
        {"type":"ip-dst","to_ids":true,"value":"192.0.2.7","Tag":[{"name":"misp:confidence-level=\"usually-confident\""}]},
        {"type":"domain|ip","to_ids":true,"value":"evil.example|192.0.2.8"},
        {"type":"ip-dst|port","to_ids":"1","value":"192.0.2.9|443"},
        {"type":"filename|sha1","to_ids":true,"value":"a|b.exe|abababababababababababababababababababab"},
        {"type":"link","to_ids":true,"value":"http://blog.example/post"},
        {"type":"ip-src","to_ids":false,"value":"192.0.2.10"},
        {"type":"ip-src","to_ids":true,"deleted":true,"value":"192.0.2.11"},
        {"type":"yara","to_ids":true,"value":"rule x {}"}],
        "Object":[{"name":"file","Attribute":[{"type":"sha256","to_ids":true,"value":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"}]}]}}]}"#;
    let lists = indicators(text);
    // A file's name may have the sign that parts it from its hash.
    assert_eq!(counts(&lists), ("misp", 5, 0, 2, 3), "{:?}", lists.reports[0].faults);
    assert_eq!(refused(text)[0], "Event[0].Attribute[3] list.hash");
    assert_eq!(hit(&lists, "source.ip", "192.0.2.9"), ["list:address:192.0.2.9"]);
    let manifest = r#"{"5ac337a1-1c48-4d5c-8c1c-4f5b950d210f":{"info":"x","timestamp":"1"}}"#;
    assert_eq!(counts(&indicators(manifest)), ("", 0, 0, 1, 0));
}

#[test]
fn a_watchlist_becomes_a_placeholder_whose_values_are_meant_as_they_stand() {
    let text = "# jump hosts\nJUMP01\nCORP\\svc*scan\n10.1.2.3\n\nJUMP01\nwhat?\n";
    let lists = Lists::read([file(Role::Watchlist, "jump_hosts", text)], now());
    assert_eq!(counts(&lists), ("plain", 4, 0, 0, 0));
    let setting = crate::Setting { placeholders: lists.placeholders, ..Default::default() };
    let rule = "title: x\nid: r\nlogsource: {category: test}\ndetection:\n  a:\n    User|expand: '%jump_hosts%'\n  condition: a\n";
    let (set, report) = crate::RuleSet::compile_with(
        vec![crate::RuleFile { name: "r.yml".to_owned(), text: rule.as_bytes().to_vec() }],
        &setting,
    );
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    for (user, expected) in [
        ("jump01", true),
        (r"corp\svc*scan", true),
        (r"corp\svc-scan", false),
        ("what?", true),
        ("whats", false),
        ("10.1.2.3", true),
    ] {
        assert_eq!(
            set.explain(0, &super::event(&serde_json::json!({"User": user}).to_string())).holds,
            expected,
            "{user}"
        );
    }
}
