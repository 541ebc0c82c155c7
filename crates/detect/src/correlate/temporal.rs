//! `temporal` and `temporal_ordered`: which of the rules have matched, and in what order.

use super::group::{Entry, Window};
use crate::rule::Expr;
use std::collections::VecDeque;

/// Rules that a correlation may name.
const MAX_LEGS: usize = 64;

/// The rules that have matched, one bit each.
fn met(window: Window<'_>) -> u64 {
    window.iter().fold(0, |met, entry| met | bit(u32::from(entry.leg)))
}

fn bit(leg: u32) -> u64 {
    1u64.checked_shl(leg).unwrap_or(0)
}

/// How many of the rules have matched.
pub(super) fn together(window: Window<'_>) -> f64 {
    f64::from(met(window).count_ones())
}

/// How many, if the condition over them holds.
pub(super) fn satisfied(expr: &Expr, window: Window<'_>) -> Option<f64> {
    let met = met(window);
    holds(expr, met).then(|| f64::from(met.count_ones()))
}

fn holds(expr: &Expr, met: u64) -> bool {
    let has = |leg: &u32| met & bit(*leg) != 0;
    match expr {
        Expr::All(parts) => parts.iter().all(|part| holds(part, met)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, met)),
        Expr::Not(part) => !holds(part, met),
        Expr::Selection(leg) => has(leg),
        Expr::AtLeast(count, of) => of.iter().filter(|leg| has(leg)).count() as u64 >= *count,
    }
}

/// How many of the rules have matched one after the other, in their order: the longest such row of different events.
pub(super) fn in_order(window: Window<'_>) -> f64 {
    let mut longest = [0u8; MAX_LEGS];
    let mut entries = window.iter().peekable();
    while let Some(first) = entries.next() {
        // What one event matches does not come one after the other.
        let before = longest;
        let mut extend = |entry: &Entry| {
            let leg = usize::from(entry.leg).min(MAX_LEGS - 1);
            let row = before.iter().take(leg).max().copied().unwrap_or(0) + 1;
            if let Some(longest) = longest.get_mut(leg) {
                *longest = row.max(*longest);
            }
        };
        extend(first);
        while let Some(entry) = entries.next_if(|entry| (entry.time, entry.seq) == (first.time, first.seq)) {
            extend(entry);
        }
    }
    f64::from(longest.into_iter().max().unwrap_or(0))
}

/// The last entry of each rule.
pub(super) fn needed(entries: &VecDeque<Entry>) -> Vec<bool> {
    let mut seen = 0u64;
    let mut last = |leg: u16| {
        let fresh = seen & bit(u32::from(leg)) == 0;
        seen |= bit(u32::from(leg));
        fresh
    };
    let mut needed: Vec<bool> = entries.iter().rev().map(|entry| last(entry.leg)).collect();
    needed.reverse();
    needed
}

/// The entries of the row to each rule that begins last: no other row lies in a window in which this one does not.
pub(super) fn needed_in_order(entries: &VecDeque<Entry>) -> Vec<bool> {
    // For each leg the best row that ends with it: the time of its first entry, and its entries by their place.
    let mut rows: Vec<Option<(i64, Vec<usize>)>> = vec![None; MAX_LEGS];
    for (at, entry) in entries.iter().enumerate() {
        let leg = usize::from(entry.leg).min(MAX_LEGS - 1);
        let before = match leg.checked_sub(1) {
            None => Some((entry.time, Vec::new())),
            Some(previous) => rows.get(previous).cloned().flatten().filter(|(_, row)| row.last().and_then(|last| entries.get(*last)).is_some_and(|last| (last.time, last.seq) < (entry.time, entry.seq))),
        };
        let Some((begins, mut row)) = before else { continue };
        row.push(at);
        if let Some(place) = rows.get_mut(leg).filter(|best| best.as_ref().is_none_or(|(other, _)| begins >= *other)) {
            *place = Some((begins, row));
        }
    }
    let mut needed = vec![false; entries.len()];
    for at in rows.into_iter().flatten().flat_map(|(_, row)| row) {
        if let Some(place) = needed.get_mut(at) {
            *place = true;
        }
    }
    needed
}
