//! What the log may look like after a stop, and what a sender may make it look like.

use super::*;

fn newest(dir: &std::path::Path) -> std::path::PathBuf {
    wal::files(&dir.join("wal")).unwrap().pop().unwrap().path
}

/// A head as it was before files had secrets, and bytes that fit it.
fn forged() -> Vec<u8> {
    let bytes: Vec<u8> = (0..20u8).map(|i| i.wrapping_mul(151).wrapping_add(77)).collect();
    let mut head = Vec::new();
    head.extend_from_slice(&20u32.to_le_bytes());
    head.extend_from_slice(&(64u32 | 1 << 31).to_le_bytes());
    head.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    let own = crc32fast::hash(&head);
    head.extend_from_slice(&own.to_le_bytes());
    [head, bytes].concat()
}

#[test]
fn a_group_within_an_event_is_not_one_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    let mut hostile = batch("a", &raws(3..4));
    hostile.events[0] = Event::new(&[b"<13>".as_slice(), &forged(), b" and more of it"].concat(), clock().now());
    lake.append(vec![hostile]).unwrap();
    drop(lake);
    let file = newest(dir.path());
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.windows(36).any(|window| window == forged()), "the log no longer has these bytes as they came");
    std::fs::write(&file, &bytes[..bytes.len() - 5]).unwrap();
    let stats = open(dir.path()).stats();
    assert!(stats.events == 3 && stats.torn_bytes > 0, "{stats:?}");
}

#[test]
fn each_file_has_secrets_of_its_own() {
    let heads: Vec<Vec<u8>> = (0..3)
        .map(|_| {
            let dir = tempfile::tempdir().unwrap();
            open(dir.path()).append(vec![batch("a", &raws(0..3))]).unwrap();
            std::fs::read(newest(dir.path())).unwrap()[16..48].to_vec()
        })
        .collect();
    for (one, another) in [(0, 1), (1, 2), (0, 2)] {
        assert_ne!(heads[one][..8], heads[another][..8], "the same secrets");
        assert_ne!(heads[one][24..], heads[another][24..], "the same checksums for the same events");
    }
}

#[test]
fn a_new_file_that_never_reached_the_disk_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    drop(lake);
    let header = std::fs::read(newest(dir.path())).unwrap()[..32].to_vec();
    let file = dir.path().join("wal").join("00000000000000000004.log");
    let contents = [Vec::new(), vec![0; 7], vec![0; 16], vec![0; 64], vec![0; 70_000], header[..20].to_vec(), [&header[..8], &[0; 24]].concat()];
    for content in contents {
        std::fs::write(&file, &content).unwrap();
        let lake = open(dir.path());
        assert_eq!(lake.stats().events, 3, "{} bytes", content.len());
        assert!(!file.exists(), "{} bytes", content.len());
        lake.append(vec![batch("a", &raws(3..4))]).unwrap();
        drop(lake);
        assert_eq!(open(dir.path()).stats().events, 4, "{} bytes", content.len());
        std::fs::remove_file(&file).unwrap();
    }
    // What was durable once is not thrown away.
    let refused = |content: &[u8], name: &str| {
        let file = dir.path().join("wal").join(name);
        std::fs::write(&file, content).unwrap();
        let error = Lake::open(options(dir.path()), clock()).map(drop).expect_err("opened");
        std::fs::remove_file(&file).unwrap();
        error
    };
    let damaged = [&[0; 32], forged().as_slice()].concat();
    assert!(matches!(refused(&damaged, "00000000000000000004.log"), LakeError::Corrupt { .. }));
    assert!(matches!(refused(&[0; 64], "00000000000000000000.log"), LakeError::Corrupt { .. }), "not the newest");
    for version in [1, 4] {
        let other = [b"WFLOG\0".as_slice(), &[version, b'\n'], &[0; 60]].concat();
        assert!(matches!(refused(&other, "00000000000000000004.log"), LakeError::Format { .. }), "version {version}");
    }
}

#[test]
fn a_file_of_version_2_is_read_and_continued() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("wal")).unwrap();
    let file = dir.path().join("wal").join("00000000000000000001.log");
    std::fs::write(&file, [b"WFLOG\0\x02\n".as_slice(), &1u64.to_le_bytes()].concat()).unwrap();
    let lake = open(dir.path());
    lake.append(vec![batch("a", &raws(0..3))]).unwrap();
    drop(lake);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(crc32fast::hash(&bytes[16..28]).to_le_bytes(), bytes[28..32], "a head as version 2 has it");
    let lake = open(dir.path());
    assert_eq!(lake.stats().events, 3);
    lake.append(vec![batch("a", &raws(3..5))]).unwrap();
    drop(lake);
    assert_eq!(std::fs::read(newest(dir.path())).unwrap()[..8], *b"WFLOG\0\x03\n");
    assert_eq!(open(dir.path()).stats().events, 5);
}

#[test]
fn what_waits_for_the_follower_is_bounded_in_bytes_and_read_from_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let rule = RuleRef { id: "r".into(), version: "v".into(), title: "R".into(), level: Severity::High, tags: Vec::new() };
    for i in 0..12 {
        let raw = format!("{i} {}", "x".repeat(1 << 20));
        let matched = Batch { rules: vec![rule.clone()], matches: vec![Match { event: 0, rule: 0 }], ..batch("a", &[raw]) };
        lake.append(vec![matched]).unwrap();
    }
    let waiting: usize = lake.shared.writing().recent.iter().flat_map(|record| &record.hits).map(|(_, event)| event.heap_bytes()).sum();
    assert!(waiting <= 8 << 20, "{waiting} bytes wait in memory");
    let (mut position, mut seen) = (0, 0);
    loop {
        let records = lake.records_after(position, 1 << 20).unwrap();
        let Some(last) = records.last() else { break };
        position = last.last_seq;
        seen += records.iter().map(|record| record.hits.len()).sum::<usize>();
        lake.release(position);
    }
    assert_eq!((position, seen), (12, 12));
    let writing = lake.shared.writing();
    assert_eq!((writing.recent.len(), writing.recent_bytes), (0, 0), "what was followed is still counted");
}
