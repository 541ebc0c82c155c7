//! A document means the same whether its shape was met before or not.

use super::{Memory, with};
use crate::{Format, Input, parse_into};
use model::{Event, Timestamp};
use proptest::prelude::*;
use std::net::IpAddr;

/// Everything that an event says.
fn said(raw: &[u8], peer: Option<IpAddr>) -> String {
    let mut event = Event::default();
    let received = Timestamp::parse("2026-03-12T09:00:00Z").unwrap();
    parse_into(&Input { raw, received, format: Format::Json, peer }, &mut event);
    let slots: Vec<_> = event.iter().map(|(field, value)| (field.name(), value)).collect();
    format!("{slots:?} {:?} {:?} {} {:?}", event.diagnostics, event.log_source, event.time, event.raw() == raw)
}

fn forget() {
    with(|memory| *memory = Memory::default());
}

/// Reads the documents one after another, and each for itself.
fn check(documents: &[(Vec<u8>, Option<IpAddr>)]) {
    let alone = documents.iter().map(|(raw, peer)| {
        forget();
        said(raw, *peer)
    });
    let alone: Vec<_> = alone.collect();
    forget();
    for round in ["learning", "learnt"] {
        for ((raw, peer), alone) in documents.iter().zip(&alone) {
            assert_eq!(&said(raw, *peer), alone, "{round}: {}", String::from_utf8_lossy(raw));
        }
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        "a.b",
        "",
        "é",
        "x y",
        "a\\u0062",
        "Event",
        "System",
        "EventData",
        "EventID",
        "Channel",
        "Hostname",
        "Image",
        "User",
        "SourceUser",
        "Hashes",
        "ProcessId",
        "winlog",
        "event_data",
        "channel",
        "event_id",
        "log_name",
        "@timestamp",
        "time",
        "message",
        "host",
        "log",
        "source",
        "address",
        "_seq",
        "__proto__",
        "watchfloor",
        "labels",
        "overflow",
        "event",
        "dataset",
        "sigma",
        "product",
        "an-unusually-long-name-past-three-words",
    ])
}

/// Values without a fault.
const SOUND: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.50",
    "1e999",
    "123456789012345678",
    "99999999999999999999",
    "true",
    "false",
    "null",
    "{}",
    "[]",
    "[ ]",
    "{ }",
    "[[]]",
    "[{}]",
    "[1,2]",
    "[1,[2]]",
    "\"\"",
    "\"-\"",
    r#""C:\\Windows\\a.exe""#,
    r#""\ud83d\ude00""#,
    r#""LARK\\ann""#,
    r#""MD5=01,SHA256=02""#,
    r#""Microsoft-Windows-Sysmon/Operational""#,
    r#""Security""#,
    r#""2026-03-12T08:00:00Z""#,
    r#""2099-01-01T00:00:00Z""#,
    "4688",
    "13",
    r#""0x1f""#,
];
/// Values with one.
const ODD: &[&str] = &[
    "-0",
    "007",
    "1.",
    "+1",
    "1-2",
    "tru",
    "nul",
    r#""\ud83d""#,
    r#""\q""#,
    "\"a\tb\"",
    "\"open",
    "[1,]",
    "{\"a\"}",
    "01",
];

fn value() -> impl Strategy<Value = String> {
    let plain = "[a-zé \\\\/.]{0,12}".prop_map(|text| format!("{text:?}"));
    let one = |of| prop::sample::select(of).prop_map(<str>::to_owned);
    prop_oneof![12 => one(SOUND), 1 => one(ODD), 4 => plain].prop_recursive(3, 12, 3, |inner| {
        let object = prop::collection::vec((name(), inner.clone()), 1..5).prop_map(|items| {
            let items: Vec<_> = items.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", items.join(", "))
        });
        let array = prop::collection::vec(inner, 1..4).prop_map(|values| format!("[{}]", values.join(" ,")));
        prop_oneof![object, array]
    })
}

