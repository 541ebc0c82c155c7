//! Settings: flag over environment (`WATCHFLOOR_SECTION__KEY`) over file over default, each with where it came from.
//! A key that is not known is an error with its place, wherever it stands: a misspelt setting must not be a silent one.

use crate::output::{Failure, inert};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// A setting that there is.
pub struct Key {
    /// Section and name.
    pub name: &'static str,
    /// What it does, for people.
    pub meaning: &'static str,
    /// Its value where nothing is said.
    pub default: Option<&'static str>,
    /// Whether it names a file or folder: in a file it is then relative to that file.
    pub is_path: bool,
}

const fn key(name: &'static str, meaning: &'static str) -> Key {
    Key { name, meaning, default: None, is_path: false }
}

/// Every setting.
pub const KEYS: &[Key] = &[
    key("correlations.state_mib", "MiB that correlations may remember together; 256 if absent"),
    key("database.url", "the records database, postgres://…; a SQLite file in the data folder if absent"),
    key("lake.segment_events", "events in memory after which they become a segment; 500000 if absent"),
    key("lists.interval", "seconds between two looks at the lists; 60 if absent"),
    Key { is_path: true, ..key("lists.path", "lists: indicators/, warninglists/, watchlists/; the folder lists in the data folder if absent") },
    Key { is_path: true, ..key("rules.path", "Sigma rules, a folder, file or archive; the built-in ones if absent") },
    Key { is_path: true, ..key("rules.pipelines", "processing pipelines that the rules go through, a file or folder; none if absent") },
    key("rules.state_percent", "percent of what correlations may remember that one of them may hold once there is no more room, before it is switched off; 50 if absent"),
    key("rules.time_percent", "percent of one processor that a rule's condition may take before it is switched off; 25 if absent"),
    Key { default: Some("127.0.0.1:8420"), ..key("server.listen", "where console and API listen") },
    Key { is_path: true, ..key("server.tls_cert", "certificate chain, PEM") },
    Key { is_path: true, ..key("server.tls_key", "private key, PEM") },
    key("syslog.tcp", "receive syslog over TCP here"),
    key("syslog.udp", "receive syslog over UDP here"),
];

/// Begins the name of a variable that is a setting; two underscores part section and key.
const PREFIX: &str = "WATCHFLOOR_";

/// The file in the data folder that is read where no other is named.
const FILE: &str = "watchfloor.toml";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// This variable.
    Environment(String),
    /// This file, at this line.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Flag => f.write_str("command line"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// The settings in force.
#[derive(Debug)]
pub struct Settings(BTreeMap<&'static str, (String, Origin)>);

impl Settings {
    /// Puts flags, environment and file together. The file is `file`, else `watchfloor.toml` in `data`, if it is there.
    pub fn load(
        file: Option<&Path>,
        data: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
        flags: Vec<(&'static str, Option<String>)>,
    ) -> Result<Settings, Failure> {
        let mut found = BTreeMap::new();
        for key in KEYS {
            found.extend(key.default.map(|value| (key.name, (value.to_owned(), Origin::Default))));
        }
        let usual = data.map(|data| data.join(FILE)).filter(|path| path.exists());
        if let Some(path) = file.map(Path::to_owned).or(usual) {
            read_file(&path, &mut found)?;
        }
        read_environment(environment, &mut found)?;
        for (name, value) in flags {
            found.extend(value.map(|value| (name, (value, Origin::Flag))));
        }
        Ok(Settings(found))
    }

    /// Every setting that has a value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str, &Origin)> {
        self.0.iter().map(|(name, (value, origin))| (*name, value.as_str(), origin))
    }

    /// A value as it is written.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(value, _)| value.as_str())
    }

    /// A file or folder.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    /// A count, at least 1.
    pub fn count(&self, name: &str) -> Result<Option<usize>, Failure> {
        let Some((value, origin)) = self.0.get(name) else { return Ok(None) };
        let count = value.parse().ok().filter(|count| *count > 0);
        count.map(Some).ok_or_else(|| Failure::usage(format!("{name} = {} ({origin}) is no whole number from 1 on", inert(value))))
    }

    /// An address with its port.
    pub fn address(&self, name: &str) -> Result<Option<SocketAddr>, Failure> {
        let Some((value, origin)) = self.0.get(name) else { return Ok(None) };
        let fault = |_| Failure::usage(format!("{name} = {value:?} ({origin}) is no address with a port such as 127.0.0.1:8420"));
        value.parse().map(Some).map_err(fault)
    }
}

type Found = BTreeMap<&'static str, (String, Origin)>;

fn known(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

fn unknown(place: &str, name: &str) -> Failure {
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    Failure::usage(format!("{place}: there is no setting {}; there are {}", inert(name), names.join(", ")))
}

fn read_environment(environment: impl Iterator<Item = (OsString, OsString)>, found: &mut Found) -> Result<(), Failure> {
    for (name, value) in environment {
        let Some(name) = name.to_str() else { continue };
        let Some((section, key)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__")) else { continue };
        let key = known(&format!("{section}.{key}").to_lowercase()).ok_or_else(|| unknown("environment", name))?;
        let value = value.into_string().map_err(|_| Failure::usage(format!("environment {name}: the value is not UTF-8")))?;
        // An empty variable is how shells and unit files unset one.
        if !value.is_empty() {
            found.insert(key.name, (value, Origin::Environment(name.to_owned())));
        }
    }
    Ok(())
}

fn read_file(path: &Path, found: &mut Found) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let line = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let place = |at: usize| format!("{}:{}", path.display(), line(at));
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Failure::usage(format!("{}: {}", place(at), inert(error.message())))
    })?;
    for (section, keys) in table.get_ref() {
        let at = section.span().start;
        let DeValue::Table(keys) = keys.get_ref() else { return Err(unknown(&place(at), section.get_ref())) };
        for (key, value) in keys {
            let at = key.span().start;
            let name = format!("{}.{}", section.get_ref(), key.get_ref());
            let key = known(&name).ok_or_else(|| unknown(&place(at), &name))?;
            let DeValue::String(value) = value.get_ref() else {
                return Err(Failure::usage(format!("{}: {name} must be a text in quotation marks", place(at))));
            };
            let beside = path.parent().filter(|_| key.is_path);
            let value = beside.map_or_else(|| value.to_string(), |folder| folder.join(&**value).display().to_string());
            found.insert(key.name, (value, Origin::File(path.to_owned(), line(at))));
        }
    }
    Ok(())
}

