//! `scan`: rules over files, with no server and no state.

mod collect;
mod correlate;
mod html;
mod print;
mod queue;
mod readers;
mod work;

use crate::commands::event_log;
use crate::commands::inputs::{self, Inputs};
use crate::{content, lists};
use crate::output::{CONTENT, FINDINGS, Failure, PARTIAL, inert};
use collect::{Collected, Next};
use correlate::Told;
use detect::{Answer, LoadReport, Lists, Rule, RuleSet, Setting};
use dissect::{Examiner, Setup, Sighting, Wanted};
use indicatif::{ProgressBar, ProgressStyle};
use html::About;
use model::{Clock, Severity, SystemClock, Timestamp};
use print::{Printer, Shape};
use queue::Queue;
use readers::Readers;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Instant;
use work::{Hand, Part, Task};

/// Arguments of `scan`.
#[derive(clap::Args, Debug)]
pub struct ScanArgs {
    /// Files and folders: EVTX, JSON, NDJSON, syslog, also .gz and .zst; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Sigma rules: a file, a folder, a .zip or a .tar.zst
    #[arg(long, value_name = "PATH")]
    rules: PathBuf,
    /// Lists: a folder with indicators/, warninglists/ and watchlists/, or a file of indicators
    #[arg(long, value_name = "PATH")]
    lists: Option<PathBuf>,
    /// Take the lists as they were valid at this instant; now if absent
    #[arg(long, value_name = "T", value_parser = instant, requires = "lists")]
    lists_at: Option<Timestamp>,
    /// Processing pipelines that the rules go through (pySigma's YAML): a file or a folder; may be given several times
    #[arg(long, value_name = "PATH")]
    pipeline: Vec<PathBuf>,
    /// table, json, ndjson, csv, html or timesketch (JSONL)
    #[arg(long, default_value = "table")]
    format: String,
    /// Only matches of rules from this level on
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    min_level: Option<Severity>,
    /// Only matches of rules with this tag or one below it, such as attack.t1059; may be given several times
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only events at this instant (RFC 3339, or a date) or after it
    #[arg(long, value_name = "T", value_parser = instant)]
    from: Option<Timestamp>,
    /// Only events before this instant
    #[arg(long, value_name = "T", value_parser = instant)]
    to: Option<Timestamp>,
    /// Threads, each with a worker process for EVTX; as many as processors if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
    /// End with 1 if a rule of this level or above matched
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    fail_on: Option<Severity>,
}

fn level(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| "the levels are informational, low, medium, high and critical".to_owned())
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let midnight = format!("{text}T00:00:00Z");
    Timestamp::parse(text).or_else(|_| Timestamp::parse(&midnight)).map_err(|error| error.to_string())
}

/// Scans; 1 with `--fail-on` and such a match, 2 if no rule loads, 5 if some input could not be read.
pub fn run(args: ScanArgs) -> Result<u8, Failure> {
    let shape = Shape::parse(&args.format)?;
    let begun = Instant::now();
    let files = Arc::new(content::files(&args.rules)?);
    let at = args.lists_at.unwrap_or_else(|| SystemClock.now());
    let lists = args.lists.as_deref().map(|folder| lists::read(folder, at)).transpose()?;
    let (lists, with_lists) = (lists.unwrap_or_default(), args.lists.is_some());
    let list_faults = lists::tell(&lists.reports);
    let setting = Arc::new(Setting { placeholders: lists.placeholders.clone(), pipelines: content::pipelines(&args.pipeline)?, ..Setting::default() });
    let inputs = inputs::find(&args.paths);
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let wanted = Wanted { min_level: args.min_level, from: args.from, to: args.to, ..Wanted::default() };
    let setup = Setup { indicators: lists.indicators.finder().clone(), ..event_log::setup(files.clone(), setting.clone(), 0, wanted)? };
    let mut readers = Readers::begin(setup, &inputs.files, threads);
    let (rules, report) = RuleSet::compile_with(files.to_vec(), &setting);
    readers.expect(rules.rules().len());
    let refused = refused(&report);
    if rules.rules().is_empty() {
        return Err(Failure { message: format!("no rule of {} loads", args.rules.display()), code: CONTENT });
    }
    let loaded = begun.elapsed();
    let begun = Instant::now();
    let count = rules.all().count();
    let mut about = About {
        files: inputs.files.len(), rules: count, refused, indicators: lists.indicators.len(), lists: list_faults, filters: filters(&args), ..About::default()
    };
    let wish = Wish { shape, tags: &args.tag, min_level: args.min_level, lists: with_lists.then_some(&lists), at };
    let examiner = Examiner::new(&rules, wanted).with_indicators(lists.indicators.finder().clone());
    let total = scan(&inputs, &examiner, &readers, threads, &wish, &mut about);
    about.harmless.iter().for_each(|line| eprintln!("watchfloor: {}", inert(line)));
    if args.stats {
        let [events, bytes, matches] = [total.events, total.bytes, total.matches];
        let [load, scan] = [loaded, begun.elapsed()].map(|time| time.as_secs_f64());
        eprintln!("events={events} bytes={bytes} rules={count} matches={matches} load_s={load:.3} scan_s={scan:.3} threads={threads}");
    }
    Ok(match args.fail_on {
        Some(level) if total.worst >= Some(level) => FINDINGS,
        _ if total.partial => PARTIAL,
        _ => 0,
    })
}

