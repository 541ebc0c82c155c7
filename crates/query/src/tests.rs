//! What is typed, against events.

use super::*;
use model::{Event, Field, Value, field};
use proptest::prelude::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-03-12T10:00:00Z").unwrap()
}

fn event() -> Event {
    let mut event = Event::new(br#"{"process":{"command_line":"powershell.exe -NoP -enc SQBFAFgA"},"raw_only":"Kaffee"}"#, now());
    event.seq = 42;
    event.source = "windows-dc".into();
    event.time = Timestamp::parse("2026-03-12T09:30:00Z").unwrap();
    event.push_str(field::HOST_NAME, "WS-FIN-07");
    event.push_str(field::PROCESS_COMMAND_LINE, "powershell.exe -NoP -enc SQBFAFgA");
    event.push_str(field::PROCESS_EXECUTABLE, r"C:\Windows\System32\powershell.exe");
    event.push_str(field::SOURCE_IP, "192.0.2.7");
    event.push_str(field::DESTINATION_IP, "2001:0db8::0001");
    event.push(field::SOURCE_PORT, Value::Int(4242));
    event.push_str(field::TAGS, "one");
    event.push_str(field::TAGS, "two");
    event.push(field::USER_NAME, Value::Null);
    event.push_str(Field::intern("vendor.größe").unwrap(), "ÄRGER");
    event
}

#[test]
fn what_is_typed_finds_what_is_meant() {
    let event = event();
    let cases: &[(&str, bool)] = &[
        ("", true),
        ("*", true),
        ("host.name:ws-fin-07", true),
        ("host.name:WS-FIN", false),
        ("host.name:WS-*", true),
        ("host.name:ws-fin-0?", true),
        ("host.name:\"WS-FIN-07\"", true),
        ("process.command_line:nop", true),
        ("process.command_line:\"-enc SQBF\"", true),
        (r#"process.executable:"C:\Windows\System32\powershell.exe""#, true),
        (r"process.executable:*\\powershell.exe", true),
        (r"process.executable:C:\\Windows*", true),
        ("source.ip:192.0.2.7", true),
        ("2001:db8::1", true),
        ("2001:DB8:0:0::1", true),
        ("(2001:db8::1)", true),
        ("(nothing_of_this_kind OR -)", true),
        ("2001:db8::2", false),
        ("destination.ip:2001:db8::1", true),
        ("destination.ip:(2001:db8::2 OR 2001:db8:0::1)", true),
        ("source.ip:(10.0.0.1 192.0.2.7)", false),
        ("destination.ip:2001:db8::/32", true),
        ("source.ip:192.0.2.0/24", true),
        ("source.ip:10.0.0.0/8", false),
        ("source.ip:(10.0.0.0/8 OR 192.0.2.0/24)", true),
        ("source.ip:(10.0.0.0/8 OR 198.51.100.0/24)", false),
        ("source.port:(>8000 OR [4000 TO 4300])", true),
        ("source.port:(>8000 OR <80)", false),
        ("source.ip:(*)", true),
        ("user.name:(*)", false),
        ("user.name:(NOT *)", true),
        ("host.name:(ws-fin* AND source.port:4242)", true),
        ("@timestamp:(now-30m OR >now-1h)", true),
        ("192.0.2.7:443", false),
        ("00:11:22:33:44:55", false),
        ("source.port:4242", true),
        ("source.port:[4000 TO 5000]", true),
        ("source.port:{4242 TO 5000]", false),
        ("source.port:>=4242", true),
        ("source.port:<4242", false),
        ("source.port:[* TO 10]", false),
        ("tags:two", true),
        ("tags:(three OR two)", true),
        ("tags:(three OR four)", false),
        ("user.name:*", false),
        ("NOT user.name:*", true),
        ("source.ip:*", true),
        ("no.such.field:x", false),
        ("vendor.größe:ärger", true),
        ("powershell", true),
        ("powershell.exe", true),
        ("powersh", false),
        ("powersh*", true),
        ("*shell.exe", true),
        ("kaffee", true),
        ("\"NoP -enc\"", true),
        ("192.0.2.7", true),
        ("192.0.2.70", false),
        ("192.0.2", true),
        ("powershell AND host.name:ws-*", true),
        ("powershell host.name:other", false),
        ("powershell OR host.name:other", true),
        ("-powershell", false),
        ("!(powershell AND kaffee)", false),
        ("powershell -tee", true),
        ("(a OR b) OR powershell", true),
        ("@timestamp:[2026-03-12T09:00:00Z TO 2026-03-12T10:00:00Z}", true),
        ("@timestamp:>now-15m", false),
        ("@timestamp:>=now-1h", true),
        ("@timestamp:2026-03-12", false),
        ("_source:windows-dc", true),
        ("_raw:kaffee", true),
        ("_id:1-42", true),
        (r"a\:b", false),
        ("http://x.example/a", false),
    ];
    for (text, expected) in cases {
        let expr = parse_bar(text, now()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(holds(&expr, &event, 1), *expected, "{text} is {expr:?}");
    }
}

#[test]
fn what_cannot_be_read_says_where_and_what_to_do() {
    let cases = [
        ("\"open", "query.unclosed_quote", [0, 5]),
        ("(a", "query.bracket", [0, 1]),
        ("a)", "query.bracket", [1, 2]),
        ("a AND", "query.unfinished", [5, 5]),
        ("host.name:", "query.no_value", [0, 10]),
        ("@timestamp:>soon", "query.time", [11, 16]),
        ("source.port:[1 5]", "query.range", [12, 17]),
        ("OR a", "query.unexpected", [0, 2]),
    ];
    for (text, code, span) in cases {
        let error = parse_bar(text, now()).expect_err(text);
        assert_eq!((error.code, error.span), (code, span), "{text}");
    }
    assert_eq!(parse_bar(&"(".repeat(500), now()).unwrap_err().code, "query.too_deep");
    assert_eq!(parse_bar(&"NOT ".repeat(500), now()).unwrap_err().code, "query.too_deep");
    assert_eq!(parse_bar(&"a ".repeat(2_000), now()).unwrap_err().code, "query.too_many_terms");
}

#[test]
fn an_address_with_a_port_and_a_hardware_address_are_words() {
    let mut event = Event::new(b"deny 192.0.2.7:443 from aa:bb:cc:dd:ee:ff at 08:15", now());
    event.seq = 1;
    for text in ["192.0.2.7:443", "aa:bb:cc:dd:ee:ff", "08:15", "deny AND 192.0.2.7:*"] {
        assert!(holds(&parse_bar(text, now()).unwrap(), &event, 1), "{text}");
    }
}

#[test]
fn a_field_that_is_met_after_the_query_was_read_is_found() {
    let expr = parse_bar("late.arrival:violet", now()).unwrap();
    let mut event = Event::new(b"{}", now());
    assert!(!holds(&expr, &event, 1));
    event.push_str(Field::intern("late.arrival").unwrap(), "Violet");
    assert!(holds(&expr, &event, 1));
}

/// What `Glob::within` means, said in the plainest way.
fn within(glob: &Glob, pattern: &str, text: &str) -> bool {
    let (front, back) = (pattern.starts_with('*'), pattern.ends_with('*'));
    if front && back {
        return glob.matches(text);
    }
    let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
    let boundary = |at| crate::glob::is_boundary(text, at);
    places.iter().any(|from| {
        places.iter().any(|to| {
            from < to
                && !text[*from..*to].contains(char::is_whitespace)
                && (front || boundary(*from))
                && (back || boundary(*to))
                && glob.matches(&text[*from..*to])
        })
    })
}

#[test]
fn a_long_run_without_a_space_is_answered() {
    // Beginnings times ends times the length would be 10^15 steps.
    let text = "'.exea".repeat(20_000);
    assert!(!Glob::new("*.exe").within(&text));
    assert!(Glob::new("*.exea").within(&text));
    assert!(!Glob::new("e*x").within(&text));
}

#[test]
fn a_glob_says_what_its_texts_contain() {
    for (pattern, expected) in [
        (r"*\\powershell.exe", vec![("powershell", true), ("exe", true)]),
        ("powersh*", vec![("powersh", false)]),
        ("WS-F?N-07", vec![("ws", true), ("f", false), ("n", false), ("07", true)]),
        ("*", vec![]),
    ] {
        let words = Glob::new(pattern).words();
        assert_eq!(words.iter().map(|(word, whole)| (word.as_str(), *whole)).collect::<Vec<_>>(), expected, "{pattern}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in ".{0,80}", like in r#"([a-z.]{0,6}:?["(\[{*?\\<>=-]?[a-z0-9 ]{0,5}["\])}]?){0,6}"#) {
        let event = event();
        for text in [text, like] {
            if let Ok(expr) = parse_bar(&text, now()) {
                let _ = holds(&expr, &event, 1);
            }
        }
    }

    #[test]
    fn a_glob_within_a_text_is_a_word_that_matches(pattern in "[ab*?.]{1,5}", text in "[ab. ä]{0,9}") {
        prop_assume!(!pattern.chars().all(|c| c == '*'));
        let glob = Glob::new(&pattern);
        prop_assert_eq!(glob.within(&text), within(&glob, &pattern, &text), "{} in {}", pattern, text);
    }

    #[test]
    fn a_glob_of_a_text_with_stars_in_it_matches(text in "[a-zäß ]{0,12}", cut in 0usize..12) {
        let text = text.to_lowercase();
        let at = text.char_indices().map(|(i, _)| i).nth(cut).unwrap_or(text.len());
        for pattern in [format!("{}*{}", &text[..at], &text[at..]), format!("*{}*", &text[at..])] {
            prop_assert!(Glob::new(&pattern).matches(&text), "{} on {}", pattern, text);
        }
    }
}
