//! Records as they come, and the slots they become.

use super::*;
use model::{Value, Verdict};
use proptest::prelude::*;

pub(crate) fn parsed(raw: &str) -> Event {
    let received = Timestamp::parse("2026-03-12T09:00:00Z").unwrap();
    let mut event = Event::default();
    parse_into(&Input { raw: raw.as_bytes(), received, format: Format::Auto, peer: None }, &mut event);
    event
}

/// Each expected field has that (first) value; `""` means absent.
pub(crate) fn check(raw: &str, expected: &[(&str, &str)]) -> Event {
    let event = parsed(raw);
    for (name, value) in expected {
        let mut buffer = String::new();
        let got = model::Field::lookup(name).and_then(|f| event.get(f)).and_then(|v| v.text(&mut buffer));
        assert_eq!(got.unwrap_or(""), *value, "{name} in {raw}");
    }
    event
}

pub(crate) fn codes(event: &Event) -> Vec<&str> {
    event.diagnostics.iter().map(|d| d.code.as_ref()).collect()
}

pub(crate) fn categories(event: &Event) -> Vec<&str> {
    event.log_source.categories().map(|c| c.as_str()).collect()
}

const DUMP: &str = r##"{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F"}},"EventID":1,"Version":5,"Level":4,"TimeCreated":{"#attributes":{"SystemTime":"2026-03-12T08:53:06.412345Z"}},"EventRecordID":77,"Execution":{"#attributes":{"ProcessID":1340}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"WS-FIN-07.larkfield.example"},"EventData":{"UtcTime":"2026-03-12 08:53:06.412","ProcessId":6132,"Image":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe","CommandLine":"powershell.exe -nop -w hidden -enc SQBFAFgA","User":"LARKFIELD\\d.whitfield","Hashes":"MD5=0123,SHA256=ABCD,IMPHASH=EF","ParentImage":"C:\\Office16\\WINWORD.EXE"}}}"##;

