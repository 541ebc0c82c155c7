//! `search`: one query, against a folder or a running floor.

use super::{println, wait};
use crate::output::{Failure, csv_cell};
use crate::remote::Remote;
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
    /// ndjson, json, csv or table
    #[arg(long, default_value = "ndjson")]
    format: String,
    /// A floor's folder that no server has open
    #[arg(long, value_name = "DIR", required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Prints the answer.
pub fn run(args: SearchArgs) -> Result<u8, Failure> {
    if !matches!(args.format.as_str(), "ndjson" | "json" | "csv" | "table") {
        return Err(Failure::usage("the formats are ndjson, json, csv and table"));
    }
    if !matches!(args.lang.as_str(), "bar" | "sql") {
        return Err(Failure::usage("the languages are bar and sql"));
    }
    if args.lang == "sql" && (args.from.is_some() || args.to.is_some()) {
        return Err(Failure::usage("SQL says its own range: put it into WHERE"));
    }
    let answer = wait(async {
        match (&args.data, &args.remote.server) {
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
    args.remote.get(server, "/api/v1/search", &query).await
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
        "csv" => {
            println(&names.iter().map(|name| csv_cell(name)).collect::<Vec<_>>().join(","));
            for row in rows {
                let cells = row.as_array().unwrap_or(&empty).iter().map(|cell| csv_cell(&text(cell)));
                println(&cells.collect::<Vec<_>>().join(","));
            }
        }
        _ => {
            println(&names.join("\t"));
            for row in rows {
                let cells = row.as_array().unwrap_or(&empty).iter();
                let cells = cells.map(|cell| crate::output::inert(&text(cell)).replace('\n', "\\n"));
                println(&cells.collect::<Vec<_>>().join("\t"));
            }
        }
    }
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
