//! Log sources of events that are not Windows events, in the words of SigmaHQ's taxonomy.

use crate::marks::{self as m, Draft};
use model::{LogSource, Name, Value};

/// What Elastic's integrations call their data, and what Sigma's rules call it: product, service, category.
const DATASETS: &[(&str, &str, &str, &str)] = &[
    ("apache.error", "apache", "apache", ""),
    ("auditd.log", "linux", "auditd", ""),
    ("auditd_manager.auditd", "linux", "auditd", ""),
    ("azure.identity_protection", "azure", "riskdetection", ""),
    ("gcp.audit", "gcp", "gcp.audit", ""),
    ("google_workspace.admin", "gcp", "google_workspace.admin", ""),
    ("google_workspace.login", "gcp", "google_workspace.login", ""),
    ("kubernetes.audit_logs", "kubernetes", "audit", "application"),
    ("nginx.error", "nginx", "nginx", ""),
    ("o365.audit", "m365", "audit", ""),
    ("okta.system", "okta", "okta", ""),
    ("system.auth", "linux", "auth", ""),
    ("system.syslog", "linux", "syslog", ""),
];

/// The dataset of a record that says nothing of where it comes from, if it is laid out as its service writes it.
fn by_shape(draft: &Draft<'_>) -> &'static str {
    if draft.has(m::EVENT_NAME) && draft.str(m::EVENT_SOURCE).is_some_and(|source| source.ends_with(".amazonaws.com")) {
        "aws.cloudtrail"
    } else if draft.has(m::OKTA_TYPE) && draft.has(m::OKTA_ACTOR) && draft.has(m::OKTA_OUTCOME) {
        "okta.system"
    } else if draft.has(m::AUDIT_ID) && draft.str(m::API_VERSION).is_some_and(|version| version.starts_with("audit.k8s.io/")) {
        "kubernetes.audit_logs"
    } else {
        ""
    }
}

/// The Sigma log source of an event. What the sender says in `sigma.*` wins; then `event.dataset`
/// (`<product>.<service>`, unless Sigma has other words for it) and `event.module`, then the record's shape; categories
/// follow from the fields that are there.
pub(crate) fn log_source(draft: &Draft<'_>) -> LogSource {
    let lower = |mark| draft.str(mark).map(str::to_ascii_lowercase).unwrap_or_default();
    let (mut product, mut service) = (lower(m::SIGMA_PRODUCT), lower(m::SIGMA_SERVICE));
    let mut dataset = lower(m::EVENT_DATASET);
    if dataset.is_empty() && product.is_empty() && !draft.has(m::EVENT_MODULE) {
        dataset.push_str(by_shape(draft));
    }
    let known = DATASETS.iter().find(|(known, ..)| *known == dataset);
    let (module, part) = match known {
        Some((_, product, service, _)) => (*product, *service),
        None => dataset.split_once('.').unwrap_or((&dataset, "")),
    };
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
    if let Some((.., category)) = known.filter(|(.., category)| !category.is_empty()) {
        source = source.with_category(Name::of(category));
    }
    for category in categories(draft, &lower(m::OBSERVER_TYPE)) {
        source = source.with_category(Name::of(category));
    }
    source
}

/// A sender's word as a log-source name, if it can be one.
fn name(word: &str) -> Name {
    let plain = word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if plain { Name::of_sender(word) } else { Name::NONE }
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

#[cfg(test)]
mod tests {
    use crate::tests::parsed;

    fn source(raw: &str) -> String {
        parsed(raw).log_source.to_string()
    }

    #[test]
    fn datasets_answer_to_the_names_that_sigma_has_for_them() {
        for (dataset, expected) in [
            ("okta.system", "okta / okta"),
            ("o365.audit", "m365 / audit"),
            ("google_workspace.admin", "gcp / google_workspace.admin"),
            ("google_workspace.login", "gcp / google_workspace.login"),
            ("gcp.audit", "gcp / gcp.audit"),
            ("kubernetes.audit_logs", "kubernetes / audit / application"),
            ("auditd.log", "linux / auditd"),
            ("system.auth", "linux / auth"),
            ("aws.cloudtrail", "aws / cloudtrail"),
            ("azure.signinlogs", "azure / signinlogs"),
            ("GitHub.audit", "github / audit"),
            ("zeek.dns", "zeek / dns"),
            ("larkwall", "larkwall"),
        ] {
            assert_eq!(source(&format!(r#"{{"event":{{"dataset":"{dataset}"}}}}"#)), expected);
        }
    }

    #[test]
    fn what_clouds_write_is_known_by_its_shape_unless_the_sender_says_what_it_is() {
        let trail = r#""eventVersion":"1.08","eventTime":"2026-03-12T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser""#;
        assert_eq!(source(&format!("{{{trail}}}")), "aws / cloudtrail");
        assert_eq!(source(&format!(r#"{{{trail},"event":{{"module":"archive"}}}}"#)), "archive");
        assert_eq!(source(&format!(r#"{{{trail},"sigma":{{"product":"trap","service":"gcp.audit"}}}}"#)), "trap / gcp.audit");
        assert_eq!(source(r#"{"eventSource":"iam.example","eventName":"CreateUser"}"#), "no log source");
        let okta = parsed(r#"{"published":"2026-03-12T08:00:00.5Z","eventType":"user.session.start","actor":{"alternateId":"a"},"outcome":{"result":"SUCCESS"}}"#);
        assert_eq!((okta.log_source.to_string().as_str(), okta.time.to_string().as_str()), ("okta / okta", "2026-03-12T08:00:00.5Z"));
        let cluster = parsed(r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","verb":"list","requestReceivedTimestamp":"2026-03-12T08:00:00.25Z"}"#);
        assert_eq!((cluster.log_source.to_string().as_str(), cluster.time.to_string().as_str()), ("kubernetes / audit / application", "2026-03-12T08:00:00.25Z"));
    }
}
