//! ECS fields out of EventData. Values are shared, not copied, unless normalisation changes them.

use super::{data, data_field, place};
use model::{Event, Field, Value, field};

/// EventData item → ECS field with the same value, where the item says something and nobody has set the field.
const SAME: &[(&str, Field)] = &[
    ("CommandLine", field::PROCESS_COMMAND_LINE),
    ("ParentCommandLine", field::PROCESS_PARENT_COMMAND_LINE),
    ("CurrentDirectory", field::PROCESS_WORKING_DIRECTORY),
    ("ProcessGuid", field::PROCESS_ENTITY_ID),
    ("ParentProcessGuid", field::PROCESS_PARENT_ENTITY_ID),
    ("OriginalFileName", field::PROCESS_PE_ORIGINAL_FILE_NAME),
    ("TargetObject", field::REGISTRY_PATH),
    ("Details", field::REGISTRY_DATA_STRINGS),
    ("QueryName", field::DNS_QUESTION_NAME),
    ("DestinationHostname", field::DESTINATION_DOMAIN),
    ("SourceHostname", field::SOURCE_DOMAIN),
    ("Protocol", field::NETWORK_TRANSPORT),
    ("ServiceName", field::SERVICE_NAME),
    ("TargetUserSid", field::USER_ID),
];

/// Items that hold a path → the path and the name of the file in it.
const PATHS: &[(&str, Field, Field)] = &[
    ("Image", field::PROCESS_EXECUTABLE, field::PROCESS_NAME),
    ("NewProcessName", field::PROCESS_EXECUTABLE, field::PROCESS_NAME),
    ("ProcessName", field::PROCESS_EXECUTABLE, field::PROCESS_NAME),
    ("SourceImage", field::PROCESS_EXECUTABLE, field::PROCESS_NAME),
    ("ParentImage", field::PROCESS_PARENT_EXECUTABLE, field::PROCESS_PARENT_NAME),
    ("ParentProcessName", field::PROCESS_PARENT_EXECUTABLE, field::PROCESS_PARENT_NAME),
    ("TargetFilename", field::FILE_PATH, field::FILE_NAME),
    ("ImageLoaded", field::DLL_PATH, field::DLL_NAME),
];

/// Items that hold an address or a number.
const ADDRESSES: &[(&str, Field)] = &[
    ("SourceIp", field::SOURCE_IP),
    ("DestinationIp", field::DESTINATION_IP),
    ("IpAddress", field::SOURCE_IP),
    ("SourceAddress", field::SOURCE_IP),
    ("DestAddress", field::DESTINATION_IP),
];
const NUMBERS: &[(&str, Field)] = &[
    ("SourcePort", field::SOURCE_PORT),
    ("DestinationPort", field::DESTINATION_PORT),
    ("IpPort", field::SOURCE_PORT),
    ("DestPort", field::DESTINATION_PORT),
    ("ProcessId", field::PROCESS_PID),
    ("NewProcessId", field::PROCESS_PID),
    ("ParentProcessId", field::PROCESS_PARENT_PID),
];

pub(crate) fn ecs(event: &mut Event) {
    for (item, to) in SAME {
        if let Some((at, _)) = data(event, item).filter(|_| !event.has(*to)) {
            event.alias(*to, at);
        }
    }
    for (item, path, name) in PATHS {
        if event.has(*path) {
            continue;
        }
        if let Some((at, text)) = data(event, item) {
            let start = text.rfind(['\\', '/']).map_or(0, |slash| slash + 1);
            let end = text.len();
            event.alias(*path, at);
            event.alias_part(*name, at, start..end);
        }
    }
    for (item, to) in ADDRESSES {
        if let Some(ip) = data(event, item).filter(|_| !event.has(*to)).and_then(|(_, text)| address(text)) {
            crate::push_ip(event, *to, ip);
        }
    }
    for (item, to) in NUMBERS {
        if !event.has(*to) {
            if let Some(number) = number(event, item) {
                event.push(*to, Value::Int(number));
            }
        }
    }
    user(event);
    hashes(event);
}

fn address(text: &str) -> Option<std::net::IpAddr> {
    text.trim_start_matches("::ffff:").parse().ok()
}

/// Decimal, or hexadecimal as Security events write process ids.
fn number(event: &Event, item: &str) -> Option<i64> {
    match event.value(&event.slots()[place(event, data_field(item)?)?]) {
        Value::Int(number) => Some(number),
        Value::Str(text) => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// `DOMAIN\user` of Sysmon, or the target's (else the subject's) name and domain of Security events.
fn user(event: &mut Event) {
    if event.has(field::USER_NAME) {
        return;
    }
    if let Some((at, text)) = data(event, "User") {
        let end = text.len();
        match text.split_once('\\') {
            Some((domain, _)) => {
                let cut = domain.len();
                event.alias_part(field::USER_DOMAIN, at, 0..cut);
                event.alias_part(field::USER_NAME, at, cut + 1..end);
            }
            None => event.alias(field::USER_NAME, at),
        }
        return;
    }
    for (name, domain) in [("TargetUserName", "TargetDomainName"), ("SubjectUserName", "SubjectDomainName")] {
        if let Some((at, _)) = data(event, name) {
            event.alias(field::USER_NAME, at);
            if let Some((at, _)) = data(event, domain) {
                event.alias(field::USER_DOMAIN, at);
            }
            return;
        }
    }
}

/// `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` split. They are the process's in a process event, the file's elsewhere.
fn hashes(event: &mut Event) {
    let Some((at, text)) = data(event, "Hashes").or_else(|| data(event, "Hash")) else { return };
    let of_process = event.has(field::PROCESS_COMMAND_LINE);
    let mut parts = Vec::new();
    let mut start = 0;
    for part in text.split(',').take(8) {
        if let Some((algorithm, hash)) = part.split_once('=') {
            let from = start + algorithm.len() + 1;
            let to = match (algorithm.to_ascii_uppercase().as_str(), of_process) {
                ("MD5", true) => Some(field::PROCESS_HASH_MD5),
                ("SHA1", true) => Some(field::PROCESS_HASH_SHA1),
                ("SHA256", true) => Some(field::PROCESS_HASH_SHA256),
                ("IMPHASH", true) => Some(field::PROCESS_HASH_IMPHASH),
                ("MD5", false) => Some(field::FILE_HASH_MD5),
                ("SHA1", false) => Some(field::FILE_HASH_SHA1),
                ("SHA256", false) => Some(field::FILE_HASH_SHA256),
                _ => None,
            };
            if let Some(to) = to {
                parts.push((to, from..from + hash.len()));
            }
        }
        start += part.len() + 1;
    }
    for (to, range) in parts {
        if !event.has(to) {
            event.alias_part(to, at, range);
        }
    }
}
