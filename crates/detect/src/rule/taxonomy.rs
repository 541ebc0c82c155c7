//! Sigma's field taxonomy against the program's own: which fields a name in a rule may stand for, in order.
//!
//! Tables only. The original value of a Windows event comes first (`winlog.event_data.N`), then the name itself (what
//! a vendor's JSON says), then what ECS calls it.

use model::LogSource;

/// Fields that a name may stand for in rules of a log source, best first.
pub(crate) fn candidates(source: &LogSource, name: &str) -> Vec<String> {
    let product = source.product.as_str();
    let mut out: Vec<String> = Vec::with_capacity(4);
    let mut add = |candidate: String| {
        if !out.contains(&candidate) {
            out.push(candidate);
        }
    };
    let own: &[&str] = match product {
        "windows" => &["winlog.event_data.", "", "winlog.user_data."],
        "" => &["", "winlog.event_data."],
        "linux" => &["", "winlog.event_data.", "auditd.data.", "auditd.log."],
        "macos" => &["", "winlog.event_data."],
        "aws" => &["", "aws.cloudtrail."],
        "azure" => &["", "azure.", "azure.activitylogs.", "azure.auditlogs.", "azure.signinlogs.properties."],
        "kubernetes" => &["", "kubernetes.audit."],
        "m365" => &["", "o365.audit."],
        "okta" => &["", "okta."],
        "zeek" => &["", "zeek."],
        _ => &[""],
    };
    own.iter().for_each(|prefix| add(format!("{prefix}{name}")));
    if matches!(product, "windows" | "") {
        for other in named(SECURITY_4688, name) {
            add(format!("winlog.event_data.{other}"));
            add((*other).to_owned());
        }
        named(WINDOWS_HEADER, name).iter().for_each(|field| add((*field).to_owned()));
    }
    for category in source.categories() {
        let family = family(category.as_str());
        let table = FAMILIES.iter().find(|(known, _)| *known == family).map_or(&[][..], |(_, table)| table);
        named(table, name).iter().for_each(|field| add((*field).to_owned()));
    }
    let table = PRODUCTS.iter().find(|(known, _)| *known == product).map_or(&[][..], |(_, table)| table);
    named(table, name).iter().for_each(|field| add((*field).to_owned()));
    named(ANYWHERE, name).iter().for_each(|field| add((*field).to_owned()));
    out
}

type Table = &'static [(&'static str, &'static [&'static str])];

fn named(table: Table, name: &str) -> &'static [&'static str] {
    table.iter().find(|(known, _)| *known == name).map_or(&[], |(_, fields)| fields)
}

/// What the Security channel's event 4688 calls Sysmon's names.
const SECURITY_4688: Table = &[
    ("Image", &["NewProcessName"]),
    ("ParentImage", &["ParentProcessName"]),
    ("CommandLine", &["ProcessCommandLine"]),
    ("User", &["SubjectUserName"]),
    ("LogonId", &["SubjectLogonId"]),
    ("IntegrityLevel", &["MandatoryLabel"]),
    ("Details", &["NewValue"]),
    ("ProcessId", &["NewProcessId"]),
];

/// Elements and attributes of a Windows event's `System`.
const WINDOWS_HEADER: Table = &[
    ("EventID", &["winlog.event_id", "event.code"]),
    ("Channel", &["winlog.channel"]),
    ("EventLog", &["winlog.channel"]),
    ("Provider_Name", &["winlog.provider_name", "event.provider"]),
    ("ProviderName", &["winlog.provider_name", "event.provider"]),
    ("Provider_Guid", &["winlog.provider_guid"]),
    ("Source", &["winlog.provider_name", "event.provider"]),
    ("Computer", &["winlog.computer_name", "host.name"]),
    ("ComputerName", &["winlog.computer_name", "host.name"]),
    ("Hostname", &["winlog.computer_name", "host.name"]),
    ("EventRecordID", &["winlog.record_id"]),
    ("Keywords", &["winlog.keywords"]),
    ("Level", &["winlog.level", "log.level"]),
    ("Task", &["winlog.task"]),
    ("Opcode", &["winlog.opcode"]),
    ("Version", &["winlog.version"]),
    ("Message", &["message"]),
    ("Execution_ProcessID", &["winlog.process.pid"]),
    ("Execution_ThreadID", &["winlog.process.thread.id"]),
    ("Security_UserID", &["winlog.user.identifier"]),
    ("Correlation_ActivityID", &["winlog.activity_id"]),
];

