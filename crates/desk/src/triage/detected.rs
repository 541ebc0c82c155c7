//! From an event that a rule matched to what an alert says of it: whom it is about, and which alerts are one. Pure.

use model::{AlertId, Entity, EntityKind, Event, EventId, Field, RuleRef, Timestamp, Value, field};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

use super::keep_text;

/// One match of one rule on one event, with what an alert needs of the event.
#[derive(Clone, Debug, PartialEq)]
pub struct Detected {
    /// The rule.
    pub rule: RuleRef,
    /// The event.
    pub event: EventId,
    /// The sequence of the event with which it was found: of a rule's match the same, of a correlation's that of the event
    /// that completed it.
    pub at: u64,
    /// Event time.
    pub time: Timestamp,
    /// Receive time: windows go by it, because the sender does not choose it.
    pub received: Timestamp,
    /// The event's source.
    pub source: String,
    /// The host that it happened on.
    pub host: Option<String>,
    /// The account that did it, as `DOMAIN\name` where the domain is known.
    pub user: Option<String>,
    /// Whom and what it is about.
    pub entities: Vec<Entity>,
    /// What this rule's alerts are counted by: host and account, without regard to case.
    pub key: String,
    /// Whether it only feeds correlations: it is counted as a match of its rule, and no alert.
    pub silent: bool,
}

/// Entities taken from one event.
const PER_EVENT: usize = 24;

const HOST: &[Field] = &[field::HOST_NAME, field::HOST_HOSTNAME];
const USER: &[Field] = &[field::USER_NAME, field::SOURCE_USER_NAME, field::DESTINATION_USER_NAME];

/// Where entities stand in an event, most telling first.
const PLACES: &[(EntityKind, Field)] = &[
    (EntityKind::Ip, field::SOURCE_IP),
    (EntityKind::Ip, field::DESTINATION_IP),
    (EntityKind::Ip, field::CLIENT_IP),
    (EntityKind::Ip, field::SERVER_IP),
    (EntityKind::Process, field::PROCESS_EXECUTABLE),
    (EntityKind::File, field::FILE_PATH),
    (EntityKind::File, field::DLL_PATH),
    (EntityKind::Domain, field::DESTINATION_DOMAIN),
    (EntityKind::Domain, field::URL_DOMAIN),
    (EntityKind::Domain, field::DNS_QUESTION_NAME),
    (EntityKind::Email, field::EMAIL_FROM_ADDRESS),
    (EntityKind::Email, field::EMAIL_TO_ADDRESS),
    (EntityKind::Email, field::USER_EMAIL),
    (EntityKind::Hash, field::PROCESS_HASH_SHA256),
    (EntityKind::Hash, field::FILE_HASH_SHA256),
    (EntityKind::Hash, field::EMAIL_ATTACHMENTS_FILE_HASH_SHA256),
    (EntityKind::Hash, field::PROCESS_HASH_SHA1),
    (EntityKind::Hash, field::FILE_HASH_SHA1),
    (EntityKind::Hash, field::PROCESS_HASH_MD5),
    (EntityKind::Hash, field::FILE_HASH_MD5),
];

/// What an alert needs to know of `event`, which `node` took in and `rule` matched.
pub fn detected(rule: &RuleRef, event: &Event, node: u16) -> Detected {
    let host = first(event, HOST);
    let user = first(event, USER).map(|name| match first(event, &[field::USER_DOMAIN]) {
        Some(domain) if !name.contains(['\\', '@']) => keep_text(&format!("{domain}\\{name}")),
        _ => name,
    });
    let mut entities = Vec::new();
    let indicator = (rule.id == detect::INDICATOR_RULE).then(|| detect::named_indicator(&rule.tags)).flatten();
    let named = [(EntityKind::Host, &host), (EntityKind::User, &user)];
    for (kind, value) in named {
        entities.extend(value.iter().map(|value| Entity { kind, value: value.clone() }));
    }
    for &(kind, place) in PLACES {
        for text in event.values(place).filter_map(text) {
            let entity = Entity { kind, value: keep_text(text) };
            if entities.len() < PER_EVENT && tells_something(kind, text) && !entities.contains(&entity) {
                entities.push(entity);
            }
        }
    }
    entities.extend(indicator.and_then(entity).filter(|entity| !entities.contains(entity)));
    Detected {
        key: match indicator {
            // By value and host, whoever it was.
            Some((kind, value)) => serde_json::json!([kind, value, host.as_deref().map(str::to_lowercase)]).to_string(),
            None => group_key(host.as_deref(), user.as_deref()),
        },
        rule: rule.clone(),
        event: EventId { node, seq: event.seq },
        at: event.seq,
        time: event.time,
        received: event.received,
        source: keep_text(&event.source),
        host,
        user,
        entities,
        silent: false,
    }
}

