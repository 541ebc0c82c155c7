//! Warninglists hold hits back.

use super::{Lists, Role, file, hit, now};

fn check(list: &str, warninglist: &str, field: &str, value: &str, expected: &[&str]) {
    let files = [file(Role::Indicators, "list", list), file(Role::Warninglist, "known", warninglist)];
    let lists = Lists::read(files, now());
    assert_eq!(hit(&lists, field, value), expected, "{list} beside {warninglist} against {value}: {:?}", lists.reports);
}

fn misp(kind: &str, of: &[&str], entries: &[&str]) -> String {
    serde_json::json!({"name": "x", "type": kind, "matching_attributes": of, "list": entries}).to_string()
}

const HARMLESS: &[&str] = &["harmless by known"];

#[test]
fn a_network_covers_what_lies_in_it() {
    let cidr = misp("cidr", &["ip-src", "ip-dst"], &["192.0.2.0/24", "224.0.0.0/4", "2001:db8::1"]);
    check("192.0.2.7", &cidr, "source.ip", "192.0.2.7", HARMLESS);
    check("192.0.3.7", &cidr, "source.ip", "192.0.3.7", &["list:address:192.0.3.7"]);
    check("192.0.2.128/25", &cidr, "source.ip", "192.0.2.200", HARMLESS);
    // The indicator is wider than what is harmless; the value that hit it is harmless.
    check("192.0.0.0/16", &cidr, "source.ip", "192.0.2.7", HARMLESS);
    check("192.0.0.0/16", &cidr, "source.ip", "192.0.9.7", &["list:network:192.0.0.0/16"]);
    check("233.252.0.1", &cidr, "destination.ip", "233.252.0.1", HARMLESS);
    check("2001:db8::1", &cidr, "source.ip", "2001:db8::1", HARMLESS);
}

#[test]
fn a_host_name_covers_what_is_below_it_and_a_string_itself() {
    let hostname = misp("hostname", &["domain", "hostname"], &["good.example", ".cdn.example"]);
    check("a.good.example", &hostname, "dns.question.name", "a.good.example", HARMLESS);
    check("cdn.example", &hostname, "dns.question.name", "x.cdn.example", HARMLESS);
    check("notgood.example", &hostname, "dns.question.name", "notgood.example", &["list:domain:notgood.example"]);
    // A list that does not say that it is about URLs says nothing of them.
    check(
        "http://good.example/evil.exe",
        &hostname,
        "url.full",
        "http://good.example/evil.exe",
        &["list:url:good.example/evil.exe"],
    );
    let with_urls = misp("hostname", &["domain", "url"], &["good.example"]);
    check("http://a.good.example/evil.exe", &with_urls, "url.full", "http://a.good.example/evil.exe", HARMLESS);
    let string = misp("string", &["domain"], &["good.example"]);
    check("good.example", &string, "dns.question.name", "good.example", HARMLESS);
    check("a.good.example", &string, "dns.question.name", "a.good.example", &["list:domain:a.good.example"]);
    let hash = misp("string", &["md5"], &["A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1"]);
    check("a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1", &hash, "file.hash.md5", "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1", HARMLESS);
}

#[test]
fn parts_and_expressions() {
    let part = misp("substring", &["domain"], &["sandbox.example", "com"]);
    check("x.sandbox.example", &part, "dns.question.name", "x.sandbox.example", HARMLESS);
    check("x.company.example", &part, "dns.question.name", "x.company.example", &["list:domain:x.company.example"]);
    let regex = misp("regex", &["email-src"], &["/^(abuse|soc)\\@.*\\..*$/i", "/(/", "/.*/"]);
    check("abuse@evil.example", &regex, "email.from.address", "Abuse@evil.example", HARMLESS);
    check("eve@evil.example", &regex, "email.from.address", "eve@evil.example", &["list:email:eve@evil.example"]);
    let lists = Lists::read([file(Role::Warninglist, "known", &regex)], now());
    let faults: Vec<String> =
        lists.reports[0].faults.iter().map(|fault| format!("{} {}", fault.place, fault.code)).collect();
    assert_eq!(faults, ["list[1] list.regex", "list[2] list.regex"]);
}

#[test]
fn own_lists_of_harmless_values() {
    let own = "# ours\n10.0.0.0/8\ngood.example\n0.0.0.0/0\n";
    check("10.1.1.1", own, "source.ip", "10.1.1.1", HARMLESS);
    check("a.good.example", own, "dns.question.name", "a.good.example", HARMLESS);
    check("192.0.2.7", own, "source.ip", "192.0.2.7", &["list:address:192.0.2.7"]);
}

#[test]
fn a_warninglist_among_indicators_makes_nothing_suspicious() {
    let lists = super::indicators(&misp("hostname", &[], &["good.example"]));
    assert_eq!((lists.indicators.len(), &*lists.reports[0].faults[0].code), (0, "list.folder"));
}

#[test]
fn a_name_or_an_address_is_harmless_by_the_host_of_what_it_stands_in() {
    let names = misp("hostname", &["domain", "hostname"], &["good.evil.example"]);
    check("evil.example", &names, "url.full", "http://good.evil.example:81/x?y", HARMLESS);
    check("evil.example", &names, "email.from.address", "ann@good.evil.example", HARMLESS);
    check("evil.example", &names, "url.full", "http://evil.example/@good.evil.example", &["list:domain:evil.example"]);
    let cidr = misp("cidr", &["ip-dst"], &["192.0.2.0/24", "2001:db8::/64"]);
    check("192.0.0.0/16", &cidr, "url.full", "http://192.0.2.7/x", HARMLESS);
    check("2001:db8::/32", &cidr, "url.full", "http://[2001:db8::7]/x", HARMLESS);
    // The URL itself is none of the list's.
    check("http://192.0.2.7/x", &cidr, "url.full", "http://192.0.2.7/x", &["list:url:192.0.2.7/x"]);
}

#[test]
fn a_warninglist_that_would_call_everything_harmless_does_not() {
    let refused = |list: &str| {
        let report = Lists::read([file(Role::Warninglist, "known", list)], now()).reports.remove(0);
        (report.entries, report.refused, report.faults.first().map(|fault| fault.code.to_string()).unwrap_or_default())
    };
    let told = |entries, refused, code: &str| (entries, refused, code.to_owned());
    assert_eq!(refused("com\n.co.uk\ngithub.io\nlocalhost\n"), told(2, 2, "list.public_suffix"));
    assert_eq!(refused(&misp("string", &[], &["0.0.0.0/0", ".com", "com"])), told(1, 2, "list.network_too_wide"));
    assert_eq!(refused(&misp("regex", &[], &["/.+/", "/^./", "/[a-z0-9]/i"])), told(0, 3, "list.regex"));
    assert_eq!(refused(&misp("string", &[], &["a", "a", "A", &"x".repeat(3_000)])), told(1, 1, "list.value_too_long"));
    let expressions = vec!["evil"; 300];
    assert_eq!(refused(&misp("regex", &[], &expressions)), told(256, 1, "list.too_many_entries"));
    let part = "x".repeat(1_000);
    assert_eq!(refused(&misp("substring", &[], &vec![part.as_str(); 1_100])), told(1_048, 1, "list.too_many_entries"));
}