const PROCESS: Table = &[
    ("Image", &["process.executable"]),
    ("CommandLine", &["process.command_line"]),
    ("ProcessId", &["process.pid"]),
    ("ProcessGuid", &["process.entity_id"]),
    ("CurrentDirectory", &["process.working_directory"]),
    ("OriginalFileName", &["process.pe.original_file_name"]),
    ("Description", &["process.pe.description"]),
    ("Product", &["process.pe.product"]),
    ("Company", &["process.pe.company"]),
    ("FileVersion", &["process.pe.file_version"]),
    ("ParentImage", &["process.parent.executable"]),
    ("ParentCommandLine", &["process.parent.command_line"]),
    ("ParentProcessId", &["process.parent.pid"]),
    ("ParentProcessGuid", &["process.parent.entity_id"]),
    ("md5", &["process.hash.md5"]),
    ("sha1", &["process.hash.sha1"]),
    ("sha256", &["process.hash.sha256"]),
    ("Imphash", &["process.hash.imphash", "process.pe.imphash"]),
    ("imphash", &["process.hash.imphash", "process.pe.imphash"]),
];

const FILE: Table = &[
    ("Image", &["process.executable"]),
    ("TargetFilename", &["file.path"]),
    ("SourceFilename", &["file.path"]),
    ("md5", &["file.hash.md5"]),
    ("sha1", &["file.hash.sha1"]),
    ("sha256", &["file.hash.sha256"]),
];

const REGISTRY: Table = &[
    ("Image", &["process.executable"]),
    ("TargetObject", &["registry.path"]),
    ("Details", &["registry.data.strings"]),
    ("NewName", &["registry.path"]),
];

const LIBRARY: Table = &[
    ("Image", &["process.executable"]),
    ("ImageLoaded", &["dll.path", "file.path"]),
    ("OriginalFileName", &["dll.pe.original_file_name", "file.pe.original_file_name"]),
    ("Description", &["dll.pe.description", "file.pe.description"]),
    ("Product", &["dll.pe.product", "file.pe.product"]),
    ("Company", &["dll.pe.company", "file.pe.company"]),
    ("Signature", &["dll.code_signature.subject_name", "file.code_signature.subject_name"]),
    ("Signed", &["dll.code_signature.exists", "file.code_signature.exists"]),
    ("SignatureStatus", &["dll.code_signature.status", "file.code_signature.status"]),
];

const NETWORK: Table = &[
    ("Image", &["process.executable"]),
    ("DestinationIp", &["destination.ip"]),
    ("DestinationPort", &["destination.port"]),
    ("DestinationHostname", &["destination.domain"]),
    ("SourceIp", &["source.ip"]),
    ("SourcePort", &["source.port"]),
    ("SourceHostname", &["source.domain"]),
    ("Protocol", &["network.transport"]),
];

const DNS: Table = &[
    ("Image", &["process.executable"]),
    ("QueryName", &["dns.question.name"]),
    ("QueryResults", &["dns.answers.data"]),
    ("QueryStatus", &["dns.response_code"]),
    ("query", &["dns.question.name"]),
    ("record_type", &["dns.question.type"]),
    ("answer", &["dns.answers.data"]),
    ("answers", &["dns.answers.data"]),
    ("rcode", &["dns.response_code"]),
    ("src_ip", &["source.ip", "client.ip"]),
    ("dst_ip", &["destination.ip", "server.ip"]),
];

const PIPE: Table = &[("Image", &["process.executable"]), ("PipeName", &["file.name"])];

const ACCESS: Table = &[
    ("SourceImage", &["process.executable"]),
    ("SourceProcessId", &["process.pid"]),
    ("SourceProcessGUID", &["process.entity_id"]),
    ("SourceProcessGuid", &["process.entity_id"]),
];

const WEB: Table = &[
    ("c-uri", &["url.original", "url.full"]),
    ("c-uri-query", &["url.query"]),
    ("c-uri-stem", &["url.path"]),
    ("c-uri-extension", &["url.extension"]),
    ("cs-uri", &["url.original", "url.full"]),
    ("cs-uri-query", &["url.query", "url.original"]),
    ("cs-uri-stem", &["url.path", "url.original"]),
    ("cs-host", &["url.domain", "destination.domain"]),
    ("r-dns", &["url.domain", "destination.domain"]),
    ("c-useragent", &["user_agent.original"]),
    ("cs-useragent", &["user_agent.original"]),
    ("cs-user-agent", &["user_agent.original"]),
    ("cs-method", &["http.request.method"]),
    ("cs-referer", &["http.request.referrer"]),
    ("cs-referrer", &["http.request.referrer"]),
    ("cs-version", &["http.version"]),
    ("cs-bytes", &["http.request.bytes"]),
    ("sc-bytes", &["http.response.bytes"]),
    ("sc-status", &["http.response.status_code"]),
    ("cs-cookie", &["http.request.headers.cookie"]),
    ("cs-username", &["user.name"]),
    ("c-ip", &["source.ip", "client.ip"]),
    ("s-ip", &["destination.ip", "server.ip"]),
    ("s-port", &["destination.port"]),
    ("src_ip", &["source.ip", "client.ip"]),
    ("dst_ip", &["destination.ip", "server.ip"]),
];

