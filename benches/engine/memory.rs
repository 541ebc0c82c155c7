//! The greatest memory of each engine, in a process of its own that reads a lane from a file.

use super::lanes::Lane;
use super::sides::{Ours, Peer, Side, sources};
use crate::corpus::Shared;
use crate::report::Report;
use detect::RuleSet;
use std::collections::BTreeMap;
use std::process::Command;

/// Enough that every table and cache is warm.
const EVENTS: usize = 20_000;
const SIDE: &str = "WATCHFLOOR_BENCH_SIDE";
const LANE: &str = "WATCHFLOOR_BENCH_LANE";

pub fn measure(report: &mut Report, lane: &Lane) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lane.first(EVENTS).bytes).unwrap();
    for side in ["watchfloor", "rsigma-eval"] {
        let command = Command::new(std::env::current_exe().unwrap()).env(SIDE, side).env(LANE, file.path()).output().unwrap();
        let text = String::from_utf8_lossy(&command.stdout);
        let kib: f64 = text.trim().parse().unwrap_or_else(|_| panic!("{text} {}", String::from_utf8_lossy(&command.stderr)));
        let note = format!("the most of a process that loads the rules and reads {} MB of events", lane.first(EVENTS).bytes.len() >> 20);
        report.add(format!("engine/{} memory {side}", lane.name), "MiB", vec![kib / 1024.0], note);
    }
}

/// Does the child's part, if this process is one.
pub fn child() -> bool {
    let (Ok(side), Ok(lane)) = (std::env::var(SIDE), std::env::var(LANE)) else { return false };
    let bytes = std::fs::read(lane).unwrap();
    let events = bytes.iter().filter(|byte| **byte == b'\n').count();
    let lane = Lane { name: "child", bytes, events };
    let shared = Shared::find().unwrap();
    let mut counts = BTreeMap::new();
    let files = super::sigma_rules(&shared);
    if side == "watchfloor" {
        let (rules, _) = RuleSet::compile(files);
        Ours::new(Some(&rules)).run(&lane, &Vec::new(), &mut counts);
    } else {
        Peer::of(files.iter().filter_map(|file| std::str::from_utf8(&file.text).ok()), true).run(&lane, &sources(&lane), &mut counts);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next().map(str::to_owned));
    println!("{}", peak.unwrap());
    true
}
