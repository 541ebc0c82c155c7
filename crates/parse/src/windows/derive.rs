//! ECS fields out of EventData. Values are shared, not copied, unless normalisation changes them.

use super::{data, data_field, place, said};
use model::{Event, Field, Value, field};
use std::sync::LazyLock;

/// An EventData item and what becomes of it.
type Table<T> = LazyLock<Vec<(Field, T)>>;

/// Names are made fields once, not once an event.
fn table<T: Copy>(rows: &[(&str, T)]) -> Vec<(Field, T)> {
    rows.iter().filter_map(|(item, to)| Some((data_field(item)?, *to))).collect()
}

/// EventData item → ECS field with the same value, where the item says something and nobody has set the field.
static SAME: Table<Field> = LazyLock::new(|| table(SAME_ROWS));
const SAME_ROWS: &[(&str, Field)] = &[
    ("CommandLine", field::PROCESS_COMMAND_LINE),
    ("ParentCommandLine", field::PROCESS_PARENT_COMMAND_LINE),
    ("CurrentDirectory", field::PROCESS_WORKING_DIRECTORY),
    ("ProcessGuid", field::PROCESS_ENTITY_ID),
    ("SourceProcessGUID", field::PROCESS_ENTITY_ID),
    ("SourceProcessGuid", field::PROCESS_ENTITY_ID),
    ("ParentProcessGuid", field::PROCESS_PARENT_ENTITY_ID),
    ("TargetObject", field::REGISTRY_PATH),
    ("Details", field::REGISTRY_DATA_STRINGS),
    ("QueryName", field::DNS_QUESTION_NAME),
    ("DestinationHostname", field::DESTINATION_DOMAIN),
    ("SourceHostname", field::SOURCE_DOMAIN),
    ("Protocol", field::NETWORK_TRANSPORT),
    ("ServiceName", field::SERVICE_NAME),
];

/// Items that hold a path → the path and the name of the file in it.
static PATHS: Table<(Field, Field)> = LazyLock::new(|| table(PATH_ROWS));
const PATH_ROWS: &[(&str, (Field, Field))] = &[
    ("Image", (field::PROCESS_EXECUTABLE, field::PROCESS_NAME)),
    ("NewProcessName", (field::PROCESS_EXECUTABLE, field::PROCESS_NAME)),
    ("ProcessName", (field::PROCESS_EXECUTABLE, field::PROCESS_NAME)),
    ("SourceImage", (field::PROCESS_EXECUTABLE, field::PROCESS_NAME)),
    ("ParentImage", (field::PROCESS_PARENT_EXECUTABLE, field::PROCESS_PARENT_NAME)),
    ("ParentProcessName", (field::PROCESS_PARENT_EXECUTABLE, field::PROCESS_PARENT_NAME)),
    ("TargetFilename", (field::FILE_PATH, field::FILE_NAME)),
    ("ImageLoaded", (field::DLL_PATH, field::DLL_NAME)),
];

/// Items that hold an address or a number.
static ADDRESSES: Table<Field> = LazyLock::new(|| table(ADDRESS_ROWS));
const ADDRESS_ROWS: &[(&str, Field)] = &[
    ("SourceIp", field::SOURCE_IP),
    ("DestinationIp", field::DESTINATION_IP),
    ("IpAddress", field::SOURCE_IP),
    ("SourceAddress", field::SOURCE_IP),
    ("DestAddress", field::DESTINATION_IP),
];
static NUMBERS: Table<Field> = LazyLock::new(|| table(NUMBER_ROWS));
const NUMBER_ROWS: &[(&str, Field)] = &[
    ("SourcePort", field::SOURCE_PORT),
    ("DestinationPort", field::DESTINATION_PORT),
    ("IpPort", field::SOURCE_PORT),
    ("DestPort", field::DESTINATION_PORT),
    ("ProcessId", field::PROCESS_PID),
    ("NewProcessId", field::PROCESS_PID),
    ("SourceProcessId", field::PROCESS_PID),
    ("ParentProcessId", field::PROCESS_PARENT_PID),
];

