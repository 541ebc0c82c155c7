//! Where the two engines answer otherwise, and the clause of the specification for which the answer here stands.
//!
//! A cause is not asserted but shown: the event is written as the clause says that rules name it, and the second engine
//! is asked again. If it then agrees, that was the cause. What is left are differences of the language itself; each has
//! a small rule and event of its own on which the two engines differ for the same reason.

use serde_json::{Map, Value};

/// An event whose names are other than the rules'.
pub struct Naming {
    pub name: &'static str,
    pub clause: &'static str,
    /// Writes the event with the names of rules.
    pub write: fn(&mut Map<String, Value>),
}

/// In the order in which they are tried; an event may need two.
pub const NAMINGS: &[Naming] = &[
    Naming {
        name: "spaces",
        clause: "Rules 2.1, Detection, Field Usage 2: new fields are used as they appear in the log source with all \
                 spaces stripped, so `New Value` answers to `NewValue`.",
        write: |event| {
            for name in event.keys().filter(|name| name.contains(' ')).cloned().collect::<Vec<_>>() {
                copy(event, &name, &name.replace(' ', ""));
            }
        },
    },
    Naming {
        name: "provider",
        clause: "Rules 2.1, Detection, Field Usage 3: an attribute of a tag of the header goes by both names, so the \
                 provider's name is `Provider_Name` whatever a forwarder calls it (`SourceName`, `source_name`).",
        write: |event| {
            copy(event, "SourceName", "Provider_Name");
            copy(event, "source_name", "Provider_Name");
        },
    },
    Naming {
        name: "wrapped",
        clause: "Rules 2.1, Detection, Field Usage 3: in the body of an event a field goes by the `Name` of its `Data` tag, \
                 whatever object a forwarder puts it into (`event_data`), and the header's tags by their own names.",
        write: |event| {
            let data = event.get("event_data").and_then(Value::as_object).cloned().unwrap_or_default();
            data.into_iter().for_each(|(name, value)| drop(event.insert(name, value)));
            copy(event, "event_id", "EventID");
            copy(event, "log_name", "Channel");
        },
    },
    Naming {
        name: "security-4688",
        clause: "Rules 2.1, Detection, Field Usage 1: a field with a mapping goes by the mapped name; the clause's own \
                 example maps `Image` to `NewProcessName`, `ParentImage` to `ParentProcessName` and `LogonId` to \
                 `SubjectLogonId` of the built-in events. `MandatoryLabel` is the Security channel's `IntegrityLevel`.",
        write: |event| {
            for (own, rules) in [
                ("NewProcessName", "Image"),
                ("ParentProcessName", "ParentImage"),
                ("SubjectLogonId", "LogonId"),
                ("SubjectUserName", "User"),
                ("MandatoryLabel", "IntegrityLevel"),
            ] {
                copy(event, own, rules);
            }
        },
    },
];

fn copy(event: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = event.get(from).cloned() {
        event.entry(to).or_insert(value);
    }
}

/// A difference of the language.
pub struct Language {
    pub name: &'static str,
    pub clause: &'static str,
    /// The published rules that show it.
    pub rules: &'static [&'static str],
    /// The smallest selection and event on which the engines differ: it holds here and not there.
    pub selection: &'static str,
    pub event: &'static str,
}

pub const LANGUAGE: &[Language] = &[
    Language {
        name: "anchored-wildcards",
        clause: "Modifiers 2.1, Generic Modifiers, endswith: the value is expected at the end of the field's content; \
                 Rules 2.1, String Wildcard: `?` replaces a single mandatory character. So `|endswith: '1?'` is `*1?`, \
                 in a list as well.",
        rules: &["ab6bffca-beff-4baa-af11-6733f296d57a", "f6de9536-0441-4b3f-a646-f4e00f300ffd"],
        selection: "A|endswith: ['1?', '3?']",
        event: r#"{"A":"0x10"}"#,
    },
    Language {
        name: "windash-both-ways",
        clause: "Modifiers 2.1, String Modifiers, windash: all possible permutations of the five characters, \
                 interchangeably; a value that is written with `/` also finds `-`.",
        rules: &["4a0b2c7e-7cb2-495d-8b63-5f268e7bfd67"],
        selection: "A|contains|windash: ' /accepteula'",
        event: r#"{"A":"x -accepteula"}"#,
    },
    Language {
        name: "keywords-all",
        clause: "Rules 2.1, Detection, Keywords search: keywords are searched for across an entire event, and `|all` links \
                 them with and; each may stand anywhere in it.",
        rules: &["550d3350-bb8a-4ff3-9533-2ba533f4a1c0", "9db37458-4df2-46a5-95ab-307e7f29e675"],
        selection: "'|all': [one, two]",
        event: r#"{"A":"x one two y"}"#,
    },
];
