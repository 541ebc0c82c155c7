//! What the commonest Windows events are in ECS's words.

use crate::marks::{self as m, Draft};
use model::Value;

pub(super) struct Class {
    service: &'static str,
    id: &'static str,
    category: &'static str,
    kind: &'static str,
    action: &'static str,
    outcome: &'static str,
}

macro_rules! classes {
    ($($service:literal $id:literal $category:literal $kind:literal $action:literal $outcome:literal;)*) => {
        &[$(Class { service: $service, id: $id, category: $category, kind: $kind, action: $action, outcome: $outcome },)*]
    };
}

const CLASSES: &[Class] = classes! {
    "security" "4624" "authentication" "start" "logged-in" "success";
    "security" "4625" "authentication" "start" "logon-failed" "failure";
    "security" "4634" "authentication" "end" "logged-out" "success";
    "security" "4647" "authentication" "end" "logged-out" "success";
    "security" "4648" "authentication" "start" "logged-in-explicit" "success";
    "security" "4672" "iam" "admin" "logged-in-special" "success";
    "security" "4688" "process" "start" "created-process" "success";
    "security" "4689" "process" "end" "exited-process" "success";
    "security" "4697" "configuration" "creation" "service-installed" "success";
    "security" "4698" "configuration" "creation" "scheduled-task-created" "success";
    "security" "4702" "configuration" "change" "scheduled-task-updated" "success";
    "security" "4720" "iam" "creation" "added-user-account" "success";
    "security" "4722" "iam" "change" "enabled-user-account" "success";
    "security" "4723" "iam" "change" "changed-password" "";
    "security" "4724" "iam" "change" "reset-password" "";
    "security" "4725" "iam" "change" "disabled-user-account" "success";
    "security" "4726" "iam" "deletion" "deleted-user-account" "success";
    "security" "4728" "iam" "group" "added-member-to-group" "success";
    "security" "4729" "iam" "group" "removed-member-from-group" "success";
    "security" "4732" "iam" "group" "added-member-to-group" "success";
    "security" "4733" "iam" "group" "removed-member-from-group" "success";
    "security" "4738" "iam" "change" "modified-user-account" "success";
    "security" "4740" "iam" "change" "locked-out-user-account" "success";
    "security" "4756" "iam" "group" "added-member-to-group" "success";
    "security" "4757" "iam" "group" "removed-member-from-group" "success";
    "security" "4768" "authentication" "start" "kerberos-authentication-ticket-requested" "";
    "security" "4769" "authentication" "start" "kerberos-service-ticket-requested" "";
    "security" "4771" "authentication" "start" "kerberos-preauth-failed" "failure";
    "security" "4776" "authentication" "start" "credential-validated" "";
    "security" "5140" "network" "access" "network-share-accessed" "success";
    "security" "5145" "network" "access" "network-share-checked" "success";
    "security" "1102" "iam" "deletion" "audit-log-cleared" "success";
    "system" "104" "configuration" "deletion" "log-cleared" "success";
    "system" "7045" "configuration" "creation" "service-installed" "success";
    "sysmon" "1" "process" "start" "process-created" "success";
    "sysmon" "2" "file" "change" "file-creation-time-changed" "success";
    "sysmon" "3" "network" "connection" "network-connection" "success";
    "sysmon" "5" "process" "end" "process-terminated" "success";
    "sysmon" "6" "driver" "start" "driver-loaded" "success";
    "sysmon" "7" "library" "start" "image-loaded" "success";
    "sysmon" "8" "process" "change" "remote-thread-created" "success";
    "sysmon" "9" "process" "access" "raw-disk-read" "success";
    "sysmon" "10" "process" "access" "process-accessed" "success";
    "sysmon" "11" "file" "creation" "file-created" "success";
    "sysmon" "12" "registry" "change" "registry-key-changed" "success";
    "sysmon" "13" "registry" "change" "registry-value-set" "success";
    "sysmon" "14" "registry" "change" "registry-renamed" "success";
    "sysmon" "15" "file" "creation" "stream-created" "success";
    "sysmon" "17" "process" "creation" "pipe-created" "success";
    "sysmon" "18" "process" "access" "pipe-connected" "success";
    "sysmon" "22" "network" "protocol" "dns-query" "";
    "sysmon" "23" "file" "deletion" "file-deleted" "success";
    "sysmon" "26" "file" "deletion" "file-deleted" "success";
    "powershell" "4103" "process" "info" "module-logged" "";
    "powershell" "4104" "process" "info" "script-block-logged" "";
    "windefend" "1116" "malware" "info" "malware-detected" "";
    "windefend" "1117" "malware" "info" "malware-action-taken" "";
};

/// What events of this service and number are.
pub(super) fn class(service: &str, id: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.service == service && class.id == id)
}

/// Sets category, type, action and outcome, where the sender has not.
pub(super) fn classify(draft: &mut Draft<'_>, class: &Class) {
    for (to, value) in [
        (m::EVENT_CATEGORY, class.category),
        (m::EVENT_TYPE, class.kind),
        (m::EVENT_ACTION, class.action),
        (m::EVENT_OUTCOME, class.outcome),
    ] {
        if !value.is_empty() && !draft.has(to) {
            draft.push(to, Value::Str(value));
        }
    }
}
