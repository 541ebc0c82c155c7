//! The search bar: an error points into the text; what is read means what its parts mean; every value that an event
//! can show is found by its quoted text.

#![no_main]

use fuzz::RECEIVED;
use libfuzzer_sys::fuzz_target;
use model::{Event, Value, field};
use query::{Expr, holds, parse_bar};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let expr = match parse_bar(&text, RECEIVED) {
        Ok(expr) => expr,
        Err(error) => {
            let [start, end] = error.span;
            assert!(text.get(start..end).is_some(), "{error:?} in {} bytes", text.len());
            assert!(error.code.starts_with("query.") && !error.message.is_empty() && !error.remedy.is_empty());
            quoted(&text);
            return;
        }
    };
    let event = event(&text);
    let plain = holds(&expr, &event, 1);
    // Brackets and NOT around it may be one level too many, or a bare text may read differently next to a bracket's end.
    if !text.trim().is_empty() && !text.trim_end().ends_with('\\') {
        for (around, meant) in [(format!("({text})"), plain), (format!("NOT ({text})"), !plain), (format!("({text}) OR ({text})"), plain)] {
            match parse_bar(&around, RECEIVED) {
                Ok(expr) => assert_eq!(holds(&expr, &event, 1), meant, "{around:?}"),
                Err(error) => assert!(["query.too_deep", "query.too_many_terms"].contains(&error.code), "{around:?}: {error:?}"),
            }
        }
    }
    if matches!(expr, Expr::All) {
        assert!(plain);
    }
    quoted(&text);
});

/// An event in which the text is a value.
fn event(text: &str) -> Event {
    let mut event = Event::new(text.as_bytes(), RECEIVED);
    event.push_str(field::USER_NAME, text);
    event.push_str(field::PROCESS_COMMAND_LINE, text);
    event.push_str(field::SOURCE_IP, "192.0.2.7");
    event.push(field::SOURCE_PORT, Value::Int(4242));
    event
}

fn quoted(text: &str) {
    let event = event(text);
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    for name in ["user.name", "process.command_line"] {
        let typed = format!("{name}:\"{escaped}\"");
        let expr = parse_bar(&typed, RECEIVED).unwrap_or_else(|error| panic!("{typed:?}: {error:?}"));
        assert!(holds(&expr, &event, 1), "{typed:?} does not find its own text");
    }
}
