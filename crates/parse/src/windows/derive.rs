//! ECS fields out of EventData. Values are shared, not copied, unless normalisation changes them.

use crate::marks::{self as m, Draft, Mark};
use model::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

/// EventData item → ECS field with the same value, where the item says something and nobody has set the field.
const SAME: &[(Mark, Mark)] = &[
    (m::COMMAND_LINE, m::ECS_COMMAND_LINE),
    (m::PARENT_COMMAND_LINE, m::ECS_PARENT_COMMAND_LINE),
    (m::CURRENT_DIRECTORY, m::ECS_WORKING_DIRECTORY),
    (m::PROCESS_GUID, m::ECS_ENTITY_ID),
    (m::SOURCE_PROCESS_GUID_CAPS, m::ECS_ENTITY_ID),
    (m::SOURCE_PROCESS_GUID, m::ECS_ENTITY_ID),
    (m::PARENT_PROCESS_GUID, m::ECS_PARENT_ENTITY_ID),
    (m::TARGET_OBJECT, m::ECS_REGISTRY_PATH),
    (m::DETAILS, m::ECS_REGISTRY_DATA),
    (m::QUERY_NAME, m::ECS_QUESTION),
    (m::DESTINATION_HOSTNAME, m::ECS_DESTINATION_DOMAIN),
    (m::SOURCE_HOSTNAME, m::ECS_SOURCE_DOMAIN),
    (m::PROTOCOL, m::ECS_TRANSPORT),
    (m::SERVICE_NAME, m::ECS_SERVICE),
];

/// Items that hold a path → the path and the name of the file in it.
const PATHS: &[(Mark, Mark, Mark)] = &[
    (m::IMAGE, m::ECS_EXECUTABLE, m::ECS_PROCESS_NAME),
    (m::NEW_PROCESS_NAME, m::ECS_EXECUTABLE, m::ECS_PROCESS_NAME),
    (m::PROCESS_NAME, m::ECS_EXECUTABLE, m::ECS_PROCESS_NAME),
    (m::SOURCE_IMAGE, m::ECS_EXECUTABLE, m::ECS_PROCESS_NAME),
    (m::PARENT_IMAGE, m::ECS_PARENT_EXECUTABLE, m::ECS_PARENT_NAME),
    (m::PARENT_PROCESS_NAME, m::ECS_PARENT_EXECUTABLE, m::ECS_PARENT_NAME),
    (m::TARGET_FILENAME, m::ECS_FILE_PATH, m::ECS_FILE_NAME),
    (m::IMAGE_LOADED, m::ECS_DLL_PATH, m::ECS_DLL_NAME),
];

/// Items that hold an address or a number.
const ADDRESSES: &[(Mark, Mark)] = &[
    (m::SOURCE_IP, m::ECS_SOURCE_IP),
    (m::DESTINATION_IP, m::ECS_DESTINATION_IP),
    (m::IP_ADDRESS, m::ECS_SOURCE_IP),
    (m::SOURCE_ADDRESS, m::ECS_SOURCE_IP),
    (m::DEST_ADDRESS, m::ECS_DESTINATION_IP),
];
const NUMBERS: &[(Mark, Mark)] = &[
    (m::SOURCE_PORT, m::ECS_SOURCE_PORT),
    (m::DESTINATION_PORT, m::ECS_DESTINATION_PORT),
    (m::IP_PORT, m::ECS_SOURCE_PORT),
    (m::DEST_PORT, m::ECS_DESTINATION_PORT),
    (m::PROCESS_ID, m::ECS_PID),
    (m::NEW_PROCESS_ID, m::ECS_PID),
    (m::SOURCE_PROCESS_ID, m::ECS_PID),
    (m::PARENT_PROCESS_ID, m::ECS_PARENT_PID),
];

