//! Syslog: no priority is said, text stays text, and what RFC 5424 lets a sender write comes back as it was meant.

#![no_main]

use fuzz::{Pieces, parsed, says, texts};
use libfuzzer_sys::fuzz_target;
use parse::Format;

fuzz_target!(|data: &[u8]| {
    let event = parsed(data, Format::Syslog);
    let text = String::from_utf8_lossy(data);
    let digits = data.strip_prefix(b"<").map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let has_priority = (1..=5).contains(&digits) && data.get(digits + 1) == Some(&b'>');
    assert_eq!(says(&event, "syslog.no_priority"), !has_priority, "{}", data.escape_ascii());
    for name in ["log.syslog.hostname", "log.syslog.appname", "log.syslog.procid", "log.syslog.msgid"] {
        for part in texts(&event, name) {
            assert!(text.contains(&part), "{name} {part:?}");
        }
    }

    let mut pieces = Pieces(data);
    let [host, app, process, id, sd, name] = std::array::from_fn(|_| word(pieces.bytes()));
    let (value, body) = (pieces.text(), pieces.text());
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]");
    let written = format!("<13>1 2026-03-12T08:00:00Z {host} {app} {process} {id} [{sd} {name}=\"{escaped}\"] \u{feff}{body}");
    let event = parsed(written.as_bytes(), Format::Syslog);
    for (field, wanted) in [("hostname", &host), ("appname", &app), ("procid", &process), ("msgid", &id)] {
        let wanted: &[&String] = if wanted == "-" { &[] } else { &[wanted] };
        assert_eq!(texts(&event, &format!("log.syslog.{field}")).iter().collect::<Vec<_>>(), wanted, "{field} of {written:?}");
    }
    let full: String = format!("log.syslog.structured_data.{sd}.{name}").chars().take(256).collect();
    assert_eq!(texts(&event, &full), [value], "{written:?}");
    if !body.trim_start().starts_with(['{', '@']) {
        assert_eq!(texts(&event, "message"), [body.trim_end_matches(['\n', '\r', '\0'])], "{written:?}");
    }
});

/// A word as RFC 5424's header and names of structured data may have it.
fn word(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b']' | b'"');
    let word: String = bytes.iter().filter(|byte| plain(byte)).take(32).map(|byte| char::from(*byte)).collect();
    if word.is_empty() { "-".to_owned() } else { word }
}
