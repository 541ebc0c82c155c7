//! Ids that senders choose: the same bytes are stored once, other bytes are refused.

use super::*;

fn item(id: &str, raw: &str) -> Batch {
    Batch { item_ids: vec![Some(id.to_owned())], ..batch("win", &[raw.to_owned()]) }
}

#[tokio::test]
async fn an_id_planted_before_does_not_swallow_another_event() {
    let dir = tempfile::tempdir().unwrap();
    let outcome = |lake: &Lake, batch: Batch| match lake.append(vec![batch]).unwrap().remove(0) {
        Appended::Stored { stored, duplicates, conflicts, rejected, .. } => (stored, duplicates, conflicts, rejected),
        other => panic!("{other:?}"),
    };
    let lake = open(dir.path());
    assert_eq!(outcome(&lake, item("evt-1", r#"{"message":"junk"}"#)), (1, vec![], vec![], 0));
    let check = |lake: &Lake, stage: &str| {
        assert_eq!(outcome(lake, item("evt-1", r#"{"message":"junk"}"#)), (0, vec![0], vec![], 0), "{stage}");
        assert_eq!(outcome(lake, item("evt-1", r#"{"message":"real"}"#)), (0, vec![], vec![0], 1), "{stage}");
    };
    check(&lake, "at once");
    drop(lake);
    let lake = open(dir.path());
    check(&lake, "from the log");
    lake.release(u64::MAX);
    for i in 0..2 {
        lake.append(vec![batch("a", &raws(i..i + 1))]).unwrap();
        lake.seal().unwrap();
    }
    drop(lake);
    let lake = open(dir.path());
    check(&lake, "from the known ids");

    // Within one batch, whose count of refused ones is part of the answer when it is repeated.
    let both = || Batch {
        id: Some(BatchId { id: "b".to_owned(), body: [7; 32] }),
        item_ids: ["x", "x", "y", "x"].map(|id| Some(id.to_owned())).to_vec(),
        ..batch("win", &["one", "two", "three", "one"].map(|word| format!(r#"{{"message":"{word}"}}"#)))
    };
    assert_eq!(outcome(&lake, both()), (2, vec![3], vec![1], 1));
    assert_eq!(lake.append(vec![both()]).unwrap(), [Appended::Replayed { stored: 2, quarantined: 0, rejected: 1 }]);
    assert_eq!((count(&lake, "message:one").await, count(&lake, "message:two").await, count(&lake, "message:three").await), (1, 0, 1));
}

#[test]
fn a_lake_keeps_its_id_and_gets_one_if_it_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let id = lake.id();
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    lake.seal().unwrap();
    assert_eq!(lake.id(), id);
    drop(lake);
    assert_eq!(open(dir.path()).id(), id);
    assert_ne!(open(tempfile::tempdir().unwrap().path()).id(), id);
    let file = dir.path().join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    manifest.as_object_mut().unwrap().remove("id").unwrap();
    std::fs::write(&file, manifest.to_string()).unwrap();
    let given = open(dir.path()).id();
    assert!(!given.is_nil());
    assert_eq!(open(dir.path()).id(), given, "it is written down");
}
