//! Records and events that do not belong together are refused by name, instead of losing alerts without a word.
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

mod process;

use process::{Service, binary, run};
use std::path::Path;

const LOOPBACK: &[&str] = &["--listen", "127.0.0.1:0"];

fn take_in(data: &Path, file: &Path) {
    let (code, said, fault) = run(binary().args(["ingest", "--source", "a"]).arg("--data").arg(data).arg(file), "");
    assert_eq!(code, 0, "{said}{fault}");
}

#[test]
fn records_start_only_with_the_events_that_they_are_about() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    // The same lines again would be known.
    let lines = ["one", "two"].map(|word| {
        let file = dir.path().join(word);
        std::fs::write(&file, format!("{{\"message\":\"{word}\"}}\n{{\"message\":\"more\"}}\n")).unwrap();
        file
    });
    let (lake, aside, older) = (data.join("lake"), dir.path().join("aside"), dir.path().join("older"));
    let copy = |from: &Path, to: &Path| assert!(std::process::Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
    take_in(&data, &lines[0]);
    copy(&lake, &older);
    take_in(&data, &lines[1]);

    let refused = |why: &str| {
        let (code, said) = Service::start(&data, LOOPBACK).map(drop).unwrap_err();
        assert_eq!(code, 3, "{said}");
        assert!(said.contains(why) && said.contains("records of its own"), "{said}");
    };
    std::fs::rename(&lake, &aside).unwrap();
    refused("belong to another event store");
    std::fs::remove_dir_all(&lake).unwrap();
    copy(&older, &lake);
    refused("followed events up to 4, and the event store ends at 2");
    std::fs::remove_dir_all(&lake).unwrap();

    std::fs::rename(&aside, &lake).unwrap();
    drop(Service::start(&data, LOOPBACK).unwrap());
    // The way out that needs no backup.
    std::fs::remove_dir_all(&lake).unwrap();
    for name in ["records.db", "records.db-wal", "records.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    drop(Service::start(&data, LOOPBACK).unwrap());
}
