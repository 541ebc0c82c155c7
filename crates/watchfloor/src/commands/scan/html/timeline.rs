//! Matches by time: how they are added up, and the timeline as a picture, and as a table for those who do not see pictures.

use super::report::Levels;
use super::text::{moment, number};
use model::{Severity, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Intervals that are kept apart before they are joined.
const INTERVALS: usize = 4_096;

const WIDTH: usize = 960;
const HEIGHT: usize = 150;
const BARS: usize = 96;

/// Matches by time. Intervals grow when there are too many of them.
#[derive(Debug)]
pub struct Timeline {
    /// Seconds of one interval.
    width: i64,
    intervals: BTreeMap<i64, Levels>,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline { width: 1, intervals: BTreeMap::new() }
    }
}

const SECOND: i64 = 1_000_000_000;

impl Timeline {
    /// Adds a match.
    pub fn add(&mut self, time: Timestamp, level: Severity) {
        let at = time.nanos().div_euclid(SECOND).div_euclid(self.width);
        if let Some(count) = self.intervals.entry(at).or_default().get_mut(level as usize) {
            *count += 1;
        }
        while self.intervals.len() > INTERVALS {
            self.widen(4);
        }
    }

    fn widen(&mut self, by: i64) {
        self.width = self.width.saturating_mul(by);
        for (at, levels) in std::mem::take(&mut self.intervals) {
            let sum = self.intervals.entry(at.div_euclid(by)).or_default();
            sum.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
        }
    }

    /// At most `most` intervals of equal length over the whole time: the length in seconds, the beginning of the first
    /// in seconds since 1970, and the counts.
    pub fn bars(&self, most: usize) -> (i64, i64, Vec<Levels>) {
        let (Some(first), Some(last)) = (self.intervals.keys().next(), self.intervals.keys().next_back()) else {
            return (self.width, 0, Vec::new());
        };
        let (first, last) = (first.saturating_mul(self.width), last.saturating_mul(self.width));
        // Lengths that a person can say.
        let steps = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 7 * 86_400, 28 * 86_400];
        let count = |step: i64| last.div_euclid(step) - first.div_euclid(step) + 1;
        let fits = |step: &i64| *step >= self.width && count(*step) <= most as i64;
        let step = steps.into_iter().find(fits).unwrap_or_else(|| {
            let mut step = self.width.max(28 * 86_400);
            while count(step) > most as i64 {
                step = step.saturating_mul(2);
            }
            step
        });
        let begin = first.div_euclid(step);
        let mut bars = vec![[0; 5]; count(step).clamp(1, most as i64) as usize];
        for (at, levels) in &self.intervals {
            let index = at.saturating_mul(self.width).div_euclid(step) - begin;
            if let Some(bar) = usize::try_from(index).ok().and_then(|index| bars.get_mut(index)) {
                bar.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
            }
        }
        (step, begin.saturating_mul(step), bars)
    }
}

/// The section's inside.
pub fn draw(timeline: &Timeline) -> String {
    let (step, begin, bars) = timeline.bars(BARS);
    let at = |index: usize| moment(Timestamp((begin + step.saturating_mul(index as i64)).saturating_mul(1_000_000_000)));
    let total = |bar: &Levels| bar.iter().sum::<u64>();
    let most = bars.iter().map(total).max().unwrap_or(0).max(1);
    let slot = WIDTH / bars.len().max(1);
    let mut svg = format!(
        "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"Matches over time, at most {} in {}\">",
        HEIGHT + 22, number(most), words(step)
    );
    let _ = write!(svg, "<line class=\"axis\" x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\"/>");
    for (index, bar) in bars.iter().enumerate().filter(|(_, bar)| total(bar) > 0) {
        let _ = write!(svg, "<g><title>{}, {}: {}</title>", at(index), words(step), counts(bar));
        let mut top = HEIGHT;
        for level in Severity::ALL {
            let count = bar.get(level as usize).copied().unwrap_or(0);
            if count > 0 {
                // A single match among thousands is still seen.
                let height = ((count as f64 / most as f64 * (HEIGHT - 10) as f64).round() as usize).clamp(2, top.max(2));
                top = top.saturating_sub(height);
                let width = slot.saturating_sub(1).clamp(1, 24);
                let _ = write!(svg, "<rect class=\"bar {}\" x=\"{}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>", level.as_str(), index * slot);
            }
        }
        svg.push_str("</g>");
    }
    let _ = write!(svg, "<text class=\"tick\" x=\"0\" y=\"{}\">{}</text>", HEIGHT + 16, at(0));
    let _ = write!(svg, "<text class=\"tick end\" x=\"{WIDTH}\" y=\"{}\">{}</text></svg>", HEIGHT + 16, at(bars.len()));
    let _ = write!(svg, "<details><summary>As a table, one row for {}</summary><table><thead><tr><th>From<th>Matches</thead><tbody>", words(step));
    for (index, bar) in bars.iter().enumerate().filter(|(_, bar)| total(bar) > 0) {
        let _ = write!(svg, "<tr><td class=\"mono\">{}<td>{}", at(index), counts(bar));
    }
    svg.push_str("</tbody></table></details>");
    svg
}

fn counts(bar: &Levels) -> String {
    let parts = Severity::ALL.into_iter().rev().filter_map(|level| {
        let count = bar.get(level as usize).copied().unwrap_or(0);
        (count > 0).then(|| format!("{} {}", number(count), level.as_str()))
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn words(step: i64) -> String {
    let (count, unit) = match step {
        step if step % 86_400 == 0 => (step / 86_400, "day"),
        step if step % 3_600 == 0 => (step / 3_600, "hour"),
        step if step % 60 == 0 => (step / 60, "minute"),
        step => (step, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_joined_and_nothing_is_lost() {
        let mut timeline = Timeline::default();
        for second in 0..20_000 {
            timeline.add(Timestamp(second * 37 * SECOND), Severity::High);
        }
        assert!(timeline.intervals.len() <= INTERVALS);
        let (step, begin, bars) = timeline.bars(96);
        assert!(bars.len() <= 96 && begin == 0 && step == 10_800, "{step} {} {}", begin, bars.len());
        assert_eq!(bars.iter().map(|bar| bar[Severity::High as usize]).sum::<u64>(), 20_000);
    }

    #[test]
    fn the_ends_of_time_have_bars_too() {
        let mut timeline = Timeline::default();
        for time in [i64::MIN, 0, i64::MAX] {
            timeline.add(Timestamp(time), Severity::Low);
        }
        let (_, _, bars) = timeline.bars(96);
        assert!(bars.len() <= 96);
        assert_eq!(bars.iter().map(|bar| bar[Severity::Low as usize]).sum::<u64>(), 3);
        assert_eq!(Timeline::default().bars(96).2.len(), 0);
    }
}
