//! Sealing on a disk that does not take it.

use super::*;
use std::path::Path;

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

fn an_hour_later(raws: &[String]) -> Batch {
    let mut batch = batch("a", raws);
    batch.received = batch.received.plus(Duration::from_secs(3600));
    for event in &mut batch.events {
        event.received = batch.received;
    }
    batch
}

#[tokio::test]
async fn a_sealing_that_fails_leaves_no_file_and_no_event_behind() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..20)), an_hour_later(&raws(20..30))]).unwrap();
    // The first segment can be written, the second cannot.
    let in_the_way = dir.path().join("events/dt=2026-03-12/hh=11");
    std::fs::create_dir_all(in_the_way.parent().unwrap()).unwrap();
    std::fs::write(&in_the_way, "").unwrap();
    for _ in 0..2 {
        lake.seal().unwrap_err();
        assert_eq!(files_in(&dir.path().join("events")), std::slice::from_ref(&in_the_way));
        assert_eq!(count(&lake, "").await, 30);
    }
    std::fs::remove_file(&in_the_way).unwrap();
    // Both can be written, but not their names.
    let in_the_way = dir.path().join("manifest.new");
    std::fs::create_dir(&in_the_way).unwrap();
    for _ in 0..2 {
        lake.seal().unwrap_err();
        assert_eq!(files_in(&dir.path().join("events")), Vec::<std::path::PathBuf>::new());
        assert_eq!(count(&lake, "").await, 30);
    }
    std::fs::remove_dir(&in_the_way).unwrap();
    lake.seal().unwrap();
    assert_eq!((lake.stats().segments, lake.stats().memory_events), (2, 0));
    assert_eq!(count(&lake, "").await, 30);
    drop(lake);
    assert_eq!(count(&open(dir.path()), "").await, 30);
}

#[test]
fn sealing_leaves_room_for_the_records() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..20))]).unwrap();
    drop(lake);
    let lake = Lake::open(LakeOptions { reserve_bytes: u64::MAX, ..options(dir.path()) }, clock()).unwrap();
    assert!(matches!(lake.seal(), Err(LakeError::Full { .. })));
    assert_eq!(files_in(&dir.path().join("events")), Vec::<std::path::PathBuf>::new());
    assert_eq!(lake.stats().memory_events, 20);
}
