//! Which log sources a floor has received, so that rules without any event can be named.

use crate::commands::wait;
use crate::output::Failure;
use crate::remote::Remote;
use lake::{Lake, LakeOptions};
use model::{LogSource, Name, SystemClock};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// The floor whose telemetry is looked at.
#[derive(clap::Args, Clone, Debug)]
pub struct Floor {
    /// A floor's folder that no server has open: rules whose events it has not received are named
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub remote: Remote,
}

/// Pairs that one floor can have; more than Sigma knows.
const MAX_PAIRS: usize = 10_000;
/// What an event is filed under: its product, and its service, first category or both.
const QUESTION: &str = "SELECT DISTINCT _product AS product, _class AS class FROM events";
/// Sysmon files an event under the general category and means a particular one too, which the store does not keep.
const REGISTRY: [&str; 4] = ["registry_add", "registry_delete", "registry_set", "registry_rename"];

impl Floor {
    /// The log sources of the events that the floor holds; none if no floor was named.
    pub fn received(&self) -> Result<Option<Vec<LogSource>>, Failure> {
        let answer = match (&self.data, &self.remote.server) {
            (Some(data), _) => wait(async {
                if !data.join("lake").is_dir() {
                    return Err(Failure::usage(format!("{} is no floor's folder", data.display())));
                }
                let lake = Lake::open(LakeOptions::new(data.join("lake")), Arc::new(SystemClock)).map_err(Failure::usage)?;
                let table = lake.sql(QUESTION, MAX_PAIRS).await.map_err(Failure::usage)?;
                serde_json::to_value(&table).map_err(Failure::usage)
            })?,
            (None, Some(server)) => {
                let query = [("q", QUESTION.to_owned()), ("lang", "sql".to_owned()), ("limit", MAX_PAIRS.to_string())];
                wait(self.remote.get(server, "/api/v1/search", &query))?
            }
            (None, None) => return Ok(None),
        };
        let empty = Vec::new();
        let rows = answer["rows"].as_array().unwrap_or(&empty);
        Ok(Some(rows.iter().flat_map(|row| sources(row[0].as_str().unwrap_or_default(), class(&row[1]))).collect()))
    }
}

fn class(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The log sources that an event filed so may have had. A class of one word is a service or a category.
fn sources(product: &str, class: &str) -> Vec<LogSource> {
    let of = |service: &str| LogSource::new(Name::of(product), Name::of(service));
    let (services, category) = match class.split_once('/') {
        Some((service, category)) => (vec![service], category),
        None => (vec![class, ""], class),
    };
    let particular = if category == "registry_event" { &REGISTRY[..] } else { &[] };
    let mut sources = Vec::new();
    for service in services {
        let named = of(service).with_category(Name::of(category));
        sources.push(named);
        sources.extend(particular.iter().map(|more| named.with_category(Name::of(more))));
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_event_is_filed_under_says_which_rules_look_at_it() {
        let rule = |service: &str, category: &str| LogSource::new(Name::of("windows"), Name::of(service)).with_category(Name::of(category));
        let looks = |class: &str, rule: &LogSource| sources("windows", class).iter().any(|source| source.satisfies(rule));
        assert!(looks("sysmon/registry_event", &rule("", "registry_set")) && looks("sysmon/registry_event", &rule("sysmon", "")));
        assert!(looks("security", &rule("security", "")) && looks("dns", &rule("", "dns")));
        assert!(!looks("security", &rule("sysmon", "")) && !looks("sysmon/file_event", &rule("", "registry_set")));
    }
}