/// Reads chunks for another process of this program until its input ends.
pub fn worker() -> Result<u8, Failure> {
    dissect::run_worker(std::io::stdin(), std::io::stdout()).map_err(Failure::usage)?;
    Ok(0)
}

/// Names the rules that do not load, and gives back the lines.
fn refused(report: &LoadReport) -> Vec<String> {
    let lines: Vec<String> = report.refused.iter().map(|refusal| format!("rule {refusal}")).collect();
    lines.iter().for_each(|line| eprintln!("watchfloor: {}", inert(line)));
    lines
}

/// What was asked for, in words.
fn filters(args: &ScanArgs) -> Vec<String> {
    let mut filters = Vec::new();
    filters.extend(args.min_level.map(|level| format!("rules of level {} or above", level.as_str())));
    filters.extend(args.from.map(|from| format!("events from {from} on")));
    filters.extend(args.to.map(|to| format!("events before {to}")));
    if !args.tag.is_empty() {
        filters.push(format!("rules tagged {}", args.tag.join(" or ")));
    }
    filters
}

/// Which matches are printed, and how.
struct Wish<'a> {
    shape: Shape,
    tags: &'a [String],
    min_level: Option<Severity>,
    lists: Option<&'a Lists>,
    /// When the lists are held to be valid.
    at: Timestamp,
}

impl Wish<'_> {
    /// Whether a rule has the level and one of the tags, or one below it: `attack.t1059` is also `attack.t1059.001`.
    fn takes(&self, rule: &Rule) -> bool {
        let fits = |tag: &String, wanted: &String| {
            let (tag, wanted) = (tag.to_lowercase(), wanted.to_lowercase());
            tag.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if self.min_level.is_some_and(|least| rule.reference.level < least) {
            return false;
        }
        self.tags.is_empty() || rule.reference.tags.iter().any(|tag| self.tags.iter().any(|wanted| fits(tag, wanted)))
    }
}

/// What a scan comes to.
#[derive(Debug, Default)]
struct Total {
    events: u64,
    bytes: u64,
    matches: u64,
    worst: Option<Severity>,
    /// Indicators that a warninglist says are harmless, by that list.
    harmless: BTreeMap<String, u64>,
    partial: bool,
}