/// A match that only feeds correlations.
pub fn counted(rule: &RuleRef, event: &Event, node: u16) -> Detected {
    Detected {
        rule: rule.clone(),
        event: EventId { node, seq: event.seq },
        at: event.seq,
        time: event.time,
        received: event.received,
        source: String::new(),
        host: None,
        user: None,
        entities: Vec::new(),
        key: String::new(),
        silent: true,
    }
}

/// A hit of a correlation as one detection for each of its events, all counted by the group. `at` is the sequence of the
/// event that completed it. Host and account are those that all of the events share.
pub fn correlated(rule: &RuleRef, group: &[(String, String)], events: &[Event], node: u16, at: u64) -> Vec<Detected> {
    let lower: Vec<String> = group.iter().map(|(_, value)| value.to_lowercase()).collect();
    let key = serde_json::json!({"group": lower}).to_string();
    let mut found: Vec<Detected> = events.iter().map(|event| detected(rule, event, node)).collect();
    let shared = |of: fn(&Detected) -> &Option<String>| {
        let first = found.first().and_then(|first| of(first).clone())?;
        found.iter().all(|other| of(other).as_ref().is_some_and(|other| other.eq_ignore_ascii_case(&first))).then_some(first)
    };
    let (host, user) = (shared(|one| &one.host), shared(|one| &one.user));
    for one in &mut found {
        (one.key, one.at, one.host, one.user) = (key.clone(), at, host.clone(), user.clone());
    }
    found
}

/// What an indicator is about; a network and a URL are no entity of their own.
fn entity((kind, value): (&str, &str)) -> Option<Entity> {
    let kind = match kind {
        "address" => EntityKind::Ip,
        "domain" => EntityKind::Domain,
        "email" => EntityKind::Email,
        "md5" | "sha1" | "sha256" | "sha512" => EntityKind::Hash,
        _ => return None,
    };
    Some(Entity { kind, value: keep_text(value) })
}

fn text(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Str(text) if !text.is_empty() && text != "-" => Some(text),
        _ => None,
    }
}

fn first(event: &Event, fields: &[Field]) -> Option<String> {
    fields.iter().find_map(|&field| event.values(field).find_map(text)).map(keep_text)
}

/// An address must be one, and the machine's own says nothing.
fn tells_something(kind: EntityKind, value: &str) -> bool {
    match kind {
        EntityKind::Ip => value.parse::<IpAddr>().is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified()),
        _ => true,
    }
}

/// Host and account in a form in which no two pairs look alike.
fn group_key(host: Option<&str>, user: Option<&str>) -> String {
    let lower = |text: Option<&str>| text.map(str::to_lowercase);
    serde_json::json!([lower(host), lower(user)]).to_string()
}

/// SHA-256 of rule and group key, hexadecimal: detections with the same are one alert.
pub(super) fn fingerprint(rule: &str, key: &str) -> String {
    hex::encode(digest(&[rule, key]))
}

