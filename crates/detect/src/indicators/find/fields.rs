//! Which fields are read. The value decides what it is; the name only says where a value cannot be what it looks like: a
//! file is called `update.com`, a host has the name and the address of the own house.

use model::Field;

/// How a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Not at all.
    Nothing,
    /// The whole value.
    Value,
    /// The whole value, which is no domain even if it looks like one.
    ValueNoName,
    /// The URLs in it.
    Urls,
    /// Its words.
    Tokens,
    /// Its words, where the event is no Windows event.
    Message,
}

/// How fields are read, by their number, as far as they were asked for.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Option<Reads>>);

impl Fields {
    #[inline]
    pub fn reads(&mut self, field: Field) -> Reads {
        match self.0.get(field.index()) {
            Some(Some(reads)) => *reads,
            _ => self.learn(field),
        }
    }

    /// Names are bounded in number, and so is this table.
    #[cold]
    fn learn(&mut self, field: Field) -> Reads {
        let reads = of(field.name());
        if self.0.len() <= field.index() {
            self.0.resize(field.index() + 1, None);
        }
        if let Some(place) = self.0.get_mut(field.index()) {
            *place = Some(reads);
        }
        reads
    }
}

/// Fields that are read word by word.
const TOKENS: &[&str] = &["winlog.event_data.QueryResults", "QueryResults", "dns.answers.data"];
/// Fields in which URLs are looked for.
const URLS: &[&str] = &[
    "process.command_line",
    "process.parent.command_line",
    "winlog.event_data.ScriptBlockText",
    "ScriptBlockText",
    "winlog.event_data.Contents",
    "Contents",
    "winlog.event_data.Payload",
];
/// Beginnings of names that speak of the own house, of the program that logged, or of what no list names.
const OWN: &[&str] = &[
    "@timestamp",
    "agent.",
    "ecs.",
    "event.",
    "host.",
    "log.",
    "observer.",
    "registry.",
    "rule.",
    "service.",
    "sigma.",
    "threat.",
    "vulnerability.",
    "group.",
    "organization.",
    "winlog.api",
    "winlog.channel",
    "winlog.computer_name",
    "winlog.provider",
    "winlog.user.",
    "winlog.keywords",
    "winlog.task",
    "winlog.opcode",
    "winlog.activity_id",
    "user_agent.",
];
/// Last parts of Windows' own names that say the same.
const OWN_LAST: &[&str] =
    &["computer", "computername", "channel", "provider", "providername", "provider_name", "utctime", "version"];
/// Ends of the last part of names that hold files, programs and versions.
const FILES: &[&str] = &[
    "filename",
    "file_name",
    "image",
    "imageloaded",
    "file",
    "module",
    "process",
    "processname",
    "package",
    "version",
    "product",
    "company",
    "extension",
    "path",
    "directory",
    "executable",
    "commandline",
    "assembly",
];
/// Names of files, programs and accounts among the catalogue's.
const NO_NAME: &[&str] = &[
    "file.name",
    "file.extension",
    "process.name",
    "process.parent.name",
    "process.pe.original_file_name",
    "dll.name",
    "email.attachments.file.name",
    "user.domain",
    "user.name",
    "user.id",
    "source.user.name",
    "destination.user.name",
    "user.target.name",
    "user.effective.name",
    "url.path",
    "url.query",
    "url.extension",
    "network.application",
    "network.protocol",
    "email.message_id",
    "related.user",
];

fn of(name: &str) -> Reads {
    if name == "message" {
        return Reads::Message;
    }
    if TOKENS.contains(&name) {
        return Reads::Tokens;
    }
    if URLS.contains(&name) {
        return Reads::Urls;
    }
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    if OWN.iter().any(|own| name.starts_with(own)) || OWN_LAST.contains(&last.as_str()) {
        return Reads::Nothing;
    }
    if NO_NAME.contains(&name) || FILES.iter().any(|end| last.ends_with(end)) {
        return Reads::ValueNoName;
    }
    Reads::Value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_only_what_a_value_cannot_be() {
        for (name, expected) in [
            ("source.ip", Reads::Value),
            ("dns.question.name", Reads::Value),
            ("file.hash.sha256", Reads::Value),
            ("winlog.event_data.DestinationHostname", Reads::Value),
            ("winlog.event_data.Hashes", Reads::Value),
            ("client.address", Reads::Value),
            ("winlog.event_data.OriginalFileName", Reads::ValueNoName),
            ("process.name", Reads::ValueNoName),
            ("user.name", Reads::ValueNoName),
            ("host.name", Reads::Nothing),
            ("winlog.event_data.UtcTime", Reads::Nothing),
            ("process.command_line", Reads::Urls),
            ("winlog.event_data.QueryResults", Reads::Tokens),
            ("message", Reads::Message),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
