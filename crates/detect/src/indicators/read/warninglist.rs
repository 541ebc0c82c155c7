//! MISP warninglists: values that are known to be harmless.

use super::intake::{Intake, Place, Said};
use crate::indicators::set::Covers;
use crate::indicators::value::{Hint, Kind};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

/// Characters that a contained text must have: `com` is contained in everything.
const SHORTEST_PART: usize = 4;
/// Bytes of a compiled expression.
const MAX_COMPILED: usize = 256 << 10;

pub(super) fn is_one(value: &Value) -> bool {
    value.get("list").is_some_and(Value::is_array) && value.get("type").is_some_and(Value::is_string)
}

pub(super) fn read(value: &Value, intake: &mut Intake<'_>) {
    intake.format("warninglist");
    if !intake.is_warning() {
        return intake
            .refuse_list("list.folder", "a warninglist among indicators would make of the harmless the suspicious");
    }
    let entries = value.get("list").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let covers = covers(value);
    intake.covers(covers);
    if covers == Covers::NOTHING {
        // Telephone numbers and the like.
        entries.iter().for_each(|_| intake.ignore());
        return;
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    for (entry, index) in entries.iter().zip(0usize..) {
        let place = Place::Entry(index);
        let Some(text) = entry.as_str().map(str::trim).filter(|text| !text.is_empty()) else {
            intake.refuse(place, "list.value_empty", "no text");
            continue;
        };
        match kind {
            "cidr" => intake.value(place, text, Hint::Address, Said::default()),
            "hostname" => intake.value(place, text, Hint::Domain, Said::default()),
            "string" => intake.exactly(place, text),
            "substring" if text.chars().count() < SHORTEST_PART => {
                intake.refuse(place, "list.part_too_short", format!("{text:?}"))
            }
            "substring" => {
                if !intake.warnings().is_some_and(|(warnings, list)| warnings.part(list, text)) {
                    return intake.refuse_list("list.too_many_entries", "the parts of all lists have more than 1 MiB");
                }
                intake.count();
            }
            "regex" => match regex(text) {
                Ok(regex) => {
                    if !intake.warnings().is_some_and(|(warnings, list)| warnings.pattern(list, regex)) {
                        return intake.refuse_list("list.too_many_entries", "all lists have more than 256 expressions");
                    }
                    intake.count();
                }
                Err(message) => intake.refuse(place, "list.regex", message),
            },
            _ => return intake.refuse_list("list.warninglist_type", format!("the type {kind:?}")),
        }
    }
}

/// What no expression about harmless values matches all of.
const EVERYTHING: [&str; 4] = ["192.0.2.1", "a.example", "http://a.example/", "0123456789abcdef0123456789abcdef"];

/// The expression, as it stands or between slashes with flags; what is wrong with it.
fn regex(text: &str) -> Result<Regex, String> {
    let written = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let (expression, flags) = written.unwrap_or((text, ""));
    let regex = RegexBuilder::new(expression)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| error.to_string())?;
    if regex.is_match("") || EVERYTHING.iter().all(|value| regex.is_match(value)) {
        return Err(format!("{text:?} matches everything"));
    }
    Ok(regex)
}

/// The kinds that a list says it is about, by MISP's types of attributes; everything where it does not say.
fn covers(value: &Value) -> Covers {
    let types = value.get("matching_attributes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if types.is_empty() {
        return Covers::EVERYTHING;
    }
    types.iter().filter_map(Value::as_str).flat_map(|word| word.split('|')).fold(Covers::NOTHING, |covers, word| {
        match word {
            "ip-src" | "ip-dst" | "ip" => covers.with(Kind::Address).with(Kind::Network),
            "domain" | "hostname" => covers.with(Kind::Domain),
            "url" | "uri" | "link" => covers.with(Kind::Url),
            "md5" => covers.with(Kind::Md5),
            "sha1" => covers.with(Kind::Sha1),
            "sha256" => covers.with(Kind::Sha256),
            "sha512" => covers.with(Kind::Sha512),
            "email" | "email-src" | "email-dst" | "target-email" | "email-reply-to" | "whois-registrant-email" => {
                covers.with(Kind::Email)
            }
            _ => covers,
        }
    })
}
