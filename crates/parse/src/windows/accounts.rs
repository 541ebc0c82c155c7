//! Who did it, to whom, and to which group: ECS's `user`, `user.target` and `group`. The event's own values stay as they
//! are; a part of one (`ann` of `LARK\ann`) is shared, not copied.

use crate::marks::{self as m, Draft, Mark};
use model::Value;

/// The fields of one account.
#[derive(Clone, Copy)]
struct Account {
    name: Mark,
    domain: Mark,
    id: Mark,
}

const USER: Account = Account { name: m::ECS_USER_NAME, domain: m::ECS_USER_DOMAIN, id: m::ECS_USER_ID };
const TARGET: Account = Account { name: m::ECS_TARGET_NAME, domain: m::ECS_TARGET_DOMAIN, id: m::ECS_TARGET_ID };
const GROUP: Account = Account { name: m::ECS_GROUP_NAME, domain: m::ECS_GROUP_DOMAIN, id: m::ECS_GROUP_ID };

/// What the `Target…` items of a Security event speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The account that logged on or was asked for: it is the event's user.
    Actor,
    /// An account that the subject changed.
    Account,
    /// A group that the subject changed.
    Group,
}

/// How an event speaks of accounts: by its service and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner(Speaks);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Plain,
    Security(Target),
    PowerShell,
    Defender,
}

/// How events of this service and number speak of accounts.
pub(super) fn manner(service: &str, id: &str) -> Manner {
    Manner(match service {
        "security" => Speaks::Security(target(id)),
        "powershell" | "powershell-classic" => Speaks::PowerShell,
        "windefend" => Speaks::Defender,
        _ => Speaks::Plain,
    })
}

fn target(id: &str) -> Target {
    match id.parse::<u32>().unwrap_or(0) {
        4720 | 4722..=4726 | 4738 | 4740..=4743 | 4765..=4767 | 4780 | 4781 | 4798 => Target::Account,
        4727..=4735 | 4737 | 4744..=4764 | 4799 => Target::Group,
        _ => Target::Actor,
    }
}

pub(super) fn ecs(draft: &mut Draft<'_>, manner: Manner) {
    match manner.0 {
        Speaks::Security(target) => security(draft, target),
        Speaks::PowerShell => {
            plain(draft);
            powershell(draft);
        }
        Speaks::Defender => {
            account(draft, m::DETECTION_USER, None, USER);
            plain(draft);
        }
        Speaks::Plain => plain(draft),
    }
}

/// `DOMAIN\user` of Sysmon and others; else the account that a Security event is about; else the one that did it.
fn plain(draft: &mut Draft<'_>) {
    account(draft, m::USER, Some(m::DOMAIN), USER);
    account(draft, m::SOURCE_USER, None, USER);
    account(draft, m::TARGET_USER, None, TARGET);
    if draft.said(m::TARGET_USER_NAME).is_some() {
        account(draft, m::TARGET_USER_NAME, Some(m::TARGET_DOMAIN_NAME), USER);
        sid(draft, m::TARGET_USER_SID, USER);
    } else {
        subject(draft);
    }
}

fn subject(draft: &mut Draft<'_>) {
    account(draft, m::SUBJECT_USER_NAME, Some(m::SUBJECT_DOMAIN_NAME), USER);
    sid(draft, m::SUBJECT_USER_SID, USER);
}

fn security(draft: &mut Draft<'_>, target: Target) {
    let changed = match target {
        Target::Actor => return plain(draft),
        Target::Account => TARGET,
        Target::Group => GROUP,
    };
    subject(draft);
    account(draft, m::TARGET_USER_NAME, Some(m::TARGET_DOMAIN_NAME), changed);
    sid(draft, m::TARGET_SID, changed);
    member(draft);
}

