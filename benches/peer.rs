//! A second Sigma engine, `rsigma-eval`, on the same files and rules, and how fast anything can be that reads JSON.

pub use crate::equality::second::{read, told};
use crate::report::cpu_of_thread;
use model::Event;
use rsigma_eval::{Engine, event::JsonEvent};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The other engine with the rules that both load.
pub struct Peer {
    engine: Engine,
    /// Rules that it does not load.
    pub refused: usize,
}

/// For each file and line what the event's log source is in Sigma's terms. The peer is told; it costs it nothing.
pub struct Sources(Vec<(PathBuf, Vec<Vec<rsigma_parser::LogSource>>)>);

/// What a run came to.
pub struct Run {
    pub events: u64,
    pub matches: u64,
    /// Seconds of processor time.
    pub processor: f64,
    /// Seconds that passed; 0 where nobody needs them.
    pub seconds: f64,
}

impl Peer {
    pub fn new(rules: &detect::RuleSet) -> Peer {
        let parsed: Vec<_> = rules.rules().iter().filter_map(|rule| rsigma_parser::parse_sigma_yaml(&rule.text).ok()).flat_map(|parsed| parsed.rules).collect();
        let mut peer = Peer { engine: Engine::new(), refused: rules.rules().len() - parsed.len() };
        peer.refused += peer.engine.add_rules(&parsed).len();
        peer
    }

    /// Reads and matches every line, in one thread.
    pub fn run(&self, sources: &Sources) -> Run {
        let begun = cpu_of_thread();
        let (mut events, mut matches) = (0, 0);
        for (path, sources) in &sources.0 {
            let bytes = std::fs::read(path).unwrap();
            for (line, sources) in lines(&bytes).zip(sources) {
                let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
                let event = JsonEvent::borrow(&value);
                events += 1;
                // It knows one category of an event; of an event in several, each rule is counted once.
                let mut seen = Vec::new();
                for source in sources {
                    for result in self.engine.evaluate_with_logsource(&event, source) {
                        if !seen.contains(&result.header.rule_id) {
                            seen.push(result.header.rule_id);
                        }
                    }
                }
                matches += seen.len() as u64;
            }
        }
        Run { events, matches, processor: cpu_of_thread() - begun, seconds: 0.0 }
    }
}

impl Sources {
    /// Asks our own parser, before anything is timed.
    pub fn of(folder: &Path) -> Sources {
        let mut event = Event::default();
        let files = files(folder).into_iter().map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            let sources = lines(&bytes).map(|line| {
                read(line, &mut event);
                told(&event.log_source)
            });
            let sources = sources.collect();
            (path, sources)
        });
        Sources(files.collect())
    }
}

/// Reading into our events and nothing more, in one thread.
pub fn parse_floor(folder: &Path) -> Run {
    let begun = cpu_of_thread();
    let (mut event, mut events) = (Event::default(), 0);
    for path in files(folder) {
        let bytes = std::fs::read(path).unwrap();
        for line in parse::split(&bytes, parse::Format::Json) {
            read(line, &mut event);
            std::hint::black_box(&event);
            events += 1;
        }
    }
    Run { events, matches: 0, processor: cpu_of_thread() - begun, seconds: 0.0 }
}

/// Reading into `serde_json` values and nothing more, in one thread: the peer's floor.
pub fn json_floor(folder: &Path) -> Run {
    let begun = cpu_of_thread();
    let mut events = 0;
    for path in files(folder) {
        let bytes = std::fs::read(path).unwrap();
        events += lines(&bytes).filter(|line| std::hint::black_box(serde_json::from_slice::<Value>(line)).is_ok()).count() as u64;
    }
    Run { events, matches: 0, processor: cpu_of_thread() - begun, seconds: 0.0 }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