pub(crate) fn ecs(event: &mut Event) {
    for (item, to) in SAME.iter() {
        if let Some((at, _)) = said(event, *item).filter(|_| !event.has(*to)) {
            event.alias(*to, at);
        }
    }
    for (item, (path, name)) in PATHS.iter() {
        if let Some((at, text)) = said(event, *item).filter(|_| !event.has(*path)) {
            let start = text.rfind(['\\', '/']).map_or(0, |slash| slash + 1);
            let end = text.len();
            event.alias(*path, at);
            event.alias_part(*name, at, start..end);
        }
    }
    for (item, to) in ADDRESSES.iter() {
        if let Some(ip) = said(event, *item).filter(|_| !event.has(*to)).and_then(|(_, text)| address(text)) {
            crate::push_ip(event, *to, ip);
        }
    }
    for (item, to) in NUMBERS.iter() {
        if let Some(number) = number(event, *item).filter(|_| !event.has(*to)) {
            event.push(*to, Value::Int(number));
        }
    }
    original_name(event);
    resolved(event);
    hashes(event);
}

fn address(text: &str) -> Option<std::net::IpAddr> {
    text.trim_start_matches("::ffff:").parse().ok()
}

/// Decimal, or hexadecimal as Security events write process ids.
fn number(event: &Event, item: Field) -> Option<i64> {
    match event.value(&event.slots()[place(event, item)?]) {
        Value::Int(number) => Some(number),
        Value::Str(text) => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// ECS's names for what a loaded library carries; the catalogue does not speak of them.
static DLL_ORIGINAL_NAME: LazyLock<Option<Field>> = LazyLock::new(|| crate::ecs::field("dll.pe.original_file_name"));
static DLL_HASHES: LazyLock<[Option<Field>; 3]> =
    LazyLock::new(|| ["dll.hash.md5", "dll.hash.sha1", "dll.hash.sha256"].map(crate::ecs::field));

/// The version resource's name is the library's where one was loaded, else the process's.
fn original_name(event: &mut Event) {
    let to = if event.has(field::DLL_PATH) { *DLL_ORIGINAL_NAME } else { Some(field::PROCESS_PE_ORIGINAL_FILE_NAME) };
    if let (Some(to), Some((at, _))) = (to, data(event, "OriginalFileName"))
        && !event.has(to)
    {
        event.alias(to, at);
    }
}

/// Addresses of one answer that are kept.
const MAX_ANSWERS: usize = 64;

/// The addresses in Sysmon's `type:  5 name.example;::ffff:192.0.2.7;`.
fn resolved(event: &mut Event) {
    let Some((_, text)) = data(event, "QueryResults").filter(|_| !event.has(field::DNS_RESOLVED_IP)) else { return };
    let mut found: Vec<std::net::IpAddr> = Vec::new();
    for ip in text.split(';').filter_map(|part| address(part.trim())) {
        if found.len() < MAX_ANSWERS && !found.contains(&ip) {
            found.push(ip);
        }
    }
    for ip in found {
        crate::push_ip(event, field::DNS_RESOLVED_IP, ip);
    }
}

/// `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` split. They are the process's in a process event, the library's where one was
/// loaded, the file's elsewhere.
fn hashes(event: &mut Event) {
    let Some((at, text)) = data(event, "Hashes").or_else(|| data(event, "Hash")) else { return };
    let of_process = event.has(field::PROCESS_COMMAND_LINE);
    let [dll_md5, dll_sha1, dll_sha256] = if event.has(field::DLL_PATH) { *DLL_HASHES } else { [None; 3] };
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
                ("MD5", false) => dll_md5.or(Some(field::FILE_HASH_MD5)),
                ("SHA1", false) => dll_sha1.or(Some(field::FILE_HASH_SHA1)),
                ("SHA256", false) => dll_sha256.or(Some(field::FILE_HASH_SHA256)),
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
