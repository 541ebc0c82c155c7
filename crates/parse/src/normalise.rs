//! What every format has in common once its fields are read: reserved names, event time, log source.

use crate::marks::{self as m, Draft, Mark, Marks};
use crate::windows;
use model::{Diagnostic, Event, LogSource, Name, Value};

/// What an event is by its names alone; its values have no say in it.
#[derive(Clone)]
pub(crate) struct Settled {
    /// Whether it is a Windows event.
    pub(crate) windows: bool,
    /// Where its fields are.
    pub(crate) marks: Marks,
}

/// Takes away what a sender may not set, gives the fields their names, and finds them.
pub(crate) fn settle(event: &mut Event) -> Settled {
    reserved(event);
    let windows = windows::relabel(event);
    Settled { windows, marks: Marks::of(event) }
}

/// The last step of every parse: what follows from the values.
pub(crate) fn finish(event: &mut Event, settled: &Settled) {
    let mut draft = Draft::new(event, &settled.marks);
    if settled.windows {
        windows::normalise(&mut draft);
    } else {
        draft.event.log_source = log_source(&draft);
    }
    time(draft);
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
const TIMES: &[Mark] = &[
    m::TIMESTAMP,
    m::TIMESTAMP_PLAIN,
    m::UTC_TIME,
    m::EVENT_TIME,
    m::TIME_CREATED,
    m::EVENT_TIME_CAMEL,
    m::EVENT_START,
    m::EVENT_CREATED,
    m::TIME,
    m::TS,
];

fn time(draft: Draft<'_>) {
    let found = TIMES.iter().find_map(|mark| draft.get(*mark).and_then(crate::time::instant));
    if let Some(time) = found {
        draft.event.time = time;
    }
    let (time, received, named) = (draft.event.time, draft.event.received, draft.has(m::TIMESTAMP));
    let diagnostics = &mut draft.event.diagnostics;
    if named && found.is_none() {
        let what = "@timestamp is not an instant; the receive time is used";
        diagnostics.push(Diagnostic::flag("time.unreadable", what));
    }
    if !crate::time::is_plausible(time, received) {
        diagnostics.push(Diagnostic::flag("time.out_of_range", format!("event time {time}")));
    }
    if named {
        draft.remove(m::TIMESTAMP);
    }
}

/// The Sigma log source of an event that is not a Windows one. What the sender says in `sigma.*` wins; then
/// `event.dataset` (`<product>.<service>`) and `event.module`; categories follow from the fields that are there.
fn log_source(draft: &Draft<'_>) -> LogSource {
    let lower = |mark| draft.str(mark).map(str::to_ascii_lowercase).unwrap_or_default();
    let (mut product, mut service) = (lower(m::SIGMA_PRODUCT), lower(m::SIGMA_SERVICE));
    let dataset = lower(m::EVENT_DATASET);
    let (module, part) = dataset.split_once('.').unwrap_or((&dataset, ""));
    if product.is_empty() {
        product = if module.is_empty() { lower(m::EVENT_MODULE) } else { module.to_owned() };
    }
    if service.is_empty() {
        service = part.to_owned();
    }
    if product.is_empty() && draft.has(m::SYSLOG_PRIORITY) {
        product = "linux".to_owned();
        service = syslog_service(&lower(m::SYSLOG_APPNAME)).to_owned();
    }
    let mut source = LogSource::new(name(&product), name(&service));
    for value in draft.values(m::SIGMA_CATEGORY) {
        if let Value::Str(category) = value {
            source = source.with_category(name(&category.to_ascii_lowercase()));
        }
    }
    for category in categories(draft, &lower(m::OBSERVER_TYPE)) {
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

fn categories(draft: &Draft<'_>, observer: &str) -> impl Iterator<Item = &'static str> {
    let dns = draft.has(m::ECS_QUESTION).then_some("dns");
    let firewall = matches!(observer, "firewall" | "ngfw").then_some("firewall");
    let web = draft.has(m::HTTP_METHOD) || draft.has(m::HTTP_STATUS);
    let web = web.then_some(if observer == "proxy" { "proxy" } else { "webserver" });
    let mail = draft.has(m::EMAIL_FROM).then_some("email");
    [dns, firewall, web, mail].into_iter().flatten()
}
