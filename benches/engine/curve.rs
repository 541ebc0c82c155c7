//! What an event costs with more and more rules; beyond the real ones, real ones with other words in them.

use super::lanes::Lane;
use super::sides::{Ours, Side, timed};
use crate::report::Report;
use detect::{RuleFile, RuleSet};
use std::collections::BTreeMap;
use std::time::Instant;

const EVENTS: usize = 50_000;
const SIZES: [usize; 4] = [100, 1_000, 3_000, 10_000];

pub fn measure(report: &mut Report, lane: &Lane, rules: &RuleSet) {
    let lane = lane.first(EVENTS);
    let texts: Vec<&str> = rules.rules().iter().map(|rule| rule.text.as_str()).collect();
    for size in SIZES {
        // Spread over all folders where not all are taken.
        let step = (texts.len() / size).max(1);
        let files = (0..size).map(|at| {
            let (copy, place) = if size < texts.len() { (0, at * step) } else { (at / texts.len(), at % texts.len()) };
            RuleFile { name: format!("{at}.yml"), text: varied(texts[place], copy, at).into_bytes() }
        });
        let files: Vec<RuleFile> = files.collect();
        let begun = Instant::now();
        let (set, told) = RuleSet::compile(files);
        let load = begun.elapsed().as_secs_f64();
        assert_eq!(told.loaded, size, "all of them load");
        let (mut parse, mut ours) = (Ours::new(None), Ours::new(Some(&set)));
        let runs = (0..3).map(|_| {
            let floor = timed(|| parse.run(&lane, &Vec::new(), &mut BTreeMap::new()));
            let whole = timed(|| ours.run(&lane, &Vec::new(), &mut BTreeMap::new()));
            (whole - floor) / lane.events as f64 * 1e6
        });
        report.add(format!("engine/curve {size} rules"), "us/event", runs.collect(), format!("matching only, loaded in {load:.2} s"));
    }
}

/// The rule with the id of its number and, behind `detection:`, one letter of each longer word of a value changed.
fn varied(text: &str, copy: usize, number: usize) -> String {
    if copy == 0 {
        return text.to_owned();
    }
    let letter = char::from(b'a' + (copy * 7 % 26) as u8);
    let (mut inside, mut out) = (false, String::with_capacity(text.len()));
    for line in text.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            inside = line.starts_with("detection:");
        }
        if line.starts_with("id: ") {
            out.push_str(&format!("id: {number:08x}-0000-4000-8000-{copy:012x}\n"));
            continue;
        }
        let value = line.find(": ").map(|at| at + 2).or_else(|| line.find("- ").map(|at| at + 2));
        // A line that ends so is a name in a list of maps, such as `- Image|endswith:`.
        let names = line.trim_end().ends_with(':');
        match value.filter(|_| inside && !names && !line.trim_start().starts_with("condition:") && !line.contains("|re") && !line.contains('%')) {
            Some(at) => {
                let (name, words) = line.split_at(at);
                out.push_str(name);
                out.push_str(&words.split_inclusive(|c: char| !c.is_ascii_alphabetic()).map(|word| other(word, letter)).collect::<String>());
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

fn other(word: &str, letter: char) -> String {
    let place = word.len() / 2;
    match word.len() {
        6.. if word.is_ascii() => format!("{}{letter}{}", &word[..place], &word[place + 1..]),
        _ => word.to_owned(),
    }
}