/// The alert that this event opens: whoever applies the record again arrives at the same id.
pub(super) fn alert_id(rule: &str, key: &str, opening: EventId) -> AlertId {
    let hash = digest(&[rule, key, &opening.to_string()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    AlertId(uuid::Uuid::new_v8(bytes))
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Severity;

    fn rule() -> RuleRef {
        RuleRef { id: "r1".into(), version: "v1".into(), title: "T".into(), level: Severity::High, tags: Vec::new() }
    }

    fn event(values: &[(Field, &str)]) -> Event {
        let mut event = Event::new(b"{}", Timestamp(5));
        event.seq = 42;
        for (field, value) in values {
            event.push_str(*field, value);
        }
        event
    }

    #[test]
    fn an_event_names_whom_it_is_about() {
        let found = detected(
            &rule(),
            &event(&[
                (field::HOST_NAME, "DC01.corp.example"),
                (field::USER_NAME, "alice"),
                (field::USER_DOMAIN, "CORP"),
                (field::SOURCE_IP, "192.0.2.7"),
                (field::SOURCE_IP, "not an address"),
                (field::DESTINATION_IP, "::1"),
                (field::CLIENT_IP, "192.0.2.7"),
                (field::PROCESS_EXECUTABLE, r"C:\Windows\System32\cmd.exe"),
                (field::FILE_HASH_MD5, "-"),
                (field::EMAIL_TO_ADDRESS, "bob@corp.example"),
            ]),
            1,
        );
        assert_eq!(found.event.to_string(), "1-42");
        assert_eq!(found.user.as_deref(), Some(r"CORP\alice"));
        let shown: Vec<_> = found.entities.iter().map(|e| (e.kind, e.value.as_str())).collect();
        assert_eq!(
            shown,
            [
                (EntityKind::Host, "DC01.corp.example"),
                (EntityKind::User, r"CORP\alice"),
                (EntityKind::Ip, "192.0.2.7"),
                (EntityKind::Process, r"C:\Windows\System32\cmd.exe"),
                (EntityKind::Email, "bob@corp.example"),
            ]
        );
    }

    #[test]
    fn the_group_key_ignores_case_and_cannot_be_forged_by_a_separator() {
        let key = |host: &str, user: &str| {
            detected(&rule(), &event(&[(field::HOST_NAME, host), (field::USER_NAME, user)]), 1).key
        };
        assert_eq!(key("DC01", "Alice"), key("dc01", "alice"));
        assert_ne!(key("a\",\"b", "c"), key("a", "b\",\"c"));
        assert_ne!(
            detected(&rule(), &event(&[(field::HOST_NAME, "a")]), 1).key,
            detected(&rule(), &event(&[(field::USER_NAME, "a")]), 1).key
        );
    }

    #[test]
    fn hostile_values_are_bounded_and_carry_no_nul() {
        let long = "é".repeat(5_000);
        let mut event = event(&[(field::HOST_NAME, &long), (field::USER_NAME, "a\0b")]);
        for i in 0..1_000 {
            event.push_str(field::EMAIL_TO_ADDRESS, &format!("{i}@example.org"));
        }
        let found = detected(&rule(), &event, 1);
        assert!(found.host.as_deref().unwrap().len() <= super::super::MAX_TEXT);
        assert_eq!(found.user.as_deref(), Some("a\u{fffd}b"));
        assert_eq!(found.entities.len(), PER_EVENT);
    }

    #[test]
    fn alerts_of_indicators_are_counted_by_value_and_host() {
        let of = |value: &str, title: &str, user: &str| {
            let tags = vec![format!("indicator.domain:{value}"), "list:a".to_owned()];
            let rule = RuleRef { id: detect::INDICATOR_RULE.into(), title: title.into(), tags, ..rule() };
            detected(&rule, &event(&[(field::HOST_NAME, "PC"), (field::USER_NAME, user)]), 1)
        };
        let one = of("evil.example", "x", "ann");
        assert_eq!(one.key, of("evil.example", "y", "bob").key);
        assert_ne!(one.key, of("other.example", "x", "ann").key);
        assert!(one.entities.contains(&Entity { kind: EntityKind::Domain, value: "evil.example".into() }));
    }

    #[test]
    fn an_alert_id_is_a_version_8_uuid_that_depends_on_rule_key_and_event() {
        let opening = EventId { node: 1, seq: 1 };
        let id = alert_id("r", "k", opening);
        assert_eq!(id.0.get_version_num(), 8);
        assert_eq!(id, alert_id("r", "k", opening));
        assert_ne!(id, alert_id("r", "k", EventId { node: 1, seq: 2 }));
        assert_ne!(fingerprint("ab", "c"), fingerprint("a", "bc"));
    }
}
