//! Which events a rule looks at, and which fields its names read.

use super::{compile, event_of, matches, source};
use model::LogSource;

#[track_caller]
fn check(log_source: &str, selection: &str, json: &str, event_source: LogSource, expected: bool) {
    let text = format!("title: Test\nlogsource: {{{log_source}}}\ndetection:\n    s:\n        {selection}\n    condition: s\n");
    let (set, report) = compile(&text);
    assert_eq!(report.refused, []);
    assert_eq!(!matches(&set, &event_of(json, event_source)).is_empty(), expected, "{log_source} {selection} {json}");
}

#[test]
fn a_rule_looks_only_at_its_log_source() {
    let sysmon = source("windows", "sysmon", &["registry_event", "registry_set"]);
    let json = r#"{"A":"x"}"#;
    check("product: windows, category: registry_event", "A: x", json, sysmon, true);
    check("product: windows, category: registry_set", "A: x", json, sysmon, true);
    check("product: windows, category: process_creation", "A: x", json, sysmon, false);
    check("product: windows, service: sysmon", "A: x", json, sysmon, true);
    check("product: windows, service: security", "A: x", json, sysmon, false);
    check("product: linux", "A: x", json, sysmon, false);
    check("category: registry_set", "A: x", json, sysmon, true);
    check("product: Windows", "A: x", json, sysmon, true);
    check("product: windows", "A: x", json, LogSource::default(), false);
    check("definition: anything", "A: x", json, LogSource::default(), true);
}

#[test]
fn the_original_value_comes_before_the_normalised_one() {
    let created = source("windows", "sysmon", &["process_creation"]);
    let rule = "product: windows, category: process_creation";
    let both = r#"{"winlog":{"event_data":{"Image":"C:\\Orig.exe"}},"process":{"executable":"c:\\other.exe"}}"#;
    check(rule, r"Image|endswith: \orig.exe", both, created, true);
    check(rule, r"Image|endswith: \other.exe", both, created, false);
    check(rule, r"Image|endswith: \other.exe", r#"{"process":{"executable":"c:\\other.exe"}}"#, created, true);
    check(rule, "Image: x", r#"{"Image":"x"}"#, created, true);
    check(rule, "EventID: 1", r#"{"event":{"code":"1"}}"#, created, true);
    check(rule, "User: bob", r#"{"user":{"name":"bob"}}"#, created, true);
    check(rule, "ParentCommandLine: x", r#"{"process":{"parent":{"command_line":"x"}}}"#, created, true);
    check(rule, "OriginalFileName: x", r#"{"process":{"pe":{"original_file_name":"x"}}}"#, created, true);
    check(rule, "Image: null", r#"{"winlog":{"event_data":{"Image":null}},"process":{"executable":"x"}}"#, created, true);
}

#[test]
fn security_4688_offers_sysmons_names() {
    let security = source("windows", "security", &["process_creation"]);
    let json = r#"{"winlog":{"event_data":{"NewProcessName":"C:\\a.exe","ParentProcessName":"C:\\p.exe","CommandLine":"a -x"}}}"#;
    let rule = "product: windows, category: process_creation";
    check(rule, r"Image|endswith: \a.exe", json, security, true);
    check(rule, r"ParentImage|endswith: \p.exe", json, security, true);
    check(rule, "CommandLine|contains: ' -x'", json, security, true);
    check(rule, "NewProcessName|endswith: a.exe", json, security, true);
}

#[test]
fn spaces_in_names_are_stripped() {
    let defender = source("windows", "windefend", &[]);
    let json = r#"{"winlog":{"event_data":{"Threat Name":"EICAR"}}}"#;
    check("product: windows, service: windefend", "ThreatName: eicar", json, defender, true);
    check("product: windows, service: windefend", "'Threat Name': eicar", json, defender, true);
    check("product: windows, service: windefend", "Threatname: eicar", json, defender, false);
}

#[test]
fn web_dns_and_firewall_names() {
    let json = r#"{"url":{"original":"http://x/y?z","domain":"x","query":"z"},"user_agent":{"original":"curl"},
        "http":{"request":{"method":"GET"},"response":{"status_code":404}},"source":{"ip":"10.0.0.1"},
        "destination":{"ip":"10.0.0.2","port":53},"dns":{"question":{"name":"evil.example","type":"TXT"},"answers":{"data":["a","b"]}},"event":{"action":"deny"}}"#;
    for (rule, selection, category) in [
        ("category: proxy", "c-uri|contains: /y", "proxy"),
        ("category: proxy", "c-useragent: curl", "proxy"),
        ("category: proxy", "cs-host: x", "proxy"),
        ("category: proxy", "r-dns: x", "proxy"),
        ("category: webserver", "cs-method: get", "webserver"),
        ("category: webserver", "sc-status: 404", "webserver"),
        ("category: webserver", "cs-uri-query: z", "webserver"),
        ("category: webserver", "c-ip|cidr: 10.0.0.0/8", "webserver"),
        ("category: firewall", "dst_port: 53", "firewall"),
        ("category: firewall", "src_ip: 10.0.0.1", "firewall"),
        ("category: firewall", "action: deny", "firewall"),
        ("category: dns", "query|endswith: .example", "dns"),
        ("category: dns", "record_type: TXT", "dns"),
        ("category: dns", "answer: b", "dns"),
    ] {
        check(rule, selection, json, source("", "", &[category]), true);
    }
    check(
        "product: linux, category: process_creation",
        "Image: /bin/sh",
        r#"{"process":{"executable":"/bin/sh"}}"#,
        source("linux", "", &["process_creation"]),
        true,
    );
}
