//! Who did it, to whom, and to which group: ECS's `user`, `user.target` and `group`. The event's own values stay as they
//! are; a part of one (`ann` of `LARK\ann`) is shared, not copied.

use super::{data, said};
use model::{Event, Field, field};
use std::sync::LazyLock;

/// The fields of one account.
#[derive(Clone, Copy)]
struct Account {
    name: Option<Field>,
    domain: Option<Field>,
    id: Option<Field>,
}

const USER: Account =
    Account { name: Some(field::USER_NAME), domain: Some(field::USER_DOMAIN), id: Some(field::USER_ID) };
static TARGET: LazyLock<Account> = LazyLock::new(|| named("user.target"));
static GROUP: LazyLock<Account> = LazyLock::new(|| named("group"));

fn named(object: &str) -> Account {
    let part = |part: &str| crate::ecs::field(&format!("{object}.{part}"));
    Account { name: part("name"), domain: part("domain"), id: part("id") }
}

/// What the `Target…` items of a Security event speak of.
enum Target {
    /// The account that logged on or was asked for: it is the event's user.
    Actor,
    /// An account that the subject changed.
    Account,
    /// A group that the subject changed.
    Group,
}

fn target(id: &str) -> Target {
    match id.parse::<u32>().unwrap_or(0) {
        4720 | 4722..=4726 | 4738 | 4740..=4743 | 4765..=4767 | 4780 | 4781 | 4798 => Target::Account,
        4727..=4735 | 4737 | 4744..=4764 | 4799 => Target::Group,
        _ => Target::Actor,
    }
}

pub(super) fn ecs(event: &mut Event, id: &str) {
    match event.log_source.service.as_str() {
        "security" => security(event, id),
        "powershell" | "powershell-classic" => {
            plain(event);
            powershell(event);
        }
        "windefend" => {
            account(event, "Detection User", "", USER);
            plain(event);
        }
        _ => plain(event),
    }
}

/// `DOMAIN\user` of Sysmon and others; else the account that a Security event is about; else the one that did it.
fn plain(event: &mut Event) {
    account(event, "User", "Domain", USER);
    account(event, "SourceUser", "", USER);
    account(event, "TargetUser", "", *TARGET);
    if data(event, "TargetUserName").is_some() {
        account(event, "TargetUserName", "TargetDomainName", USER);
        sid(event, "TargetUserSid", USER);
    } else {
        subject(event);
    }
}

fn subject(event: &mut Event) {
    account(event, "SubjectUserName", "SubjectDomainName", USER);
    sid(event, "SubjectUserSid", USER);
}

fn security(event: &mut Event, id: &str) {
    let changed = match target(id) {
        Target::Actor => return plain(event),
        Target::Account => *TARGET,
        Target::Group => *GROUP,
    };
    subject(event);
    account(event, "TargetUserName", "TargetDomainName", changed);
    sid(event, "TargetSid", changed);
    member(event);
}

/// An event of PowerShell says who ran it in its header, as an id; a shipper may have looked the name up, and module
/// logging has it in its context.
fn powershell(event: &mut Event) {
    for (from, to) in [
        ("winlog.user.identifier", field::USER_ID),
        ("winlog.user.name", field::USER_NAME),
        ("winlog.user.domain", field::USER_DOMAIN),
    ] {
        let from = crate::ecs::field(from).and_then(|from| said(event, from));
        if let Some((at, _)) = from.filter(|_| !event.has(to)) {
            event.alias(to, at);
        }
    }
    sid(event, "UserID", USER);
    account(event, "AccountName", "Domain", USER);
    let Some((at, text)) = data(event, "ContextInfo") else { return };
    const SAYS: &str = " User = ";
    let line = text.match_indices(SAYS).find(|(found, _)| {
        text[..*found].trim_end_matches(' ').ends_with(['\n', '\r']) || text[..*found].trim().is_empty()
    });
    if let Some((found, _)) = line {
        let start = found + SAYS.len();
        let end = text[start..].find(['\r', '\n']).map_or(text.len(), |length| start + length);
        part(event, at, start, end, USER);
    }
}

/// The member that joined or left a group: a distinguished name (`CN=Ann,OU=Staff,DC=lark,DC=example`) or an account.
fn member(event: &mut Event) {
    sid(event, "MemberSid", *TARGET);
    let Some((at, text)) = data(event, "MemberName") else { return };
    let Some(rest) = text.get(3..).filter(|_| text[..3].eq_ignore_ascii_case("cn=")) else {
        let end = text.len();
        return part(event, at, 0, end, *TARGET);
    };
    // A comma within a name is escaped.
    let end = rest.match_indices(',').map(|(at, _)| at).find(|at| !rest[..*at].ends_with('\\')).unwrap_or(rest.len());
    let name = &rest[..end];
    let domain: Vec<&str> = rest[end..]
        .split(',')
        .filter_map(|part| part.get(3..).filter(|_| part[..3].eq_ignore_ascii_case("dc=")))
        .collect();
    let (escaped, domain) = (name.contains('\\').then(|| name.replace('\\', "")), domain.join("."));
    if let Some(to) = TARGET.name.filter(|to| !event.has(*to)) {
        match escaped {
            Some(name) => event.push_str(to, &name),
            None => event.alias_part(to, at, 3..3 + end),
        }
    }
    if let Some(to) = TARGET.domain.filter(|to| !domain.is_empty() && !event.has(*to)) {
        event.push_str(to, &domain);
    }
}

/// An item that names an account, alone or with its domain in front; else the domain in an item of its own.
fn account(event: &mut Event, name: &str, domain: &str, to: Account) {
    let Some(field) = to.name.filter(|field| !event.has(*field)) else { return };
    let Some((at, text)) = data(event, name) else { return };
    let end = text.len();
    if text.contains('\\') {
        return part(event, at, 0, end, to);
    }
    event.alias(field, at);
    if let Some((at, _)) = data(event, domain)
        && let Some(field) = to.domain.filter(|field| !event.has(*field))
    {
        event.alias(field, at);
    }
}

/// The account in a part of a value.
fn part(event: &mut Event, at: usize, start: usize, end: usize, to: Account) {
    let value = event.value(&event.slots()[at]);
    let model::Value::Str(text) = value else { return };
    let slash = text.get(start..end).and_then(|account| account.find('\\')).map(|slash| start + slash);
    if to.name.is_some_and(|field| event.has(field)) {
        return;
    }
    let from = slash.map_or(start, |slash| slash + 1);
    if let Some(field) = to.name.filter(|_| from < end) {
        event.alias_part(field, at, from..end);
    }
    if let (Some(field), Some(slash)) =
        (to.domain.filter(|field| !event.has(*field)), slash.filter(|slash| *slash > start))
    {
        event.alias_part(field, at, start..slash);
    }
}

fn sid(event: &mut Event, item: &str, to: Account) {
    if let (Some(field), Some((at, _))) = (to.id.filter(|field| !event.has(*field)), data(event, item)) {
        event.alias(field, at);
    }
}
