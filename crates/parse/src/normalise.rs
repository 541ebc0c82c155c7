//! What every format has in common once its fields are read: reserved names, event time, log source.

use crate::windows;
use model::{Diagnostic, Event, LogSource, Name, Value, field};

/// The last step of every parse.
pub(crate) fn finish(event: &mut Event) {
    reserved(event);
    let is_windows = windows::normalise(event);
    time(event);
    if !is_windows {
        event.log_source = log_source(event);
    }
}

/// Our own names are ours: what a sender puts there is ignored and said.
fn reserved(event: &mut Event) {
    let taken = event.slots().iter().map(|slot| slot.field()).find(|f| crate::ecs::is_reserved(f.name()));
    if let Some(first) = taken {
        event.diagnostics.push(Diagnostic::flag("field.reserved", format!("a sender may not set {first}")));
        let names: Vec<_> =
            event.slots().iter().map(|slot| slot.field()).filter(|f| crate::ecs::is_reserved(f.name())).collect();
        for name in names {
            event.remove(name);
        }
    }
}

/// Fields that hold the event's own time, best first.
const TIMES: &[&str] = &[
    "@timestamp",
    "timestamp",
    "winlog.event_data.UtcTime",
    "EventTime",
    "TimeCreated",
    "eventTime",
    "event.start",
    "event.created",
    "time",
    "ts",
];

fn time(event: &mut Event) {
    let found = TIMES
        .iter()
        .filter_map(|name| crate::ecs::field(name))
        .find_map(|f| event.get(f).and_then(crate::time::instant));
    if let Some(time) = found {
        event.time = time;
    }
    if event.has(field::TIMESTAMP) {
        if found.is_none() {
            event
                .diagnostics
                .push(Diagnostic::flag("time.unreadable", "@timestamp is not an instant; the receive time is used"));
        }
        event.remove(field::TIMESTAMP);
    }
    if !crate::time::is_plausible(event.time, event.received) {
        event.diagnostics.push(Diagnostic::flag("time.out_of_range", format!("event time {}", event.time)));
    }
}

/// The Sigma log source of an event that is not a Windows one. What the sender says in `sigma.*` wins; then
/// `event.dataset` (`<product>.<service>`) and `event.module`; categories follow from the fields that are there.
fn log_source(event: &Event) -> LogSource {
    let lower = |f| event.str(f).map(str::to_ascii_lowercase).unwrap_or_default();
    let (mut product, mut service) = (lower(field::SIGMA_PRODUCT), lower(field::SIGMA_SERVICE));
    let dataset = lower(field::EVENT_DATASET);
    let (module, part) = dataset.split_once('.').unwrap_or((&dataset, ""));
    if product.is_empty() {
        product = if module.is_empty() { lower(field::EVENT_MODULE) } else { module.to_owned() };
    }
    if service.is_empty() {
        service = part.to_owned();
    }
    if product.is_empty() && event.has(field::LOG_SYSLOG_PRIORITY) {
        product = "linux".to_owned();
        service = syslog_service(&lower(field::LOG_SYSLOG_APPNAME)).to_owned();
    }
    let mut source = LogSource::new(name(&product), name(&service));
    for value in event.values(field::SIGMA_CATEGORY) {
        if let Value::Str(category) = value {
            source = source.with_category(name(&category.to_ascii_lowercase()));
        }
    }
    for category in categories(event, &lower(field::OBSERVER_TYPE)) {
        source = source.with_category(Name::of(category));
    }
    source
}

/// A sender's word as a log-source name, if it can be one: an attacker must not fill the table of names.
fn name(word: &str) -> Name {
    let plain = word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if plain { Name::of(word) } else { Name::NONE }
}

fn syslog_service(app: &str) -> &str {
    match app {
        "sshd" | "sshd-session" => "sshd",
        "su" | "login" | "systemd-logind" => "auth",
        "crond" => "cron",
        "audispd" | "audit" => "auditd",
        // Other programs name their service as they are.
        other => other,
    }
}

fn categories(event: &Event, observer: &str) -> impl Iterator<Item = &'static str> {
    let dns = event.has(field::DNS_QUESTION_NAME).then_some("dns");
    let firewall = matches!(observer, "firewall" | "ngfw").then_some("firewall");
    let web = event.has(field::HTTP_REQUEST_METHOD) || event.has(field::HTTP_RESPONSE_STATUS_CODE);
    let web = web.then_some(if observer == "proxy" { "proxy" } else { "webserver" });
    let mail = event.has(field::EMAIL_FROM_ADDRESS).then_some("email");
    [dns, firewall, web, mail].into_iter().flatten()
}
