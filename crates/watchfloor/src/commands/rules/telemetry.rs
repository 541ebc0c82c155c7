//! Which log sources a floor has received, so that rules without any event can be named.

use crate::commands::wait;
use crate::output::Failure;
use crate::remote::Remote;
use desk::improve::{FILED, MAX_PAIRS, log_sources};
use lake::{Lake, LakeOptions};
use model::{LogSource, SystemClock};
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

impl Floor {
    /// The log sources of the events that the floor holds; none if no floor was named.
    pub fn received(&self) -> Result<Option<Vec<LogSource>>, Failure> {
        let answer = match (&self.data, &self.remote.server) {
            (Some(data), _) => wait(async {
                if !data.join("lake").is_dir() {
                    return Err(Failure::usage(format!("{} is no floor's folder", data.display())));
                }
                let lake = Lake::open(LakeOptions::new(data.join("lake")), Arc::new(SystemClock)).map_err(Failure::usage)?;
                let table = lake.sql(FILED, MAX_PAIRS).await.map_err(Failure::usage)?;
                serde_json::to_value(&table).map_err(Failure::usage)
            })?,
            (None, Some(server)) => {
                let query = [("q", FILED.to_owned()), ("lang", "sql".to_owned()), ("limit", MAX_PAIRS.to_string())];
                wait(self.remote.get(server, "/api/v1/search", &query))?
            }
            (None, None) => return Ok(None),
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let empty = Vec::new();
        let rows = answer["rows"].as_array().unwrap_or(&empty);
        Ok(Some(rows.iter().flat_map(|row| log_sources(&text(&row[0]), &text(&row[1]))).collect()))
    }
}