const FIREWALL: Table = &[
    ("src_ip", &["source.ip"]),
    ("src_port", &["source.port"]),
    ("dst_ip", &["destination.ip"]),
    ("dst_port", &["destination.port"]),
    ("action", &["event.action"]),
    ("protocol", &["network.transport", "network.protocol"]),
    ("username", &["user.name"]),
    ("blocked", &["event.outcome"]),
];

const ANTIVIRUS: Table = &[
    ("Filename", &["file.path", "file.name"]),
    ("Signature", &["rule.name", "threat.indicator.name"]),
    ("Action", &["event.action"]),
];

/// Categories whose events have the same fields go by one name; any other goes by its own.
pub(crate) fn family(category: &str) -> &str {
    match category {
        "process_creation" | "process_termination" | "process_tampering" => "process",
        "file_event" | "file_change" | "file_delete" | "file_delete_detected" | "file_rename" | "file_access"
        | "file_block_executable" | "file_block_shredding" | "file_executable_detected" | "create_stream_hash" => "file",
        "registry_event" | "registry_add" | "registry_delete" | "registry_set" | "registry_rename" => "registry",
        "image_load" | "driver_load" => "library",
        "process_access" | "create_remote_thread" => "access",
        "ps_script" | "ps_module" | "ps_classic_start" | "ps_classic_provider_start" | "ps_classic_script" => "powershell",
        "dns_query" | "dns" => "dns",
        "proxy" | "webserver" | "web" => "web",
        other => other,
    }
}

/// Names by family of categories.
const FAMILIES: &[(&str, Table)] = &[
    ("process", PROCESS),
    ("file", FILE),
    ("registry", REGISTRY),
    ("library", LIBRARY),
    ("network_connection", NETWORK),
    ("dns", DNS),
    ("pipe_created", PIPE),
    ("access", ACCESS),
    ("web", WEB),
    ("firewall", FIREWALL),
    ("antivirus", ANTIVIRUS),
];

/// Names by product.
const PRODUCTS: &[(&str, Table)] = &[
    (
        "windows",
        &[
            ("TargetUserName", &["user.target.name"]),
            ("SubjectUserName", &["user.name"]),
            ("IpAddress", &["source.ip"]),
            ("IpPort", &["source.port"]),
            ("QueryName", &["dns.question.name"]),
            ("QNAME", &["dns.question.name"]),
        ],
    ),
    ("linux", &[("exe", &["process.executable"]), ("comm", &["process.name"]), ("pid", &["process.pid"]), ("uid", &["user.id"])]),
    (
        "aws",
        &[
            ("eventName", &["event.action"]),
            ("eventSource", &["event.provider"]),
            ("sourceIPAddress", &["source.ip", "source.address"]),
            ("userAgent", &["user_agent.original"]),
        ],
    ),
    ("kubernetes", &[("annotations.authorization.k8s.io/decision", &["kubernetes.audit.annotations.authorization_k8s_io/decision"])]),
    (
        "okta",
        &[
            ("eventType", &["okta.event_type"]),
            ("displayMessage", &["okta.display_message"]),
            ("actor.alternateId", &["okta.actor.alternate_id"]),
            ("actor.displayName", &["okta.actor.display_name"]),
            ("target.alternateId", &["okta.target.alternate_id"]),
            ("target.displayName", &["okta.target.display_name"]),
            ("client.ipAddress", &["okta.client.ip"]),
            ("securityContext.isProxy", &["okta.security_context.is_proxy"]),
            ("debugContext.debugData.requestUri", &["okta.debug_context.debug_data.request_uri"]),
        ],
    ),
    (
        "zeek",
        &[
            ("id.orig_h", &["source.ip"]),
            ("id.resp_h", &["destination.ip"]),
            ("id.orig_p", &["source.port"]),
            ("id.resp_p", &["destination.port"]),
            ("query", &["dns.question.name"]),
        ],
    ),
];

/// Names that mean the same whatever the log source.
const ANYWHERE: Table = &[
    ("User", &["user.name"]),
    ("Image", &["process.executable"]),
    ("CommandLine", &["process.command_line"]),
    ("ParentImage", &["process.parent.executable"]),
    ("ParentCommandLine", &["process.parent.command_line"]),
    ("Computer", &["host.name"]),
    ("ComputerName", &["host.name"]),
];
