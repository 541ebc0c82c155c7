//! The fields that Windows events of a category have, as Sysmon, event 4688 and PowerShell name them. Other log sources
//! have no closed list, and nothing is said about their fields.

use crate::rule::taxonomy::family;

/// The fields of a category, if they are known.
pub(super) fn of(product: &str, category: &str) -> Option<&'static [&'static str]> {
    if product != "windows" {
        return None;
    }
    let of = |wanted: &str| FIELDS.iter().find(|(name, _)| *name == wanted).map(|(_, fields)| *fields);
    of(category).or_else(|| of(family(category)))
}

/// What every Windows event has.
pub(super) const HEADER: &[&str] = &[
    "EventID", "Channel", "EventLog", "Provider_Name", "ProviderName", "Provider_Guid", "Source", "Computer", "ComputerName",
    "Hostname", "EventRecordID", "Keywords", "Level", "Task", "Opcode", "Version", "Message", "Execution_ProcessID",
    "Execution_ThreadID", "Security_UserID", "Correlation_ActivityID", "UtcTime", "RuleName", "User", "Image", "ProcessId",
    "ProcessGuid", "CommandLine", "ParentImage", "ParentCommandLine", "md5", "sha1", "sha256", "Imphash", "imphash",
];

const FILE: &[&str] = &["TargetFilename", "SourceFilename", "CreationUtcTime", "PreviousCreationUtcTime", "Hashes", "Hash", "IsExecutable", "Archived", "Contents", "FileName", "IntegrityLevel"];
const REGISTRY: &[&str] = &["TargetObject", "Details", "EventType", "NewName", "NewValue", "ObjectName", "ObjectValueName"];
const PROCESS: &[&str] = &[
    "FileVersion", "Description", "Product", "Company", "OriginalFileName", "CurrentDirectory", "LogonGuid", "LogonId",
    "TerminalSessionId", "IntegrityLevel", "Hashes", "ParentProcessGuid", "ParentProcessId", "ParentUser", "NewProcessName",
    "ParentProcessName", "ProcessCommandLine", "SubjectUserName", "SubjectUserSid", "SubjectDomainName", "SubjectLogonId",
    "NewProcessId", "MandatoryLabel", "TokenElevationType", "TargetUserName", "TargetLogonId",
];
const ACCESS: &[&str] = &[
    "SourceImage", "SourceProcessId", "SourceProcessGUID", "SourceProcessGuid", "SourceThreadId", "SourceUser", "TargetImage",
    "TargetProcessId", "TargetProcessGUID", "TargetProcessGuid", "TargetUser", "GrantedAccess", "CallTrace", "NewThreadId",
    "StartAddress", "StartModule", "StartFunction",
];
const POWERSHELL: &[&str] = &[
    "ScriptBlockText", "ScriptBlockId", "MessageNumber", "MessageTotal", "Path", "Payload", "ContextInfo", "UserData", "Data",
    "HostApplication", "HostName", "HostVersion", "EngineVersion", "RunspaceId", "PipelineId", "CommandName", "CommandType", "ScriptName", "CommandPath",
];
const WMI: &[&str] = &["EventType", "Operation", "EventNamespace", "Name", "Query", "Type", "Destination", "Consumer", "Filter"];

/// By category, else by family of categories.
const FIELDS: &[(&str, &[&str])] = &[
    ("process", PROCESS),
    ("process_tampering", &["Type"]),
    ("access", ACCESS),
    ("raw_access_thread", &["Device"]),
    ("file", FILE),
    ("registry", REGISTRY),
    ("image_load", &["ImageLoaded", "FileVersion", "Description", "Product", "Company", "OriginalFileName", "Hashes", "Signed", "Signature", "SignatureStatus"]),
    ("driver_load", &["ImageLoaded", "Hashes", "Signed", "Signature", "SignatureStatus"]),
    (
        "network_connection",
        &[
            "Protocol", "Initiated", "SourceIsIpv6", "SourceIp", "SourceHostname", "SourcePort", "SourcePortName", "DestinationIsIpv6",
            "DestinationIp", "DestinationHostname", "DestinationPort", "DestinationPortName",
        ],
    ),
    ("dns_query", &["QueryName", "QueryStatus", "QueryResults", "QueryType", "QueryOptions"]),
    ("pipe_created", &["PipeName", "EventType"]),
    ("wmi_event", WMI),
    ("powershell", POWERSHELL),
];
