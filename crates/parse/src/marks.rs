//! The fields that normalisation asks for, each with a small number, and where each stands in an event.
//!
//! An event is asked some hundred times whether it has this or that field. One pass over its slots answers all of
//! it; for a document of a known shape not even that is needed.

use model::{Event, Field, Value};
use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::sync::LazyLock;

/// A field that normalisation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u8);

macro_rules! marks {
    ($($constant:ident = $name:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($constant,)* COUNT }

        $(pub(crate) const $constant: Mark = Mark(Place::$constant as u8);)*

        const COUNT: usize = Place::COUNT as usize;
        const NAMES: [&str; COUNT] = [$($name,)*];
    };
}

marks! {
    // When it was.
    TIMESTAMP = "@timestamp";
    TIMESTAMP_PLAIN = "timestamp";
    UTC_TIME = "winlog.event_data.UtcTime";
    EVENT_TIME = "EventTime";
    TIME_CREATED = "TimeCreated";
    EVENT_TIME_CAMEL = "eventTime";
    EVENT_START = "event.start";
    EVENT_CREATED = "event.created";
    TIME = "time";
    TS = "ts";
    PUBLISHED = "published";
    REQUEST_RECEIVED = "requestReceivedTimestamp";
    // What it is, in Sigma's words.
    SIGMA_PRODUCT = "sigma.product";
    SIGMA_SERVICE = "sigma.service";
    SIGMA_CATEGORY = "sigma.category";
    EVENT_DATASET = "event.dataset";
    EVENT_MODULE = "event.module";
    SYSLOG_PRIORITY = "log.syslog.priority";
    SYSLOG_APPNAME = "log.syslog.appname";
    OBSERVER_TYPE = "observer.type";
    HTTP_METHOD = "http.request.method";
    HTTP_STATUS = "http.response.status_code";
    EMAIL_FROM = "email.from.address";
    // What clouds write, as they write it.
    EVENT_SOURCE = "eventSource";
    EVENT_NAME = "eventName";
    OKTA_TYPE = "eventType";
    OKTA_ACTOR = "actor.alternateId";
    OKTA_OUTCOME = "outcome.result";
    API_VERSION = "apiVersion";
    AUDIT_ID = "auditID";
    // What it is, in ECS's.
    EVENT_CATEGORY = "event.category";
    EVENT_TYPE = "event.type";
    EVENT_ACTION = "event.action";
    EVENT_OUTCOME = "event.outcome";
    // A Windows event's head.
    EVENT_CODE = "event.code";
    HOST_NAME = "host.name";
    WIN_ID = "winlog.event_id";
    WIN_CHANNEL = "winlog.channel";
    WIN_PROVIDER = "winlog.provider_name";
    WIN_COMPUTER = "winlog.computer_name";
    WIN_USER_ID = "winlog.user.identifier";
    WIN_USER_NAME = "winlog.user.name";
    WIN_USER_DOMAIN = "winlog.user.domain";
    KIND = "winlog.event_data.EventType";
    // EventData items.
    COMMAND_LINE = "winlog.event_data.CommandLine";
    PARENT_COMMAND_LINE = "winlog.event_data.ParentCommandLine";
    CURRENT_DIRECTORY = "winlog.event_data.CurrentDirectory";
    PROCESS_GUID = "winlog.event_data.ProcessGuid";
    SOURCE_PROCESS_GUID_CAPS = "winlog.event_data.SourceProcessGUID";
    SOURCE_PROCESS_GUID = "winlog.event_data.SourceProcessGuid";
    PARENT_PROCESS_GUID = "winlog.event_data.ParentProcessGuid";
    TARGET_OBJECT = "winlog.event_data.TargetObject";
    DETAILS = "winlog.event_data.Details";
    QUERY_NAME = "winlog.event_data.QueryName";
    QUERY_RESULTS = "winlog.event_data.QueryResults";
    DESTINATION_HOSTNAME = "winlog.event_data.DestinationHostname";
    SOURCE_HOSTNAME = "winlog.event_data.SourceHostname";
    PROTOCOL = "winlog.event_data.Protocol";
    SERVICE_NAME = "winlog.event_data.ServiceName";
    IMAGE = "winlog.event_data.Image";
    NEW_PROCESS_NAME = "winlog.event_data.NewProcessName";
    PROCESS_NAME = "winlog.event_data.ProcessName";
    SOURCE_IMAGE = "winlog.event_data.SourceImage";
    PARENT_IMAGE = "winlog.event_data.ParentImage";
    PARENT_PROCESS_NAME = "winlog.event_data.ParentProcessName";
    TARGET_FILENAME = "winlog.event_data.TargetFilename";
    IMAGE_LOADED = "winlog.event_data.ImageLoaded";
    ORIGINAL_FILE_NAME = "winlog.event_data.OriginalFileName";
    HASHES = "winlog.event_data.Hashes";
    HASH = "winlog.event_data.Hash";
    SOURCE_IP = "winlog.event_data.SourceIp";
    DESTINATION_IP = "winlog.event_data.DestinationIp";
    IP_ADDRESS = "winlog.event_data.IpAddress";
    SOURCE_ADDRESS = "winlog.event_data.SourceAddress";
    DEST_ADDRESS = "winlog.event_data.DestAddress";
    SOURCE_PORT = "winlog.event_data.SourcePort";
    DESTINATION_PORT = "winlog.event_data.DestinationPort";
    IP_PORT = "winlog.event_data.IpPort";
    DEST_PORT = "winlog.event_data.DestPort";
    PROCESS_ID = "winlog.event_data.ProcessId";
    NEW_PROCESS_ID = "winlog.event_data.NewProcessId";
    SOURCE_PROCESS_ID = "winlog.event_data.SourceProcessId";
    PARENT_PROCESS_ID = "winlog.event_data.ParentProcessId";
    USER = "winlog.event_data.User";
    DOMAIN = "winlog.event_data.Domain";
    SOURCE_USER = "winlog.event_data.SourceUser";
    TARGET_USER = "winlog.event_data.TargetUser";
    TARGET_USER_NAME = "winlog.event_data.TargetUserName";
    TARGET_DOMAIN_NAME = "winlog.event_data.TargetDomainName";
    TARGET_USER_SID = "winlog.event_data.TargetUserSid";
    TARGET_SID = "winlog.event_data.TargetSid";
    SUBJECT_USER_NAME = "winlog.event_data.SubjectUserName";
    SUBJECT_DOMAIN_NAME = "winlog.event_data.SubjectDomainName";
    SUBJECT_USER_SID = "winlog.event_data.SubjectUserSid";
    MEMBER_NAME = "winlog.event_data.MemberName";
    MEMBER_SID = "winlog.event_data.MemberSid";
    DETECTION_USER = "winlog.event_data.Detection User";
    ACCOUNT_NAME = "winlog.event_data.AccountName";
    ITEM_USER_ID = "winlog.event_data.UserID";
    CONTEXT_INFO = "winlog.event_data.ContextInfo";
    // The ECS fields that are made of them.
    ECS_COMMAND_LINE = "process.command_line";
    ECS_PARENT_COMMAND_LINE = "process.parent.command_line";
    ECS_WORKING_DIRECTORY = "process.working_directory";
    ECS_ENTITY_ID = "process.entity_id";
    ECS_PARENT_ENTITY_ID = "process.parent.entity_id";
    ECS_EXECUTABLE = "process.executable";
    ECS_PROCESS_NAME = "process.name";
    ECS_PARENT_EXECUTABLE = "process.parent.executable";
    ECS_PARENT_NAME = "process.parent.name";
    ECS_PID = "process.pid";
    ECS_PARENT_PID = "process.parent.pid";
    ECS_ORIGINAL_NAME = "process.pe.original_file_name";
    ECS_PROCESS_MD5 = "process.hash.md5";
    ECS_PROCESS_SHA1 = "process.hash.sha1";
    ECS_PROCESS_SHA256 = "process.hash.sha256";
    ECS_PROCESS_IMPHASH = "process.hash.imphash";
    ECS_DLL_PATH = "dll.path";
    ECS_DLL_NAME = "dll.name";
    ECS_DLL_ORIGINAL_NAME = "dll.pe.original_file_name";
    ECS_DLL_MD5 = "dll.hash.md5";
    ECS_DLL_SHA1 = "dll.hash.sha1";
    ECS_DLL_SHA256 = "dll.hash.sha256";
    ECS_FILE_PATH = "file.path";
    ECS_FILE_NAME = "file.name";
    ECS_FILE_MD5 = "file.hash.md5";
    ECS_FILE_SHA1 = "file.hash.sha1";
    ECS_FILE_SHA256 = "file.hash.sha256";
    ECS_REGISTRY_PATH = "registry.path";
    ECS_REGISTRY_DATA = "registry.data.strings";
    ECS_QUESTION = "dns.question.name";
    ECS_RESOLVED = "dns.resolved_ip";
    ECS_DESTINATION_DOMAIN = "destination.domain";
    ECS_DESTINATION_IP = "destination.ip";
    ECS_DESTINATION_PORT = "destination.port";
    ECS_SOURCE_DOMAIN = "source.domain";
    ECS_SOURCE_IP = "source.ip";
    ECS_SOURCE_PORT = "source.port";
    ECS_TRANSPORT = "network.transport";
    ECS_SERVICE = "service.name";
    ECS_USER_NAME = "user.name";
    ECS_USER_DOMAIN = "user.domain";
    ECS_USER_ID = "user.id";
    ECS_TARGET_NAME = "user.target.name";
    ECS_TARGET_DOMAIN = "user.target.domain";
    ECS_TARGET_ID = "user.target.id";
    ECS_GROUP_NAME = "group.name";
    ECS_GROUP_DOMAIN = "group.domain";
    ECS_GROUP_ID = "group.id";
}

