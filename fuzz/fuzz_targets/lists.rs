//! Lists: whatever the bytes, each refusal has a code and a remedy, counts add up, and what a list of lines takes as an
//! indicator hits an event that has it.

#![no_main]

use detect::{Answer, IndicatorScratch, ListFile, Lists, Role};
use fuzz::RECEIVED;
use libfuzzer_sys::fuzz_target;
use model::{Event, field};

fuzz_target!(|data: &[u8]| {
    let file = |role, name: &str, bytes: &[u8]| ListFile { role, name: name.to_owned(), bytes: bytes.to_vec() };
    let files = [
        file(Role::Warninglist, "known", data),
        file(Role::Watchlist, "own", data),
        file(Role::Indicators, "table.csv", data),
        file(Role::Indicators, "list", data),
    ];
    let lists = Lists::read(files, RECEIVED);
    assert_eq!(lists.reports.len(), 4);
    for report in &lists.reports {
        assert!(report.faults.len() as u64 <= report.refused && report.faults.len() <= 21, "{report:?}");
        assert!(report.faults.iter().all(|fault| fault.code.contains('.') && !fault.remedy.is_empty() && fault.message.len() < 250), "{report:?}");
    }
    let text = String::from_utf8_lossy(data);
    let mut event = Event::new(data, RECEIVED);
    for place in [field::URL_FULL, field::MESSAGE, field::PROCESS_COMMAND_LINE, field::DNS_QUESTION_NAME] {
        event.push_str(place, &text);
    }
    let (mut found, mut scratch) = (Vec::new(), IndicatorScratch::default());
    lists.indicators.finder().find(&event, &mut scratch, &mut found);
    for one in &found {
        lists.indicators.answer(one.entry, &one.value, RECEIVED);
    }
    // One line alone is its own witness.
    let line = text.lines().next().unwrap_or_default();
    let alone = Lists::read([file(Role::Indicators, "list", line.as_bytes())], RECEIVED).indicators;
    if let Answer::Hits(hits) = alone.answer(0, "", RECEIVED) {
        let shown = &hits[0].value;
        let value = match hits[0].kind {
            detect::Kind::Network => shown.split('/').next().unwrap_or_default().to_owned(),
            detect::Kind::Url => format!("http://{shown}"),
            // What stands before its sign may be stranger than what an event is looked through for.
            detect::Kind::Email => return,
            _ => shown.clone(),
        };
        let mut event = Event::new(b"", RECEIVED);
        event.push_str(field::URL_FULL, &value);
        found.clear();
        alone.finder().find(&event, &mut scratch, &mut found);
        assert_eq!(found.len(), 1, "{:?} does not hit itself", hits[0]);
    }
});
