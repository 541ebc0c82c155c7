//! The timeline as a picture, and as a table for those who do not see pictures.

use super::report::{Levels, Timeline};
use super::text::{moment, number};
use model::{Severity, Timestamp};
use std::fmt::Write;

const WIDTH: usize = 960;
const HEIGHT: usize = 150;
const BARS: usize = 96;

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
