//! `make bench`: what the whole program does per second, in bytes and in milliseconds, through its real doors.
//! `docs/guide/measures.md` says how to read the figures. Words after `--` choose parts: scan, evtx, engine, equality,
//! correlate, indicators, ingest, alert, search.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints and may end early")]

mod alert;
mod corpus;
mod correlate;
mod engine;
mod evtx;
mod equality;
#[path = "../crates/watchfloor/tests/floor/mod.rs"]
mod floor;
mod indicators;
mod ingest;
mod peer;
mod report;
mod scan;
mod search;
mod wire;

use report::Report;
use std::time::Instant;

/// The program's own, so that what is measured in process is measured as it runs there; a second engine gets it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if engine::child() {
        return;
    }
    // Cargo adds options of its own.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| chosen.is_empty() || chosen.iter().any(|word| word == part);
    let begun = Instant::now();
    let mut report = Report::default();
    println!("{}", report::machine());
    if wanted("scan") {
        scan::measure(&mut report);
    }
    if wanted("evtx") {
        evtx::measure(&mut report);
    }
    if wanted("engine") {
        engine::measure(&mut report);
    }
    if wanted("correlate") {
        correlate::measure(&mut report);
    }
    if wanted("equality") {
        equality::measure(&mut report);
    }
    if wanted("indicators") {
        indicators::measure(&mut report);
    }
    if wanted("alert") {
        alert::measure(&mut report);
    }
    // What was taken in is what is searched.
    if wanted("ingest") || wanted("search") {
        let floor = ingest::measure(&mut report);
        if wanted("search") {
            search::measure(&mut report, &floor);
        }
    }
    report.print();
    println!("{} s in all; {}", begun.elapsed().as_secs(), report::machine());
}
