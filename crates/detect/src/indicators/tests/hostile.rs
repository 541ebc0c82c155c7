//! Lists that want to do harm.

use super::{Lists, Role, hit, now, refused};
use crate::indicators::ListFile;

fn read(bytes: Vec<u8>) -> Lists {
    Lists::read([ListFile { role: Role::Indicators, name: "list".to_owned(), bytes }], now())
}

#[test]
fn what_is_no_list_is_refused_and_the_rest_is_taken() {
    assert!(read(Vec::new()).reports[0].faults.is_empty(), "nothing is in an empty file");
    let check = |bytes: &[u8], code: &str, entries: u64| {
        let report = read(bytes.to_vec()).reports.remove(0);
        assert_eq!(
            (report.faults.first().map(|fault| &*fault.code), report.entries),
            (Some(code), entries),
            "{:?}",
            bytes.get(..40)
        );
    };
    check(b"192.0.2.7\n192.0\0.2.8\n192.0.2.9", "list.control", 2);
    check(b"192.0.2.7\n\xff\xfe\x00\n", "list.encoding", 1);
    check(b"\xff\xfe\x00\xd8\x41\x00", "list.encoding", 0);
    check(b"{\"type\":\"bundle\"", "list.json", 0);
    check(b"{}", "list.format", 0);
    check(b"[1,2]", "list.value_unknown", 0);
    check(b"[{\"a\":1}]", "list.format", 0);
    check(&[b"[".as_slice(), &b"{\"a\":1},".repeat(700_000), b"{}]"].concat(), "list.too_large", 0);
    check(&[b"{\"a\":[".as_slice(), &b"1,".repeat(5_000_001), b"1]}"].concat(), "list.too_large", 0);
    check(b"value,type\n\"192.0.2.7,ip\n", "list.quote", 0);
    check(b"\x1b]8;;http://evil.example\x07", "list.control", 0);
    check(
        &[b"value,type\n192.0.2.7,ip\n".as_slice(), &b",".repeat(100_000), b"\n192.0.2.8,ip\n"].concat(),
        "list.columns",
        2,
    );
    check(&[b"192.0.2.7\n".as_slice(), &b"a".repeat(1 << 20)].concat(), "list.line_too_long", 1);
    check(&[b"[".repeat(200_000), b"{".to_vec()].concat(), "list.json", 0);
    check(&[b"{\"type\":\"bundle\",\"objects\":".as_slice(), &b"[".repeat(200_000)].concat(), "list.json", 0);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_refusal() {
    let mut bytes = vec![b'a'; 100 << 20];
    bytes.extend_from_slice(b"\n192.0.2.7\n");
    let lists = read(bytes);
    assert_eq!((lists.reports[0].entries, lists.reports[0].refused), (1, 1));
    assert!(lists.indicators.heap_bytes() < 1 << 20);
}

#[test]
fn faults_are_counted_and_the_first_told() {
    let lists = read(b"nonsense\n".repeat(100_000));
    assert_eq!((lists.reports[0].refused, lists.reports[0].faults.len()), (100_000, 20));
    let long = "x".repeat(5_000);
    let report = read(long.clone().into_bytes()).reports.remove(0);
    assert!(report.faults[0].message.len() < 500);
    assert_eq!(refused(&long), ["line 1 list.value_too_long"]);
}

#[test]
fn an_event_made_of_values_tells_sixty_four_hits() {
    let list: String = (0..1_000).map(|number| format!("n{number}.evil.example\n")).collect();
    let lists = super::indicators(&list);
    let values: Vec<String> = (0..1_000).map(|number| format!("n{number}.evil.example")).collect();
    assert_eq!(super::told(&lists, &serde_json::json!({"vendor": values}).to_string()).len(), 64);
    let deep = format!("{}evil.example", "a.".repeat(120));
    assert!(hit(&lists, "dns.question.name", &deep).is_empty());
    assert!(hit(&lists, "dns.question.name", &"a.".repeat(100_000)).is_empty());
}

#[test]
fn of_a_url_in_a_script_the_beginning_is_looked_at() {
    let lists = super::indicators("http://evil.example/gate");
    let script = |account: usize, query: usize| {
        format!("curl http://{}@evil.example/gate?{}", "u".repeat(account), "q".repeat(query))
    };
    assert_eq!(hit(&lists, "process.command_line", &script(5, 100_000)).len(), 1);
    assert_eq!(hit(&lists, "process.command_line", &script(5_000, 5)).len(), 0);
}

#[test]
fn what_is_packed_for_a_worker_is_the_same_set() {
    let lists = super::indicators(
        "192.0.2.0/24\n2001:db8::/32\nevil.example\nhttp://evil.example/x\neve@evil.example\na1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    );
    let mut other = crate::indicators::Finder::default();
    assert!(lists.indicators.finder().packed().all(|piece| other.unpack(&piece)));
    let event = super::event(
        r#"{"source":{"ip":"192.0.2.7"},"x":["2001:db8::1","a.evil.example","http://evil.example/x","a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"]}"#,
    );
    let find = |finder: &crate::indicators::Finder| {
        let mut found = Vec::new();
        finder.find(&event, &mut Default::default(), &mut found);
        found
    };
    assert_eq!(find(&other), find(lists.indicators.finder()));
    assert_eq!(find(&other).len(), 5);
    assert!(!other.unpack(&[9, 0, 1]) && !other.unpack(&[0, 0]) && !other.unpack(&[1]));
}