/// The fields by number. They are asked for as rules ask, so that senders cannot take their room.
static FIELDS: LazyLock<[Option<Field>; COUNT]> = LazyLock::new(|| NAMES.map(Field::intern_for_rule));
static MARKS: LazyLock<FxHashMap<Field, Mark>> =
    LazyLock::new(|| FIELDS.iter().zip(0u8..).filter_map(|(field, number)| Some(((*field)?, Mark(number)))).collect());

const ABSENT: u16 = u16::MAX;

/// Where the first slot of each marked field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks([u16; COUNT]);

impl Marks {
    /// Those of an event, as its slots are now.
    pub(crate) fn of(event: &Event) -> Self {
        let (mut first, marks) = ([ABSENT; COUNT], &*MARKS);
        // An event has far fewer slots than the numbers that we count with.
        for (slot, at) in event.slots().iter().zip(0..ABSENT) {
            if let Some(mark) = marks.get(&slot.field()) {
                let place = &mut first[usize::from(mark.0)];
                *place = at.min(*place);
            }
        }
        Marks(first)
    }
}

/// An event that is being normalised, and where its fields are.
pub(crate) struct Draft<'e> {
    pub(crate) event: &'e mut Event,
    marks: Marks,
    fields: &'static [Option<Field>; COUNT],
}

