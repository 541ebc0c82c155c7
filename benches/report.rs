//! Figures: the median of several runs and their spread, as a table and as one line of JSON each.

use serde_json::json;

/// What was measured and what could not be.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
    skipped: Vec<String>,
}

struct Figure {
    name: String,
    unit: &'static str,
    runs: Vec<f64>,
    note: String,
}

impl Report {
    /// Adds the values of all runs of one figure.
    pub fn add(&mut self, name: impl Into<String>, unit: &'static str, runs: Vec<f64>, note: impl Into<String>) {
        let figure = Figure { name: name.into(), unit, runs, note: note.into() };
        println!("  {:<34} {:>12} {}", figure.name, shown(figure.median()), figure.unit);
        self.figures.push(figure);
    }

    /// Says what is left out, and why.
    pub fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        println!("  skipped: {what}");
        self.skipped.push(what);
    }

    /// The table, then the lines.
    pub fn print(&self) {
        println!("\n{:<34} {:>12} {:>25}  {:<10} {:>4}  note", "figure", "median", "lowest to highest", "unit", "runs");
        for figure in &self.figures {
            let spread = format!("{} to {}", shown(figure.lowest()), shown(figure.highest()));
            println!("{:<34} {:>12} {spread:>25}  {:<10} {:>4}  {}", figure.name, shown(figure.median()), figure.unit, figure.runs.len(), figure.note);
        }
        for what in &self.skipped {
            println!("skipped: {what}");
        }
        println!();
        for figure in &self.figures {
            let line = json!({"figure": figure.name, "median": figure.median(), "lowest": figure.lowest(), "highest": figure.highest(),
                "unit": figure.unit, "runs": figure.runs, "note": figure.note});
            println!("{line}");
        }
    }
}

impl Figure {
    fn median(&self) -> f64 {
        quantile(&self.runs, 0.5)
    }
    fn lowest(&self) -> f64 {
        quantile(&self.runs, 0.0)
    }
    fn highest(&self) -> f64 {
        quantile(&self.runs, 1.0)
    }
}

/// The value below which this share of the values lies; between two values, the line that joins them.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() as f64 - 1.0);
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

fn shown(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 1_000.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

/// The machine and how busy it is: figures of another one are other figures.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo").lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()));
    let load: Vec<_> = read("/proc/loadavg").split(' ').take(2).map(str::to_owned).collect();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} processors, {}, load {}", processor.unwrap_or_default(), load.join(" "))
}

/// Seconds of processor time that a process has used, in user and in kernel mode together.
pub fn cpu(pid: u32) -> f64 {
    ticks(&format!("/proc/{pid}/stat"), 11)
}

/// The same of this thread.
pub fn cpu_of_thread() -> f64 {
    ticks("/proc/thread-self/stat", 11)
}

/// The same of all processes that this one has started and that have ended.
pub fn cpu_of_children() -> f64 {
    ticks("/proc/self/stat", 13)
}

fn ticks(path: &str, first: usize) -> f64 {
    // Linux counts for user space in hundredths of a second, whatever the kernel's own clock is.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(path).unwrap();
    // The name of the process may hold spaces; what follows its bracket does not.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[first..first + 2].iter().map(|field| field.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}