pub(super) fn ecs(draft: &mut Draft<'_>) {
    for (item, to) in SAME {
        if let Some((at, _)) = draft.said(*item).filter(|_| !draft.has(*to)) {
            draft.alias(*to, at);
        }
    }
    for (item, path, name) in PATHS {
        if let Some((at, text)) = draft.said(*item).filter(|_| !draft.has(*path)) {
            let start = text.bytes().rposition(|byte| matches!(byte, b'\\' | b'/')).map_or(0, |slash| slash + 1);
            let end = text.len();
            draft.alias(*path, at);
            draft.alias_part(*name, at, start..end);
        }
    }
    for (item, to) in ADDRESSES {
        if let Some(ip) = draft.said(*item).filter(|_| !draft.has(*to)).and_then(|(_, text)| address(text)) {
            draft.push_ip(*to, ip);
        }
    }
    for (item, to) in NUMBERS {
        if let Some(number) = number(draft, *item).filter(|_| !draft.has(*to)) {
            draft.push(*to, Value::Int(number));
        }
    }
    original_name(draft);
    resolved(draft);
    hashes(draft);
}

fn address(text: &str) -> Option<IpAddr> {
    text.trim_start_matches("::ffff:").parse().ok()
}

/// Decimal, or hexadecimal as Security events write process ids.
fn number(draft: &Draft<'_>, item: Mark) -> Option<i64> {
    match draft.get(item)? {
        Value::Int(number) => Some(number),
        Value::Str(text) => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// The version resource's name is the library's where one was loaded, else the process's.
fn original_name(draft: &mut Draft<'_>) {
    let to = if draft.has(m::ECS_DLL_PATH) { m::ECS_DLL_ORIGINAL_NAME } else { m::ECS_ORIGINAL_NAME };
    if let Some((at, _)) = draft.said(m::ORIGINAL_FILE_NAME).filter(|_| !draft.has(to)) {
        draft.alias(to, at);
    }
}

/// Addresses of one answer that are kept.
const MAX_ANSWERS: usize = 64;

/// The addresses in Sysmon's `type:  5 name.example;::ffff:192.0.2.7;`.
fn resolved(draft: &mut Draft<'_>) {
    let Some((_, text)) = draft.said(m::QUERY_RESULTS).filter(|_| !draft.has(m::ECS_RESOLVED)) else { return };
    let (mut found, mut count) = ([IpAddr::V4(Ipv4Addr::UNSPECIFIED); MAX_ANSWERS], 0);
    for ip in text.split(';').filter_map(|part| address(part.trim())) {
        if count < MAX_ANSWERS && !found[..count].contains(&ip) {
            found[count] = ip;
            count += 1;
        }
    }
    for ip in &found[..count] {
        draft.push_ip(m::ECS_RESOLVED, *ip);
    }
}

/// Hash algorithms as Sysmon names them → the field of a process, of a file, of a library.
const ALGORITHMS: &[(&str, Mark, Option<Mark>, Option<Mark>)] = &[
    ("MD5", m::ECS_PROCESS_MD5, Some(m::ECS_FILE_MD5), Some(m::ECS_DLL_MD5)),
    ("SHA1", m::ECS_PROCESS_SHA1, Some(m::ECS_FILE_SHA1), Some(m::ECS_DLL_SHA1)),
    ("SHA256", m::ECS_PROCESS_SHA256, Some(m::ECS_FILE_SHA256), Some(m::ECS_DLL_SHA256)),
    ("IMPHASH", m::ECS_PROCESS_IMPHASH, None, None),
];
/// Hashes of one event that are looked at.
const MAX_HASHES: usize = 8;

/// `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` split. They are the process's in a process event, the library's where one was
/// loaded, the file's elsewhere.
fn hashes(draft: &mut Draft<'_>) {
    let Some((at, text)) = draft.said(m::HASHES).or_else(|| draft.said(m::HASH)) else { return };
    let (of_process, of_library) = (draft.has(m::ECS_COMMAND_LINE), draft.has(m::ECS_DLL_PATH));
    let mut parts: [Option<(Mark, Range<usize>)>; MAX_HASHES] = Default::default();
    let mut start = 0;
    for (part, place) in text.split(',').zip(&mut parts) {
        if let Some((algorithm, hash)) = part.split_once('=') {
            let from = start + algorithm.len() + 1;
            let known = ALGORITHMS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(algorithm));
            let to = known.and_then(|(_, process, file, library)| match (of_process, of_library) {
                (true, _) => Some(*process),
                (false, true) => *library,
                (false, false) => *file,
            });
            *place = to.map(|to| (to, from..from + hash.len()));
        }
        start += part.len() + 1;
    }
    for (to, range) in parts.into_iter().flatten() {
        if !draft.has(to) {
            draft.alias_part(to, at, range);
        }
    }
}
