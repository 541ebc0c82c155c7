//! `search`: one query, against a folder or a running floor.

use super::{println, wait};
use crate::output::Failure;
use lake::{Lake, LakeOptions};
use model::{Clock, SystemClock, Timestamp};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `search`.
#[derive(clap::Args, Debug)]
pub struct SearchArgs {
    /// The query
    query: String,
    /// bar or sql
    #[arg(long, default_value = "bar")]
    lang: String,
    /// Event time from here (RFC 3339)
    #[arg(long)]
    from: Option<String>,
    /// Event time up to here (RFC 3339)
    #[arg(long)]
    to: Option<String>,
    /// Rows at most
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Fields of the answer, separated by commas
    #[arg(long, default_value = "@timestamp,host.name,user.name,process.name,message")]
    columns: String,
    /// ndjson, json or table
    #[arg(long, default_value = "ndjson")]
    format: String,
    /// A floor's folder that no server has open
    #[arg(long, value_name = "DIR", required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// A running floor
    #[arg(long, value_name = "URL", requires = "token")]
    server: Option<String>,
    /// A token for it
    #[arg(long, env = "WATCHFLOOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Prints the answer.
pub fn run(args: SearchArgs) -> Result<u8, Failure> {
    if !matches!(args.format.as_str(), "ndjson" | "json" | "table") {
        return Err(Failure::usage("the formats are ndjson, json and table"));
    }
    let answer = wait(async {
        match (&args.data, &args.server) {
            (Some(data), _) => local(&args, data.clone()).await,
            (None, Some(server)) => remote(&args, server).await,
            (None, None) => Err(Failure::usage("give --data or --server")),
        }
    })?;
    print(&answer, &args.format);
    Ok(0)
}

async fn local(args: &SearchArgs, data: PathBuf) -> Result<Value, Failure> {
    let clock = Arc::new(SystemClock);
    let lake = Lake::open(LakeOptions::new(data.join("lake")), clock.clone()).map_err(Failure::usage)?;
    let table = if args.lang == "sql" {
        lake.sql(&args.query, args.limit).await.map_err(Failure::usage)?
    } else {
        let instant = |text: &Option<String>| text.as_deref().map(Timestamp::parse).transpose().map_err(Failure::usage);
        let search = query::Search {
            filter: query::parse_bar(&args.query, clock.now()).map_err(Failure::usage)?,
            from: instant(&args.from)?,
            to: instant(&args.to)?,
            columns: args.columns.split(',').map(str::to_owned).collect(),
            limit: args.limit,
        };
        lake.search(&search).await.map_err(Failure::usage)?
    };
    serde_json::to_value(&table).map_err(Failure::usage)
}

async fn remote(args: &SearchArgs, server: &str) -> Result<Value, Failure> {
    let mut query = vec![("q", args.query.clone()), ("lang", args.lang.clone()), ("limit", args.limit.to_string())];
    query.extend(args.from.clone().map(|from| ("from", from)));
    query.extend(args.to.clone().map(|to| ("to", to)));
    if args.lang != "sql" {
        query.push(("columns", args.columns.clone()));
    }
    let url = reqwest::Url::parse_with_params(&format!("{}/api/v1/search", server.trim_end_matches('/')), &query).map_err(Failure::usage)?;
    let answer = reqwest::Client::new().get(url).bearer_auth(args.token.as_deref().unwrap_or_default()).send().await.map_err(Failure::remote)?;
    let status = answer.status();
    let body: Value = answer.json().await.map_err(Failure::remote)?;
    if status.is_success() { Ok(body) } else { Err(Failure::remote(format!("{status}: {body}"))) }
}

fn print(answer: &Value, format: &str) {
    let empty = Vec::new();
    let names: Vec<&str> = answer["columns"].as_array().unwrap_or(&empty).iter().filter_map(|c| c["name"].as_str()).collect();
    let rows = answer["rows"].as_array().unwrap_or(&empty);
    match format {
        "json" => println(&answer.to_string()),
        "ndjson" => {
            for row in rows {
                let cells = row.as_array().unwrap_or(&empty);
                let object: serde_json::Map<String, Value> = names.iter().map(|n| (*n).to_owned()).zip(cells.iter().cloned()).collect();
                println(&Value::Object(object).to_string());
            }
        }
        _ => {
            println(&names.join("\t"));
            for row in rows {
                let cells = row.as_array().unwrap_or(&empty).iter().map(|cell| match cell {
                    Value::Null => String::new(),
                    Value::String(text) => crate::output::inert(text).replace('\n', "\\n"),
                    other => other.to_string(),
                });
                println(&cells.collect::<Vec<_>>().join("\t"));
            }
        }
    }
}
