//! The field catalogue: the ECS fields that the program itself speaks of, each a constant, and every other name
//! interned on arrival.
//!
//! Names and types follow the Elastic Common Schema 8.x (<https://www.elastic.co/docs/reference/ecs>); `list` marks
//! the fields that ECS normalises to arrays.

use crate::intern::Interner;
use std::sync::LazyLock;

/// A field name as a small integer. Equal names are equal numbers for the life of the process; the numbers of
/// catalogue fields never depend on what was seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(u32);

/// The ECS type of a field, as far as searching and sorting need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text that is compared whole.
    Keyword,
    /// Text that is searched by word.
    Text,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A 64-bit integer.
    Long,
    /// An instant.
    Date,
}

/// What the catalogue knows of a field.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The ECS name.
    pub name: &'static str,
    /// Its type.
    pub kind: FieldKind,
    /// Whether ECS wants an array even for one value.
    pub list: bool,
    /// What it means, in a few words.
    pub meaning: &'static str,
}

/// Names beyond the catalogue that the process will remember. Past it a parser puts the field into `labels.overflow`.
const LIMIT: usize = 65_536;
/// Room past [`LIMIT`] for the names that rules read: senders must not be able to fill it.
const RESERVE: usize = 65_536;

macro_rules! catalogue {
    ($($constant:ident = $name:literal, $kind:ident, $list:literal, $meaning:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($constant,)* }

        /// The catalogue's fields.
        pub mod field {
            use super::{Field, Place};
            $(#[doc = concat!("`", $name, "`: ", $meaning)] pub const $constant: Field = Field(Place::$constant as u32);)*
        }

        static CATALOGUE: &[FieldInfo] = &[
            $(FieldInfo { name: $name, kind: FieldKind::$kind, list: $list, meaning: $meaning },)*
        ];
    };
}

catalogue! {
    TIMESTAMP = "@timestamp", Date, false, "Event time";
    MESSAGE = "message", Text, false, "The event as a person reads it";
    TAGS = "tags", Keyword, true, "Tags";
    LABELS_OVERFLOW = "labels.overflow", Text, false, "Fields past the limit of distinct names, as JSON";
    EVENT_ACTION = "event.action", Keyword, false, "What was done";
    EVENT_CATEGORY = "event.category", Keyword, true, "ECS category";
    EVENT_CODE = "event.code", Keyword, false, "The vendor's event code (EventID)";
    EVENT_CREATED = "event.created", Date, false, "When the agent read it";
    EVENT_DATASET = "event.dataset", Keyword, false, "Data set name";
    EVENT_DURATION = "event.duration", Long, false, "Nanoseconds";
    EVENT_END = "event.end", Date, false, "End of the event";
    EVENT_ID = "event.id", Keyword, false, "The vendor's id of this event";
    EVENT_INGESTED = "event.ingested", Date, false, "When it was received here";
    EVENT_KIND = "event.kind", Keyword, false, "alert, event, metric, state";
    EVENT_MODULE = "event.module", Keyword, false, "Module name";
    EVENT_ORIGINAL = "event.original", Text, false, "The raw event";
    EVENT_OUTCOME = "event.outcome", Keyword, false, "success, failure, unknown";
    EVENT_PROVIDER = "event.provider", Keyword, false, "The program that wrote it";
    EVENT_REASON = "event.reason", Text, false, "Why";
    EVENT_SEQUENCE = "event.sequence", Long, false, "The vendor's sequence number";
    EVENT_SEVERITY = "event.severity", Long, false, "The vendor's severity";
    EVENT_START = "event.start", Date, false, "Start of the event";
    EVENT_TYPE = "event.type", Keyword, true, "ECS type";
    ECS_VERSION = "ecs.version", Keyword, false, "ECS version of the sender";
    AGENT_ID = "agent.id", Keyword, false, "Agent id";
    AGENT_NAME = "agent.name", Keyword, false, "Agent name";
    AGENT_TYPE = "agent.type", Keyword, false, "Agent type";
    AGENT_VERSION = "agent.version", Keyword, false, "Agent version";
    CLIENT_IP = "client.ip", Ip, false, "Client address";
    CLOUD_ACCOUNT_ID = "cloud.account.id", Keyword, false, "Cloud account";
    CLOUD_PROVIDER = "cloud.provider", Keyword, false, "Cloud provider";
    CLOUD_REGION = "cloud.region", Keyword, false, "Cloud region";
    DESTINATION_ADDRESS = "destination.address", Keyword, false, "Destination as written";
    DESTINATION_AS_NUMBER = "destination.as.number", Long, false, "Destination AS";
    DESTINATION_BYTES = "destination.bytes", Long, false, "Bytes from destination to source";
    DESTINATION_DOMAIN = "destination.domain", Keyword, false, "Destination host name";
    DESTINATION_GEO_COUNTRY_ISO_CODE = "destination.geo.country_iso_code", Keyword, false, "Destination country";
    DESTINATION_IP = "destination.ip", Ip, false, "Destination address";
    DESTINATION_MAC = "destination.mac", Keyword, false, "Destination MAC";
    DESTINATION_NAT_IP = "destination.nat.ip", Ip, false, "Destination address after NAT";
    DESTINATION_NAT_PORT = "destination.nat.port", Long, false, "Destination port after NAT";
    DESTINATION_PACKETS = "destination.packets", Long, false, "Packets from destination to source";
    DESTINATION_PORT = "destination.port", Long, false, "Destination port";
    DESTINATION_USER_NAME = "destination.user.name", Keyword, false, "Target account";
    DLL_NAME = "dll.name", Keyword, false, "File name of the loaded library";
    DLL_PATH = "dll.path", Keyword, false, "Path of the loaded library";
    DNS_ANSWERS_DATA = "dns.answers.data", Keyword, true, "DNS answers";
    DNS_QUESTION_NAME = "dns.question.name", Keyword, false, "Queried name";
    DNS_QUESTION_TYPE = "dns.question.type", Keyword, false, "Query type";
    DNS_RESOLVED_IP = "dns.resolved_ip", Ip, true, "Resolved addresses";
    DNS_RESPONSE_CODE = "dns.response_code", Keyword, false, "DNS response code";
    DNS_TYPE = "dns.type", Keyword, false, "query or answer";
    EMAIL_ATTACHMENTS_FILE_NAME = "email.attachments.file.name", Keyword, true, "Attachment names";
    EMAIL_ATTACHMENTS_FILE_HASH_SHA256 = "email.attachments.file.hash.sha256", Keyword, true, "Attachment hashes";
    EMAIL_DIRECTION = "email.direction", Keyword, false, "inbound, outbound";
    EMAIL_FROM_ADDRESS = "email.from.address", Keyword, true, "Sender";
    EMAIL_MESSAGE_ID = "email.message_id", Keyword, false, "Message-ID";
    EMAIL_SUBJECT = "email.subject", Text, false, "Subject";
    EMAIL_TO_ADDRESS = "email.to.address", Keyword, true, "Recipients";
    ERROR_CODE = "error.code", Keyword, false, "Error code";
    ERROR_MESSAGE = "error.message", Text, false, "Error text";
    FILE_DIRECTORY = "file.directory", Keyword, false, "Folder of the file";
    FILE_EXTENSION = "file.extension", Keyword, false, "Extension";
    FILE_HASH_MD5 = "file.hash.md5", Keyword, false, "MD5 of the file";
    FILE_HASH_SHA1 = "file.hash.sha1", Keyword, false, "SHA-1 of the file";
    FILE_HASH_SHA256 = "file.hash.sha256", Keyword, false, "SHA-256 of the file";
    FILE_NAME = "file.name", Keyword, false, "File name";
    FILE_PATH = "file.path", Keyword, false, "File path";
    FILE_SIZE = "file.size", Long, false, "Bytes";
    GROUP_ID = "group.id", Keyword, false, "Group id";
    GROUP_NAME = "group.name", Keyword, false, "Group name";
    HOST_ARCHITECTURE = "host.architecture", Keyword, false, "Architecture";
    HOST_HOSTNAME = "host.hostname", Keyword, false, "Host name as it calls itself";
    HOST_ID = "host.id", Keyword, false, "Host id";
    HOST_IP = "host.ip", Ip, true, "Host addresses";
    HOST_MAC = "host.mac", Keyword, true, "Host MACs";
    HOST_NAME = "host.name", Keyword, false, "Host";
    HOST_OS_FAMILY = "host.os.family", Keyword, false, "OS family";
    HOST_OS_NAME = "host.os.name", Keyword, false, "OS name";
    HOST_OS_TYPE = "host.os.type", Keyword, false, "OS type";
    HOST_OS_VERSION = "host.os.version", Keyword, false, "OS version";
    HTTP_REQUEST_BODY_BYTES = "http.request.body.bytes", Long, false, "Bytes of the request body";
    HTTP_REQUEST_BYTES = "http.request.bytes", Long, false, "Bytes of the request";
    HTTP_REQUEST_METHOD = "http.request.method", Keyword, false, "HTTP method";
    HTTP_REQUEST_REFERRER = "http.request.referrer", Keyword, false, "Referrer";
    HTTP_RESPONSE_BODY_BYTES = "http.response.body.bytes", Long, false, "Bytes of the answer's body";
    HTTP_RESPONSE_BYTES = "http.response.bytes", Long, false, "Bytes of the answer";
    HTTP_RESPONSE_MIME_TYPE = "http.response.mime_type", Keyword, false, "Content type of the answer";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code", Long, false, "HTTP status";
    HTTP_VERSION = "http.version", Keyword, false, "HTTP version";
    LOG_LEVEL = "log.level", Keyword, false, "Level as written";
    LOG_LOGGER = "log.logger", Keyword, false, "Logger";
    LOG_FILE_PATH = "log.file.path", Keyword, false, "File that it was read from";
    LOG_SOURCE_ADDRESS = "log.source.address", Ip, false, "Address that the record came from";
    LOG_SYSLOG_APPNAME = "log.syslog.appname", Keyword, false, "Syslog application";
    LOG_SYSLOG_FACILITY_CODE = "log.syslog.facility.code", Long, false, "Syslog facility";
    LOG_SYSLOG_HOSTNAME = "log.syslog.hostname", Keyword, false, "Syslog host as written";
    LOG_SYSLOG_MSGID = "log.syslog.msgid", Keyword, false, "Syslog message id";
    LOG_SYSLOG_PRIORITY = "log.syslog.priority", Long, false, "Syslog priority";
    LOG_SYSLOG_PROCID = "log.syslog.procid", Keyword, false, "Syslog process id";
    LOG_SYSLOG_SEVERITY_CODE = "log.syslog.severity.code", Long, false, "Syslog severity";
    LOG_SYSLOG_VERSION = "log.syslog.version", Keyword, false, "Syslog version";
    NETWORK_APPLICATION = "network.application", Keyword, false, "Application protocol as recognised";
    NETWORK_BYTES = "network.bytes", Long, false, "Bytes both ways";
    NETWORK_COMMUNITY_ID = "network.community_id", Keyword, false, "Community id";
    NETWORK_DIRECTION = "network.direction", Keyword, false, "inbound, outbound, internal, external";
    NETWORK_PACKETS = "network.packets", Long, false, "Packets both ways";
    NETWORK_PROTOCOL = "network.protocol", Keyword, false, "Application protocol";
    NETWORK_TRANSPORT = "network.transport", Keyword, false, "tcp, udp, icmp";
    NETWORK_TYPE = "network.type", Keyword, false, "ipv4, ipv6";
    OBSERVER_HOSTNAME = "observer.hostname", Keyword, false, "Observing device";
    OBSERVER_NAME = "observer.name", Keyword, false, "Name of the observing device";
    OBSERVER_PRODUCT = "observer.product", Keyword, false, "Product of the observing device";
    OBSERVER_TYPE = "observer.type", Keyword, false, "firewall, ids, proxy";
    OBSERVER_VENDOR = "observer.vendor", Keyword, false, "Vendor of the observing device";
    PROCESS_ARGS = "process.args", Keyword, true, "Arguments";
    PROCESS_COMMAND_LINE = "process.command_line", Text, false, "Command line";
    PROCESS_ENTITY_ID = "process.entity_id", Keyword, false, "Unique id of the process";
    PROCESS_EXECUTABLE = "process.executable", Keyword, false, "Path of the executable";
    PROCESS_EXIT_CODE = "process.exit_code", Long, false, "Exit code";
    PROCESS_HASH_IMPHASH = "process.hash.imphash", Keyword, false, "Import hash";
    PROCESS_HASH_MD5 = "process.hash.md5", Keyword, false, "MD5 of the executable";
    PROCESS_HASH_SHA1 = "process.hash.sha1", Keyword, false, "SHA-1 of the executable";
    PROCESS_HASH_SHA256 = "process.hash.sha256", Keyword, false, "SHA-256 of the executable";
    PROCESS_NAME = "process.name", Keyword, false, "File name of the process";
    PROCESS_PARENT_COMMAND_LINE = "process.parent.command_line", Text, false, "Command line of the parent process";
    PROCESS_PARENT_ENTITY_ID = "process.parent.entity_id", Keyword, false, "Unique id of the parent";
    PROCESS_PARENT_EXECUTABLE = "process.parent.executable", Keyword, false, "Path of the parent's executable";
    PROCESS_PARENT_NAME = "process.parent.name", Keyword, false, "File name of the parent process";
    PROCESS_PARENT_PID = "process.parent.pid", Long, false, "Parent process id";
    PROCESS_PE_ORIGINAL_FILE_NAME = "process.pe.original_file_name", Keyword, false, "Name in the version resource";
    PROCESS_PID = "process.pid", Long, false, "Process id";
    PROCESS_THREAD_ID = "process.thread.id", Long, false, "Thread id";
    PROCESS_WORKING_DIRECTORY = "process.working_directory", Keyword, false, "Working directory";
    REGISTRY_DATA_STRINGS = "registry.data.strings", Keyword, true, "Registry data";
    REGISTRY_HIVE = "registry.hive", Keyword, false, "Hive";
    REGISTRY_KEY = "registry.key", Keyword, false, "Key";
    REGISTRY_PATH = "registry.path", Keyword, false, "Full path";
    REGISTRY_VALUE = "registry.value", Keyword, false, "Value name";
    RELATED_HASH = "related.hash", Keyword, true, "All hashes";
    RELATED_HOSTS = "related.hosts", Keyword, true, "All hosts";
    RELATED_IP = "related.ip", Ip, true, "All addresses";
    RELATED_USER = "related.user", Keyword, true, "All accounts";
    RULE_CATEGORY = "rule.category", Keyword, false, "Category of the vendor's rule";
    RULE_ID = "rule.id", Keyword, false, "Id of the vendor's rule";
    RULE_NAME = "rule.name", Keyword, false, "Name of the vendor's rule";
    RULE_RULESET = "rule.ruleset", Keyword, false, "Rule set of the vendor";
    SERVER_IP = "server.ip", Ip, false, "Server address";
    SERVICE_NAME = "service.name", Keyword, false, "Service";
    SIGMA_CATEGORY = "sigma.category", Keyword, true, "Sigma category that the sender names";
    SIGMA_PRODUCT = "sigma.product", Keyword, false, "Sigma product that the sender names";
    SIGMA_SERVICE = "sigma.service", Keyword, false, "Sigma service that the sender names";
    SOURCE_ADDRESS = "source.address", Keyword, false, "Source as written";
    SOURCE_AS_NUMBER = "source.as.number", Long, false, "Source AS";
    SOURCE_BYTES = "source.bytes", Long, false, "Bytes from source to destination";
    SOURCE_DOMAIN = "source.domain", Keyword, false, "Source host name";
    SOURCE_GEO_COUNTRY_ISO_CODE = "source.geo.country_iso_code", Keyword, false, "Source country";
    SOURCE_IP = "source.ip", Ip, false, "Source address";
    SOURCE_MAC = "source.mac", Keyword, false, "Source MAC";
    SOURCE_NAT_IP = "source.nat.ip", Ip, false, "Source address after NAT";
    SOURCE_NAT_PORT = "source.nat.port", Long, false, "Source port after NAT";
    SOURCE_PACKETS = "source.packets", Long, false, "Packets from source to destination";
    SOURCE_PORT = "source.port", Long, false, "Source port";
    SOURCE_USER_NAME = "source.user.name", Keyword, false, "Account of the source";
    THREAT_TECHNIQUE_ID = "threat.technique.id", Keyword, true, "ATT&CK techniques";
    TLS_CLIENT_JA3 = "tls.client.ja3", Keyword, false, "JA3";
    TLS_SERVER_SUBJECT = "tls.server.subject", Text, false, "Subject of the server's certificate";
    TLS_VERSION = "tls.version", Keyword, false, "TLS version";
    URL_DOMAIN = "url.domain", Keyword, false, "Host of the URL";
    URL_EXTENSION = "url.extension", Keyword, false, "Extension in the URL";
    URL_FULL = "url.full", Keyword, false, "URL";
    URL_ORIGINAL = "url.original", Keyword, false, "URL as written";
    URL_PATH = "url.path", Keyword, false, "Path of the URL";
    URL_PORT = "url.port", Long, false, "Port of the URL";
    URL_QUERY = "url.query", Keyword, false, "Query of the URL";
    URL_SCHEME = "url.scheme", Keyword, false, "Scheme";
    URL_USERNAME = "url.username", Keyword, false, "Account in the URL";
    USER_DOMAIN = "user.domain", Keyword, false, "Domain of the account";
    USER_EMAIL = "user.email", Keyword, false, "Mail address of the account";
    USER_EFFECTIVE_NAME = "user.effective.name", Keyword, false, "Account that it became";
    USER_ID = "user.id", Keyword, false, "Account id (SID, uid)";
    USER_NAME = "user.name", Keyword, false, "Account";
    USER_TARGET_NAME = "user.target.name", Keyword, false, "Account that was changed";
    USER_AGENT_ORIGINAL = "user_agent.original", Keyword, false, "User agent";
    VULNERABILITY_ID = "vulnerability.id", Keyword, true, "CVE";
    WINLOG_ACTIVITY_ID = "winlog.activity_id", Keyword, false, "Activity id";
    WINLOG_API = "winlog.api", Keyword, false, "How the agent read it";
    WINLOG_CHANNEL = "winlog.channel", Keyword, false, "Channel";
    WINLOG_COMPUTER_NAME = "winlog.computer_name", Keyword, false, "Computer as the event says";
    WINLOG_EVENT_ID = "winlog.event_id", Keyword, false, "EventID";
    WINLOG_KEYWORDS = "winlog.keywords", Keyword, true, "Keywords";
    WINLOG_LOGON_ID = "winlog.logon.id", Keyword, false, "Logon id";
    WINLOG_LOGON_TYPE = "winlog.logon.type", Keyword, false, "Logon type in words";
    WINLOG_OPCODE = "winlog.opcode", Keyword, false, "Opcode";
    WINLOG_PROCESS_PID = "winlog.process.pid", Long, false, "Process that wrote the event";
    WINLOG_PROCESS_THREAD_ID = "winlog.process.thread.id", Long, false, "Thread that wrote the event";
    WINLOG_PROVIDER_GUID = "winlog.provider_guid", Keyword, false, "Provider GUID";
    WINLOG_PROVIDER_NAME = "winlog.provider_name", Keyword, false, "Provider";
    WINLOG_RECORD_ID = "winlog.record_id", Long, false, "Record number";
    WINLOG_TASK = "winlog.task", Keyword, false, "Task";
    WINLOG_USER_IDENTIFIER = "winlog.user.identifier", Keyword, false, "SID that wrote the event";
    WINLOG_VERSION = "winlog.version", Long, false, "Event version";
}

static NAMES: LazyLock<Interner> = LazyLock::new(|| Interner::new(CATALOGUE.iter().map(|f| f.name), CATALOGUE.len() + LIMIT));

impl Field {
    /// The field of this name, made known now if it is new; `None` when the process has seen too many names.
    pub fn intern(name: &str) -> Option<Field> {
        NAMES.intern(name).map(Field)
    }
    /// The same for a name that a rule reads: it finds room when senders have used up theirs with invented names.
    pub fn intern_for_rule(name: &str) -> Option<Field> {
        NAMES.intern_within(CATALOGUE.len() + LIMIT + RESERVE, name).map(Field)
    }
    /// The field of this name, if anyone has spoken of it.
    pub fn lookup(name: &str) -> Option<Field> {
        NAMES.get(name).map(Field)
    }
    /// The name.
    pub fn name(self) -> &'static str {
        match CATALOGUE.get(self.index()) {
            Some(info) => info.name,
            None => NAMES.name(self.0),
        }
    }
    /// A small integer for dense tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
    /// What the catalogue knows of it; `None` for a vendor field.
    pub fn info(self) -> Option<&'static FieldInfo> {
        CATALOGUE.get(self.index())
    }
    /// The catalogue, in order of number.
    pub fn catalogue() -> impl Iterator<Item = (Field, &'static FieldInfo)> {
        CATALOGUE.iter().zip(0u32..).map(|(info, index)| (Field(index), info))
    }
    /// How many names are known; every index is below it.
    pub fn count() -> usize {
        NAMES.len()
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_catalogue_field_finds_itself() {
        for (field, info) in Field::catalogue() {
            assert_eq!(Field::intern(info.name), Some(field));
            assert_eq!(field.name(), info.name);
        }
        assert_eq!(field::TIMESTAMP.name(), "@timestamp");
    }

    #[test]
    fn invented_names_do_not_take_the_room_of_rules() {
        let table = Interner::new(["a"].into_iter(), 3);
        assert_eq!((table.intern("b"), table.intern("c"), table.intern("d")), (Some(1), Some(2), None));
        assert_eq!(table.intern_within(4, "rule"), Some(3));
        assert_eq!((table.intern("rule"), table.intern("d")), (Some(3), None));
    }

    #[test]
    fn a_vendor_field_keeps_its_number() {
        let first = Field::intern("winlog.event_data.Image").unwrap();
        assert_eq!(Field::lookup("winlog.event_data.Image"), Some(first));
        assert_eq!(first.name(), "winlog.event_data.Image");
        assert!(first.info().is_none());
    }
}
