//! How urgent an alert is: two transparent formulas, pure.

use model::{Severity, Timestamp};
use std::time::Duration;

/// The enterprise tactics of ATT&CK, former and present names, as Sigma tags spell them without `attack.`.
const TACTICS: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "stealth",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// The risk of an alert, 0 to 100:
///
/// | part | points |
/// |---|---|
/// | severity | info 20, low 35, medium 50, high 70, critical 90 |
/// | events | 1 for each doubling of the count, at most 6 |
/// | tactics | 2 for each distinct ATT&CK tactic after the first, at most 6 |
///
/// The parts after the severity never lift an alert over one of the next severity.
pub fn risk(severity: Severity, count: i64, tags: &[String]) -> u8 {
    let base: u8 = match severity {
        Severity::Info => 20,
        Severity::Low => 35,
        Severity::Medium => 50,
        Severity::High => 70,
        Severity::Critical => 90,
    };
    let doublings = count.max(1).ilog2().min(6);
    let tactics = TACTICS.iter().filter(|tactic| tags.iter().any(|tag| is_tactic(tag, tactic))).count();
    let spread = (2 * tactics.saturating_sub(1)).min(6);
    base.saturating_add(u8::try_from(doublings).unwrap_or(6)).saturating_add(u8::try_from(spread).unwrap_or(6)).min(100)
}

/// Older rules write `attack.defense_evasion`, newer ones `attack.defense-evasion`.
fn is_tactic(tag: &str, tactic: &str) -> bool {
    tag.strip_prefix("attack.").is_some_and(|name| {
        name.len() == tactic.len()
            && name.bytes().zip(tactic.bytes()).all(|(n, t)| n.eq_ignore_ascii_case(&t) || (n == b'_' && t == b'-'))
    })
}

/// By when an alert of this severity, raised at `created`, must be decided:
/// critical 15 min, high 1 h, medium 4 h, low 24 h, info 72 h.
pub fn due(severity: Severity, created: Timestamp) -> Timestamp {
    let minutes = match severity {
        Severity::Critical => 15,
        Severity::High => 60,
        Severity::Medium => 4 * 60,
        Severity::Low => 24 * 60,
        Severity::Info => 72 * 60,
    };
    created.plus(Duration::from_secs(minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risk_grows_with_severity_count_and_tactics_and_stays_within_bounds() {
        let tags = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        let none = tags(&[]);
        assert_eq!(Severity::ALL.map(|s| risk(s, 1, &none)), [20, 35, 50, 70, 90]);
        assert_eq!(risk(Severity::High, 64, &none), 76);
        assert_eq!(risk(Severity::High, i64::MAX, &none), 76);
        assert_eq!(risk(Severity::High, -5, &none), 70);
        assert_eq!(risk(Severity::High, 1, &tags(&["attack.execution", "attack.t1059"])), 70);
        assert_eq!(
            risk(Severity::High, 1, &tags(&["attack.execution", "attack.defense_evasion", "attack.defense-evasion"])),
            72
        );
        let all: Vec<String> = TACTICS.iter().map(|t| format!("attack.{t}")).collect();
        assert_eq!(risk(Severity::Critical, i64::MAX, &all), 100);
    }

    #[test]
    fn a_critical_alert_is_due_in_a_quarter_of_an_hour() {
        assert_eq!(due(Severity::Critical, Timestamp(0)), Timestamp::from_millis(15 * 60 * 1000));
        assert_eq!(due(Severity::Info, Timestamp(i64::MAX)), Timestamp(i64::MAX), "saturates");
    }
}
