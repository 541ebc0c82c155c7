//! What the house plan promises of the code itself: which crate may know which, and how files begin.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each crate and what it may depend on. Development dependencies are free.
const EDGES: &[(&str, &[&str])] = &[
    ("features", &[]),
    ("model", &[]),
    ("parse", &["model"]),
    ("detect", &["model"]),
    ("query", &["model"]),
    ("lake", &["model", "parse", "query"]),
    ("db", &["model"]),
    ("dissect", &["model", "parse", "detect"]),
    ("desk", &["model", "parse", "detect", "query", "lake", "db", "dissect"]),
    ("ingest", &["model", "parse", "detect", "query", "lake", "db", "dissect", "desk"]),
    ("server", &["model", "parse", "detect", "query", "lake", "db", "dissect", "desk", "ingest"]),
    ("demo", &["model"]),
    (
        "watchfloor",
        &["model", "parse", "detect", "query", "lake", "db", "dissect", "desk", "ingest", "server", "demo"],
    ),
    ("testkit", &["model"]),
];

/// Crates that know no async, no SQL and no HTTP.
const PURE: &[&str] = &["model", "parse", "detect", "query"];
const IMPURE: &[&str] = &["tokio", "futures", "async-trait", "sea-orm", "sqlx", "axum", "reqwest", "datafusion", "object_store"];

/// Words that say nothing of what is in a file.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "manager", "helper", "helpers", "misc"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// For each of our crates, the names that it depends on outside of tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    packages
        .iter()
        .map(|package| {
            let used = package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
            (name(package), used.map(name).collect())
        })
        .collect()
}

#[test]
fn every_edge_between_crates_points_the_way_of_the_plan() {
    let found = dependencies();
    let ours: Vec<&String> = found.keys().collect();
    for (name, uses) in &found {
        let Some((_, allowed)) = EDGES.iter().find(|(crate_name, _)| crate_name == name) else {
            panic!("crate {name} has no place in the plan: list it in {}", file!());
        };
        for used in uses.iter().filter(|used| ours.contains(used) && *used != "features") {
            assert!(allowed.contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn pure_crates_know_nothing_of_the_world() {
    let found = dependencies();
    for name in PURE {
        for used in &found[*name] {
            assert!(!IMPURE.contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_has_a_name_that_says_something() {
    let mut checked = 0;
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
            assert!(text.lines().count() <= 1_000, "{} is past 1,000 lines", path.display());
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(!EMPTY_NAMES.contains(&stem.as_str()), "{}: a name that says nothing", path.display());
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} files were found");
}