/// Documents that share names, some of them cut short, followed by something or not UTF-8.
fn document() -> impl Strategy<Value = (Vec<u8>, Option<IpAddr>)> {
    let body = prop::collection::vec((name(), value()), 0..8);
    let end = prop_oneof![8 => Just(None), 1 => (0usize..200).prop_map(Some)];
    let tail = prop::sample::select(vec!["", "", "", " ", "\n", "x", "{}", "\u{0}"]);
    let broken = prop::bool::weighted(0.05);
    let peer = prop::sample::select(vec![None, Some(IpAddr::from([192, 0, 2, 7]))]);
    (body, end, tail, broken, peer).prop_map(|(items, end, tail, broken, peer)| {
        let items: Vec<_> = items.into_iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
        let mut raw = format!("{{{}}}{tail}", items.join(",")).into_bytes();
        raw.truncate(end.unwrap_or(usize::MAX));
        if broken && raw.len() > 4 {
            let middle = raw.len() / 2;
            raw[middle] = 0xff;
        }
        (raw, peer)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_shape_that_was_met_changes_no_answer(documents in prop::collection::vec(document(), 1..12)) {
        check(&documents);
    }

    /// The same names with other values, where nearly everything is read by shape.
    #[test]
    fn other_values_under_the_same_names(
        names in prop::collection::vec(name(), 1..4),
        rows in prop::collection::vec(prop::collection::vec(value(), 3), 4..24),
    ) {
        let documents: Vec<_> = rows.iter().map(|row| {
            let items: Vec<_> = names.iter().zip(row).map(|(name, value)| format!("\"{name}\":{value}")).collect();
            (format!("{{{}}}", items.join(",")).into_bytes(), None)
        }).collect();
        check(&documents);
    }
}

#[test]
fn a_sender_known_by_its_address_and_one_that_is_not_share_a_shape() {
    let raw =
        br#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\a.exe","User":"LARK\\ann"}"#
            .to_vec();
    let peer = Some(IpAddr::from([192, 0, 2, 7]));
    check(&[(raw.clone(), peer), (raw.clone(), None), (raw.clone(), peer), (raw, None)]);
}

#[test]
fn as_many_values_under_the_same_names_are_not_the_same_shape() {
    let documents = [
        r#"{"a":[1,2],"b":3}"#,
        r#"{"a":1,"b":[2,3]}"#,
        r#"{"a":[[1],2],"b":[3]}"#,
        r#"{"a":{"b":1,"c":2}}"#,
        r#"{"a":{"b":1},"c":2}"#,
    ];
    check(&documents.map(|text| (text.as_bytes().to_vec(), None)));
}

#[test]
fn familiar_documents_are_read_by_shape() {
    forget();
    let read = |raw: &str| {
        with(|memory| {
            let mut event = Event::new(raw.as_bytes(), Timestamp(0));
            matches!(memory.read(raw, &mut event), super::Outcome::Known(_))
        })
    };
    said(br#"{"a":{"b":[1,"x"]},"c":null}"#, None);
    assert!(read(r#"{"a":{"b":["y",2]},"c":"z"}"#));
    for other in [
        r#"{"a":{"b":[1,2,3]},"c":1}"#,
        r#"{"a":{"b":[1,2]}}"#,
        r#"{"a":{"b":[1,2]},"c":1} x"#,
        r#"{"a":{"b":[1,2]},"c":"\q"}"#,
        r#"{"A":1}"#,
    ] {
        assert!(!read(other), "{other}");
    }
}

#[test]
fn documents_that_are_never_met_again_use_up_no_memory_without_end() {
    forget();
    for number in 0..60_000u32 {
        // Another order of other names each time, out of few: names live as long as the process.
        let names = (0..6).map(|place| format!(r#""n{}_{place}":1"#, number >> (3 * place) & 7)).collect::<Vec<_>>();
        said(format!("{{{}}}", names.join(",")).as_bytes(), None);
        if number % 1_000 == 0 {
            with(|memory| assert!(memory.shapes.len() <= super::MAX_SHAPES && memory.fields <= super::MAX_FIELDS + 5));
        }
    }
    check(&[(br#"{"a":1}"#.to_vec(), None)]);
}
