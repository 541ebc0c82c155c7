//! How long an analyst waits for an answer, over what was taken in and sealed.

use crate::floor::Floor;
use crate::ingest::RARE;
use crate::report::{Report, quantile};
use crate::wire::{Http, escaped};
use std::time::Instant;

const RUNS: usize = 3;
/// Times that each question is asked in one run.
const TIMES: usize = 30;

/// Name, language, text and, where it is known, how many rows come back.
const QUESTIONS: &[(&str, &str, &str, Option<usize>)] = &[
    ("absent word", "bar", "zzqabsentkepler", Some(0)),
    ("rare word", "bar", RARE, Some(1)),
    ("absent address", "bar", "source.ip:198.18.77.1", Some(0)),
    ("one host", "bar", "host.name:WS-FIN-07.l0003.larkfield.example", None),
    ("newest", "bar", "", Some(100)),
    ("sql count", "sql", "SELECT count(*) AS n FROM events", Some(1)),
    ("sql top processes", "sql", "SELECT \"process.name\" AS p, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT 10", Some(10)),
];

pub fn measure(report: &mut Report, floor: &Floor) {
    println!("search");
    let mut http = Http::connect(floor.address(), &floor.token("analyst"));
    let stored = floor.metrics()["watchfloor_lake_events"];
    let mut firsts = Vec::new();
    for question in QUESTIONS {
        firsts.push(ask(&mut http, question));
    }
    let mut latencies = vec![vec![Vec::new(); RUNS]; QUESTIONS.len()];
    for run in 0..RUNS {
        for _ in 0..TIMES {
            for (question, runs) in QUESTIONS.iter().zip(&mut latencies) {
                runs[run].push(ask(&mut http, question));
            }
        }
    }
    for ((question, runs), first) in QUESTIONS.iter().zip(&latencies).zip(firsts) {
        for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
            let values = runs.iter().map(|run| quantile(run, share)).collect();
            report.add(format!("search/{} {name}", question.0), "ms", values, format!("{stored} events, sealed; the first time {first:.1} ms"));
        }
    }
}

/// Milliseconds from question to whole answer.
fn ask(http: &mut Http, (name, language, text, rows): &(&str, &str, &str, Option<usize>)) -> f64 {
    let target = format!("/api/v1/search?lang={language}&limit=100&q={}", escaped(text));
    let begun = Instant::now();
    let answer = http.get(&target);
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let found = answer["rows"].as_array().unwrap().len();
    assert!(rows.map_or(found > 0, |rows| rows == found), "{name}: {found} rows, {}", answer["stats"]);
    took
}
