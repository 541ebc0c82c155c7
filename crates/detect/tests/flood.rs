//! In a process of its own: it uses up the names that senders may invent.

use detect::{RuleFile, RuleSet, Scratch};
use model::{Event, Field, LogSource, Name, Timestamp};

#[test]
fn a_rule_sees_its_field_after_senders_have_used_up_their_names() {
    let text = "title: T\nlogsource:\n    product: test\ndetection:\n    s:\n        first_seen_late|contains: evil\n    condition: s\nlevel: high\n";
    let (rules, report) = RuleSet::compile(vec![RuleFile { name: "t.yml".to_owned(), text: text.into() }]);
    assert_eq!(report.loaded, 1);
    assert!((0..100_000).any(|n| Field::intern(&format!("invented.{n}")).is_none()), "names have no end");

    let mut event = Event::new(b"{}", Timestamp(0));
    event.log_source = LogSource::new(Name::of("test"), Name::of(""));
    event.push_str(Field::intern("first_seen_late").expect("a name that a rule reads has room"), "an evil value");
    let mut found = Vec::new();
    rules.matches(&event, &mut Scratch::new(), &mut found);
    assert_eq!(found, [0]);
}