/// A value as it may be shown: an address of a database without its password.
pub fn shown(name: &str, value: &str) -> String {
    if name != "database.url" {
        return value.to_owned();
    }
    let Ok(mut url) = reqwest::Url::parse(value) else { return "***".to_owned() };
    let hidden = "***";
    if url.password().is_some() && url.set_password(Some(hidden)).is_err() {
        return hidden.to_owned();
    }
    if url.query().is_some() {
        let secret = |name: &str| name.to_ascii_lowercase().contains("password");
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), if secret(name) { hidden } else { value.as_str() }));
        url.query_pairs_mut().clear().extend_pairs(pairs.collect::<Vec<_>>());
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: Vec<(&'static str, Option<String>)>) -> Result<Settings, Failure> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), file).unwrap();
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
        Settings::load(None, Some(dir.path()), environment, flags)
    }

    #[test]
    fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
        let file = "[server]\nlisten = \"127.0.0.1:1\"\ntls_key = \"key.pem\"\n[syslog]\ntcp = '127.0.0.1:2'\nudp = '127.0.0.1:3'\n";
        let environment = [("WATCHFLOOR_SYSLOG__TCP", "127.0.0.1:4"), ("WATCHFLOOR_SYSLOG__UDP", ""), ("WATCHFLOOR_TOKEN", "x"), ("HOME", "/")];
        let flags = vec![("server.listen", Some("127.0.0.1:5".to_owned())), ("rules.path", None)];
        let settings = load(file, &environment, flags).unwrap();
        let port = |name| settings.address(name).unwrap().unwrap().port();
        assert_eq!((port("server.listen"), port("syslog.tcp"), port("syslog.udp")), (5, 4, 3));
        let origins: Vec<String> = settings.iter().map(|(name, _, origin)| format!("{name} {origin}")).collect();
        assert_eq!(origins[0], "server.listen command line");
        assert!(origins[1].starts_with("server.tls_key ") && origins[1].ends_with("watchfloor.toml:3"), "{}", origins[1]);
        assert_eq!(origins[2], "syslog.tcp environment WATCHFLOOR_SYSLOG__TCP");
        assert!(settings.path("server.tls_key").unwrap().is_absolute(), "beside its file");
        let nothing = Settings::load(None, None, std::iter::empty(), Vec::new()).unwrap();
        assert_eq!(nothing.iter().collect::<Vec<_>>(), [("server.listen", "127.0.0.1:8420", &Origin::Default)]);
    }

    #[test]
    fn what_is_not_known_is_an_error_with_its_place() {
        for (file, place) in [
            ("[server]\nlisten = '127.0.0.1:1'\nlisen = 'x'\n", ":3: there is no setting server.lisen;"),
            ("\n[serve]\nlisten = 'x'\n", ":3: there is no setting serve.listen;"),
            ("listen = 'x'\n", ":1: there is no setting listen;"),
            ("[server]\nlisten = 8420\n", ":2: server.listen must be a text"),
            ("[server]\nlisten = 'x\n", ":2: "),
            ("[server]\nlisten = 'x'\nlisten = 'y'\n", ":3: "),
        ] {
            let failure = load(file, &[], Vec::new()).unwrap_err();
            assert_eq!(failure.code, crate::output::USAGE);
            assert!(failure.message.contains(place), "{file:?}: {}", failure.message);
        }
        let failure = load("", &[("WATCHFLOOR_SERVER__LISEN", "x")], Vec::new()).unwrap_err();
        assert!(failure.message.contains("WATCHFLOOR_SERVER__LISEN"), "{}", failure.message);
        let settings = load("[server]\n\nlisten = 'somewhere'", &[], Vec::new()).unwrap();
        let message = settings.address("server.listen").unwrap_err().message;
        assert!(message.contains("watchfloor.toml:3"), "{message}");
    }

    #[test]
    fn a_count_is_a_whole_number_from_one_on() {
        let count = |value: &str| load(&format!("[lake]\nsegment_events = '{value}'"), &[], Vec::new()).unwrap().count("lake.segment_events");
        assert_eq!(count("2000").unwrap(), Some(2_000));
        for wrong in ["0", "-1", "2.5", "many", ""] {
            let message = count(wrong).unwrap_err().message;
            assert!(message.contains("watchfloor.toml:2"), "{message}");
        }
        assert_eq!(load("", &[], Vec::new()).unwrap().count("lake.segment_events").unwrap(), None);
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown_as) in [
            ("postgres://wf:s3cret@db/floor?sslmode=require", "postgres://wf:***@db/floor?sslmode=require"),
            ("postgres://db/floor?password=s3cret&user=wf", "postgres://db/floor?password=***&user=wf"),
            ("postgres://wf@db/floor", "postgres://wf@db/floor"),
            ("s3cret", "***"),
        ] {
            assert_eq!(shown("database.url", url), shown_as);
        }
        assert_eq!(shown("server.listen", "127.0.0.1:1"), "127.0.0.1:1");
    }
}