impl<'e> Draft<'e> {
    /// The event with its marks.
    pub(crate) fn new(event: &'e mut Event, marks: &Marks) -> Self {
        Draft { event, marks: *marks, fields: &FIELDS }
    }

    /// Whether the field is there, be it null.
    pub(crate) fn has(&self, mark: Mark) -> bool {
        self.marks.0[usize::from(mark.0)] != ABSENT
    }

    /// The place of the field's first slot.
    pub(crate) fn place(&self, mark: Mark) -> Option<usize> {
        let at = self.marks.0[usize::from(mark.0)];
        (at != ABSENT).then_some(usize::from(at))
    }

    /// The field's first value.
    pub(crate) fn get(&self, mark: Mark) -> Option<Value<'_>> {
        self.event.slots().get(self.place(mark)?).map(|slot| self.event.value(slot))
    }

    /// The field's first value, if it is text.
    pub(crate) fn str(&self, mark: Mark) -> Option<&str> {
        match self.get(mark) {
            Some(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The same with its place, unless it says nothing.
    pub(crate) fn said(&self, mark: Mark) -> Option<(usize, &str)> {
        let text = self.str(mark).filter(|text| !matches!(*text, "" | "-"))?;
        Some((self.place(mark)?, text))
    }

    /// All values of the field.
    pub(crate) fn values(&self, mark: Mark) -> impl Iterator<Item = Value<'_>> {
        let field = self.fields[usize::from(mark.0)].filter(|_| self.has(mark));
        field.into_iter().flat_map(|field| self.event.values(field))
    }

    /// Gives `to` the same value as the slot at `at`.
    pub(crate) fn alias(&mut self, to: Mark, at: usize) {
        self.add(to, |event, field| event.alias(field, at));
    }

    /// Gives `to` a part of the text in the slot at `at`.
    pub(crate) fn alias_part(&mut self, to: Mark, at: usize, part: std::ops::Range<usize>) {
        self.add(to, |event, field| event.alias_part(field, at, part));
    }

    /// Adds a value to a field.
    pub(crate) fn push(&mut self, to: Mark, value: Value<'_>) {
        self.add(to, |event, field| event.push(field, value));
    }

    /// Adds an address to a field.
    pub(crate) fn push_ip(&mut self, to: Mark, ip: IpAddr) {
        self.add(to, |event, field| crate::push_ip(event, field, ip));
    }

    /// Removes every slot of a field. The places of others move: this is the last thing to do.
    pub(crate) fn remove(self, mark: Mark) {
        if let Some(field) = self.fields[usize::from(mark.0)] {
            self.event.remove(field);
        }
    }

    fn add(&mut self, to: Mark, push: impl FnOnce(&mut Event, Field)) {
        let (Some(field), at) = (self.fields[usize::from(to.0)], self.event.slots().len()) else { return };
        push(self.event, field);
        let place = &mut self.marks.0[usize::from(to.0)];
        if *place == ABSENT && self.event.slots().len() > at {
            // Past the last number that we count with it stays unsaid that the field is there.
            *place = u16::try_from(at).unwrap_or(ABSENT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_a_field_of_its_own() {
        assert_eq!(MARKS.len(), COUNT);
        for (name, number) in NAMES.iter().zip(0u8..) {
            assert_eq!(MARKS.get(&Field::lookup(name).unwrap()), Some(&Mark(number)), "{name}");
        }
    }
}