/// An event of PowerShell says who ran it in its header, as an id; a shipper may have looked the name up, and module
/// logging has it in its context.
fn powershell(draft: &mut Draft<'_>) {
    for (from, to) in [
        (m::WIN_USER_ID, m::ECS_USER_ID),
        (m::WIN_USER_NAME, m::ECS_USER_NAME),
        (m::WIN_USER_DOMAIN, m::ECS_USER_DOMAIN),
    ] {
        if let Some((at, _)) = draft.said(from).filter(|_| !draft.has(to)) {
            draft.alias(to, at);
        }
    }
    sid(draft, m::ITEM_USER_ID, USER);
    account(draft, m::ACCOUNT_NAME, Some(m::DOMAIN), USER);
    let Some((at, text)) = draft.said(m::CONTEXT_INFO) else { return };
    const SAYS: &str = " User = ";
    let line = text.match_indices(SAYS).find(|(found, _)| {
        text[..*found].trim_end_matches(' ').ends_with(['\n', '\r']) || text[..*found].trim().is_empty()
    });
    if let Some((found, _)) = line {
        let start = found + SAYS.len();
        let end = text[start..].find(['\r', '\n']).map_or(text.len(), |length| start + length);
        part(draft, at, start, end, USER);
    }
}

/// The member that joined or left a group: a distinguished name (`CN=Ann,OU=Staff,DC=lark,DC=example`) or an account.
fn member(draft: &mut Draft<'_>) {
    sid(draft, m::MEMBER_SID, TARGET);
    let Some((at, text)) = draft.said(m::MEMBER_NAME) else { return };
    let Some(rest) = text.get(3..).filter(|_| text[..3].eq_ignore_ascii_case("cn=")) else {
        let end = text.len();
        return part(draft, at, 0, end, TARGET);
    };
    // A comma within a name is escaped.
    let end = rest.match_indices(',').map(|(at, _)| at).find(|at| !rest[..*at].ends_with('\\')).unwrap_or(rest.len());
    let name = &rest[..end];
    let domain: Vec<&str> = rest[end..]
        .split(',')
        .filter_map(|part| part.get(3..).filter(|_| part[..3].eq_ignore_ascii_case("dc=")))
        .collect();
    let (escaped, domain) = (name.contains('\\').then(|| name.replace('\\', "")), domain.join("."));
    if !draft.has(TARGET.name) {
        match escaped {
            Some(name) => draft.push(TARGET.name, Value::Str(&name)),
            None => draft.alias_part(TARGET.name, at, 3..3 + end),
        }
    }
    if !domain.is_empty() && !draft.has(TARGET.domain) {
        draft.push(TARGET.domain, Value::Str(&domain));
    }
}

/// An item that names an account, alone or with its domain in front; else the domain in an item of its own.
fn account(draft: &mut Draft<'_>, name: Mark, domain: Option<Mark>, to: Account) {
    let Some((at, text)) = draft.said(name).filter(|_| !draft.has(to.name)) else { return };
    let end = text.len();
    if memchr::memchr(b'\\', text.as_bytes()).is_some() {
        return part(draft, at, 0, end, to);
    }
    draft.alias(to.name, at);
    if let Some((at, _)) = domain.and_then(|domain| draft.said(domain)).filter(|_| !draft.has(to.domain)) {
        draft.alias(to.domain, at);
    }
}

/// The account in a part of a value.
fn part(draft: &mut Draft<'_>, at: usize, start: usize, end: usize, to: Account) {
    if draft.has(to.name) {
        return;
    }
    let Some(Value::Str(text)) = draft.event.slots().get(at).map(|slot| draft.event.value(slot)) else { return };
    let slash = text.get(start..end).and_then(|account| account.find('\\')).map(|slash| start + slash);
    let from = slash.map_or(start, |slash| slash + 1);
    if from < end {
        draft.alias_part(to.name, at, from..end);
    }
    if let Some(slash) = slash.filter(|slash| *slash > start && !draft.has(to.domain)) {
        draft.alias_part(to.domain, at, start..slash);
    }
}

fn sid(draft: &mut Draft<'_>, item: Mark, to: Account) {
    if let Some((at, _)) = draft.said(item).filter(|_| !draft.has(to.id)) {
        draft.alias(to.id, at);
    }
}
