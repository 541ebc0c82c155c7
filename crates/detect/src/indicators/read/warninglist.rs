//! MISP warninglists: values that are known to be harmless.

use super::intake::{Intake, Place, Said};
use crate::indicators::set::{Covers, Tag};
use crate::indicators::value::{Hint, Kind, lax};
use regex::RegexBuilder;
use serde_json::Value;

/// Parts and expressions of one list.
const MAX_PARTS: usize = 100_000;
const MAX_PATTERNS: usize = 1_000;
/// Characters that a contained text must have: `com` is contained in everything.
const SHORTEST_PART: usize = 4;
/// Bytes of a compiled expression.
const MAX_COMPILED: usize = 1 << 20;

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
    let mut taken = 0;
    for (entry, index) in entries.iter().zip(0usize..) {
        let place = Place::Entry(index);
        let Some(text) = entry.as_str().map(str::trim).filter(|text| !text.is_empty()) else {
            intake.refuse(place, "list.value_empty", "no text");
            continue;
        };
        match kind {
            "cidr" => intake.value(place, text, Hint::Address, Said::default()),
            "hostname" => intake.value(place, text, Hint::Domain, Said::default()),
            "string" => string(text, intake),
            "substring" if taken >= MAX_PARTS => {
                return intake.refuse_list("list.too_many_entries", format!("more than {MAX_PARTS} parts"));
            }
            "substring" if text.chars().count() < SHORTEST_PART => {
                intake.refuse(place, "list.part_too_short", format!("{text:?}"))
            }
            "substring" => {
                taken += 1;
                if let Some((warnings, list)) = intake.warnings() {
                    warnings.part(list, text.to_owned());
                }
                intake.count();
            }
            "regex" if taken >= MAX_PATTERNS => {
                return intake.refuse_list("list.too_many_entries", format!("more than {MAX_PATTERNS} expressions"));
            }
            "regex" => {
                taken += 1;
                regex(text, place, intake);
            }
            _ => return intake.refuse_list("list.warninglist_type", format!("the type {kind:?}")),
        }
    }
}

/// Exactly this value. A dot in front of a name says that all names below it are meant.
fn string(text: &str, intake: &mut Intake<'_>) {
    let mut key = Vec::new();
    let tag = match lax(text, Hint::Any, &mut key) {
        Ok(Kind::Domain) if text.starts_with('.') || text.starts_with("*.") => Kind::Domain.into(),
        Ok(Kind::Domain) | Err(_) => {
            key = text.to_lowercase().into_bytes();
            Tag::TEXT
        }
        Ok(kind) => kind.into(),
    };
    if let Some((warnings, list)) = intake.warnings() {
        warnings.key(list, tag, &key);
    }
    intake.count();
}

fn regex(text: &str, place: Place<'_>, intake: &mut Intake<'_>) {
    let written = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let (expression, flags) = written.unwrap_or((text, ""));
    let built = RegexBuilder::new(expression)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MAX_COMPILED)
        .build();
    match built {
        Ok(regex) if regex.is_match("") => intake.refuse(place, "list.regex", format!("{text:?} matches everything")),
        Ok(regex) => {
            if let Some((warnings, list)) = intake.warnings() {
                warnings.pattern(list, regex);
            }
            intake.count();
        }
        Err(error) => intake.refuse(place, "list.regex", error.to_string()),
    }
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