fn scan(inputs: &Inputs, examiner: &Examiner<'_>, readers: &Readers, threads: usize, wish: &Wish<'_>, about: &mut About) -> Total {
    let rules = examiner.rules();
    let queue = Queue::new((0..inputs.files.len()).map(|file| ((file, 0), Task::Open)));
    let mut total = Total { partial: !inputs.faults.is_empty(), ..Total::default() };
    let bar = progress(inputs.files.len());
    let mut printer = Printer::new(BufWriter::new(std::io::stdout()), wish.shape, wish.lists.is_some());
    for (path, reason) in &inputs.faults {
        let text = format!("{}: {reason}", path.display());
        eprintln!("watchfloor: {}", inert(&text));
        printer.fault(&text);
    }
    let mut collected = Collected::default();
    let mut told = Told::new();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads {
            let mut hand = Hand::new(&inputs.files, &queue, send.clone(), examiner.renewed(), readers);
            let queue = &queue;
            scope.spawn(move || queue.work(|place, task| hand.work(place, task)));
        }
        drop(send);
        for news in receive {
            collected.take(news);
            while let Some(next) = collected.next() {
                let Next::Part(place, mut part) = next else {
                    bar.inc(1);
                    continue;
                };
                told.add(place.0, std::mem::take(&mut part.seen));
                let name = inputs.files[place.0].to_string_lossy();
                // A reader that has closed the output ends the scan, not with an error.
                if bar.suspend(|| tell(&name, &part, rules, wish, &mut printer, &mut total)).is_err() {
                    queue.stop();
                    told = Told::new();
                    return;
                }
                queue.told(place);
            }
        }
    });
    bar.finish_and_clear();
    // As above, here too.
    let _ = correlate(told, inputs, rules, wish, &mut printer, &mut total);
    // As above: nobody is left to be told.
    (about.made, about.events, about.bytes) = (Some(SystemClock.now()), total.events, total.bytes);
    about.harmless = total.harmless.iter().map(|(list, count)| format!("{count} indicators were left out as harmless by the warninglist {list}")).collect();
    let _ = printer.end(about);
    total
}

/// Prints what correlations make of all files together.
fn correlate(told: Told, inputs: &Inputs, rules: &RuleSet, wish: &Wish<'_>, printer: &mut Printer<impl Write>, total: &mut Total) -> std::io::Result<()> {
    let name = |file: usize| inputs.files.get(file).map(|path| path.to_string_lossy()).unwrap_or_default();
    let (found, missing) = told.heard(rules);
    for fault in missing {
        total.partial = true;
        eprintln!("watchfloor: {fault}");
        printer.fault(&fault);
    }
    for one in found {
        let Some(rule) = rules.correlations().get(one.correlation).map(|known| &known.rule).filter(|rule| wish.takes(rule)) else { continue };
        total.matches += 1;
        total.worst = total.worst.max(Some(rule.reference.level));
        let events: Vec<_> = one.events.iter().map(|(file, record)| (name(*file), *record)).collect();
        printer.print(&name(one.file), rule, &one.hit, &events)?;
    }
    Ok(())
}

/// Prints what was in a file and adds it up.
fn tell(name: &str, part: &Part, rules: &RuleSet, wish: &Wish<'_>, printer: &mut Printer<impl Write>, total: &mut Total) -> std::io::Result<()> {
    for fault in &part.faults {
        total.partial = true;
        let text = format!("{name}: {fault}");
        eprintln!("watchfloor: {}", inert(&text).replace('\n', "\\n"));
        printer.fault(&text);
    }
    total.events += part.events;
    total.bytes += part.bytes;
    let mut sightings = part.sightings.iter().peekable();
    for hit in &part.hits {
        while let Some(seen) = sightings.next_if(|seen| seen.record < hit.record) {
            sighted(name, seen, wish, printer, total)?;
        }
        let Some(rule) = rules.rules().get(hit.rule as usize).filter(|rule| wish.takes(rule)) else { continue };
        total.matches += 1;
        total.worst = total.worst.max(Some(rule.reference.level));
        printer.print(name, rule, hit, &[])?;
    }
    sightings.try_for_each(|seen| sighted(name, seen, wish, printer, total))
}

/// Prints what the lists say of a sighting, or counts it as harmless.
fn sighted(name: &str, seen: &Sighting, wish: &Wish<'_>, printer: &mut Printer<impl Write>, total: &mut Total) -> std::io::Result<()> {
    // Indicators have no tags.
    let Some(lists) = wish.lists.filter(|_| wish.tags.is_empty()) else { return Ok(()) };
    match lists.indicators.answer(seen.entry, &seen.value, wish.at) {
        Answer::Hits(hits) => {
            for hit in hits.iter().filter(|hit| wish.min_level.is_none_or(|least| hit.level() >= least)) {
                total.matches += 1;
                total.worst = total.worst.max(Some(hit.level()));
                printer.indicator(name, seen, hit)?;
            }
        }
        Answer::Benign(list) => *total.harmless.entry(list).or_default() += 1,
        Answer::Expired => {}
    }
    Ok(())
}

/// A bar of files, on a terminal only.
fn progress(files: usize) -> ProgressBar {
    if !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files as u64);
    match ProgressStyle::with_template("{wide_bar} {pos}/{len} files, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