#[test]
fn a_dumped_windows_event_has_original_and_ecs_fields() {
    let event = check(
        DUMP,
        &[
            ("event.code", "1"),
            ("winlog.channel", "Microsoft-Windows-Sysmon/Operational"),
            ("winlog.event_data.Image", r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"),
            ("process.name", "powershell.exe"),
            ("process.parent.name", "WINWORD.EXE"),
            ("process.pid", "6132"),
            ("process.hash.sha256", "ABCD"),
            ("user.name", "d.whitfield"),
            ("user.domain", "LARKFIELD"),
            ("winlog.event_data.User", r"LARKFIELD\d.whitfield"),
            ("host.name", "WS-FIN-07.larkfield.example"),
            ("event.category", "process"),
        ],
    );
    assert_eq!(event.time.to_string(), "2026-03-12T08:53:06.412345Z");
    assert_eq!(event.log_source.service.as_str(), "sysmon");
    assert_eq!(categories(&event), ["process_creation"]);
    assert_eq!(codes(&event), [""; 0]);
}

#[test]
fn the_same_event_in_every_shape_has_the_same_event_data() {
    let flat = r#"{"EventID":13,"Channel":"microsoft-windows-sysmon/operational","SourceName":"Microsoft-Windows-Sysmon","Hostname":"WS-1","EventType":"SetValue","TargetObject":"HKLM\\Run\\x","Details":"x.exe","@timestamp":"2026-03-12T08:00:00Z"}"#;
    let beat = r#"{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":13,"computer_name":"WS-1","event_data":{"EventType":"SetValue","TargetObject":"HKLM\\Run\\x","Details":"x.exe"}},"@timestamp":"2026-03-12T08:00:00Z"}"#;
    let old = r#"{"log_name":"Microsoft-Windows-Sysmon/Operational","event_id":13,"computer_name":"WS-1","event_data":{"EventType":"SetValue","TargetObject":"HKLM\\Run\\x","Details":"x.exe"},"@timestamp":"2026-03-12T08:00:00Z"}"#;
    for raw in [flat, beat, old] {
        let event = check(
            raw,
            &[
                ("winlog.event_data.TargetObject", r"HKLM\Run\x"),
                ("registry.path", r"HKLM\Run\x"),
                ("event.code", "13"),
                ("host.name", "WS-1"),
            ],
        );
        assert_eq!(categories(&event), ["registry_event", "registry_set"], "{raw}");
        assert_eq!(event.time.to_string(), "2026-03-12T08:00:00Z");
    }
}

#[test]
fn syslog_of_both_kinds_is_read() {
    let event = check(
        "<86>Mar 12 08:41:12 srv-web-01 sshd[812]: Failed password for root from 203.0.113.9 port 4242 ssh2",
        &[
            ("host.name", "srv-web-01"),
            ("process.name", "sshd"),
            ("process.pid", "812"),
            ("log.syslog.facility.code", "10"),
            ("message", "Failed password for root from 203.0.113.9 port 4242 ssh2"),
        ],
    );
    assert_eq!(event.time.to_string(), "2026-03-12T08:41:12Z");
    assert_eq!((event.log_source.product.as_str(), event.log_source.service.as_str()), ("linux", "sshd"));

    check(
        "<34>1 2026-03-12T08:41:12.5Z fw-1 filter 7 ID47 [ex@32473 a=\"x\\\"y\" b=\"2\"][o c=\"3\"] \u{feff}hello",
        &[
            ("log.syslog.structured_data.ex@32473.a", "x\"y"),
            ("log.syslog.structured_data.o.c", "3"),
            ("log.syslog.msgid", "ID47"),
            ("message", "hello"),
        ],
    );
    let event = check(
        r#"<134>1 2026-03-12T08:41:12Z fw-edge-01 fw - - - {"event":{"dataset":"larkwall.traffic"},"observer":{"type":"firewall"},"source":{"ip":"192.0.2.7"},"host":{"name":"FW-EDGE-01"}}"#,
        &[("source.ip", "192.0.2.7"), ("host.name", "FW-EDGE-01"), ("log.syslog.hostname", "fw-edge-01")],
    );
    assert_eq!(categories(&event), ["firewall"]);
    assert_eq!(event.log_source.product.as_str(), "larkwall");
}

#[test]
fn bad_input_is_kept_and_named() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200_000), "}".repeat(200_000));
    let many = format!("{{{}}}", (0..3_000).map(|i| format!("\"many{i}\":{i}")).collect::<Vec<_>>().join(","));
    let params = format!("<1>1 - - - - - [x {}] m", "p=\"1\" ".repeat(10_000).trim_end());
    let cases: &[(&str, &[&str])] = &[
        (&deep, &["json.too_deep"]),
        (&many, &["json.too_many_fields"]),
        (&params, &["syslog.too_many_params"]),
        (r#"{"a":"#, &["json.syntax"]),
        (r#"{"a":"\ud800"}"#, &["json.lone_surrogate"]),
        (r#"{"a":"\q"}"#, &["json.escape"]),
        ("{\"a\":\"line\nline\"}", &["json.control"]),
        (r#"{"a":007,"b":1-2,"c":1.}"#, &["json.number"]),
        (r#"{"a":{"b":1},"c":2,"a":3}"#, &["json.duplicate_name"]),
        (r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}"#, &[]),
        (r#"{"__proto__":{"x":1}}"#, &["json.proto_name"]),
        (r#"{"watchfloor":{"x":1},"a":2}"#, &["field.reserved"]),
        (r#"{"@timestamp":"1970-01-01T00:00:00Z"}"#, &["time.out_of_range"]),
        (r#"{"@timestamp":"2099-01-01T00:00:00Z"}"#, &["time.out_of_range"]),
        (r#"{"@timestamp":"soon"}"#, &["time.unreadable"]),
        ("<999>Mar 12 08:41:12 h a: b", &["syslog.priority"]),
        ("<13>no time here", &["syslog.time"]),
        ("<13>1 2026-03-12T08:41:12Z h a - - [open a=\"b", &["syslog.structured_data"]),
    ];
    for (raw, expected) in cases {
        let event = parsed(raw);
        assert_eq!(codes(&event), *expected, "{:.60}", raw);
        assert_eq!(event.raw(), raw.as_bytes());
    }
    assert_eq!(parsed(&deep).verdict(), Some(Verdict::Reject));
}

#[test]
fn a_fault_is_placed_in_the_raw_bytes() {
    let check = |raw: &[u8], code: &str, expected: usize| {
        let mut event = Event::default();
        parse_into(&Input { raw, received: Timestamp(0), format: Format::Auto, peer: None }, &mut event);
        let fault = event.diagnostics.iter().find(|fault| fault.code == code).unwrap();
        assert_eq!(fault.offset, Some(expected as u32), "{code} of {}", raw.escape_ascii());
    };
    check(br#"{"a":1 "b"}"#, "json.syntax", 7);
    check(b"{\"a\":\"\xff\xfe\" x}", "json.syntax", 10);
    check(b"{\"a\":\"\xc3\"", "json.syntax", 8);
    check(br#"<13>1 - - - - - - {"a":1 x}"#, "json.syntax", 25);
    check(b"<13>1 - h\xff - - - - @cee: {\"a\":1 x}", "json.syntax", 32);
}

#[test]
fn numbers_lists_and_empties_keep_what_they_say() {
    let event = parsed(
        r#"{"a":18446744073709551616,"b":1e999,"c":0.10,"d":[1,"x",null],"e":[],"f":{},"g":-5,"h":"","a.b":{"c":[{"d":1},{"d":2}]}}"#,
    );
    let get = |name: &str| event.values(model::Field::lookup(name).unwrap()).collect::<Vec<_>>();
    assert_eq!(get("a"), [Value::Number("18446744073709551616")]);
    assert_eq!(get("b"), [Value::Number("1e999")]);
    assert_eq!(get("c"), [Value::Number("0.10")]);
    assert_eq!(get("d"), [Value::Int(1), Value::Str("x"), Value::Null]);
    assert_eq!(get("e"), [Value::Null]);
    assert_eq!(get("f"), [Value::Null]);
    assert_eq!(get("g"), [Value::Int(-5)]);
    assert_eq!(get("h"), [Value::Str("")]);
    assert_eq!(get("a.b.c.d"), [Value::Int(1), Value::Int(2)]);
}

#[test]
fn a_document_comes_out_nested() {
    let event =
        parsed(r#"{"user.name":"x","event":{"category":"process"},"a":1,"a.b":2,"@timestamp":"2026-03-12T08:00:00Z"}"#);
    let document = serde_json::Value::Object(ecs_json(&event));
    assert_eq!(
        document,
        serde_json::json!({"@timestamp":"2026-03-12T08:00:00Z","user":{"name":"x"},"event":{"category":["process"]},"a":{"value":1,"b":2}})
    );
}

proptest! {
    #[test]
    fn nothing_panics_and_the_raw_bytes_stay(raw in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [Format::Auto, Format::Json, Format::Syslog, Format::Lines] {
            let mut event = Event::default();
            parse_into(&Input { raw: &raw, received: Timestamp(0), format, peer: None }, &mut event);
            prop_assert_eq!(event.raw(), &raw[..]);
            let _ = ecs_json(&event);
            let _ = split(&raw, format).count();
        }
    }

    #[test]
    fn nearly_right_input_never_panics(text in r#"(<[0-9]{1,3}>1? ?)?[{\["}\]:,\\u0-9a-f \[\]=-]{0,80}"#) {
        let event = parsed(&text);
        prop_assert_eq!(event.raw(), text.as_bytes());
    }

    #[test]
    fn json_text_comes_back(value in ".*") {
        let raw = serde_json::json!({"k": value}).to_string();
        let event = parsed(&raw);
        prop_assert_eq!(event.str(model::Field::lookup("k").unwrap()), Some(value.as_str()));
    }

    #[test]
    fn what_rfc_5424_lets_a_sender_write_comes_back(host in "[!-~&&[^=\\]\"]]{1,20}", app in "[a-z]{1,12}", value in "[^\u{0}]{0,24}", body in "[a-z ]{1,24}") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]");
        let event = parsed(&format!("<13>1 2026-03-12T08:00:00Z {host} {app} - - [x@1 name=\"{escaped}\"] {body}"));
        let read = |name: &str| model::Field::lookup(name).and_then(|field| event.str(field)).map(str::to_owned);
        prop_assert_eq!(read("log.syslog.hostname"), (host != "-").then_some(host));
        prop_assert_eq!(read("log.syslog.appname"), Some(app));
        prop_assert_eq!(read("log.syslog.structured_data.x@1.name"), Some(value));
        prop_assert_eq!(read("message"), Some(body));
    }
}
