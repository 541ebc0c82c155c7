//! `value_count` and the types that reckon with a field's numbers.

use super::group::{Entry, Window};
use crate::rule::fold::Form;
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// The largest number that is taken: beyond it a single event would be the whole sum.
const MAX_NUMBER: f64 = 1e18;

/// A value in the form in which two are the same: Sigma compares without regard to case.
pub(super) fn hash<'v>(values: impl Iterator<Item = &'v str>) -> u64 {
    let digest = digest(values);
    (digest >> 64) as u64
}

/// The same for the values of several fields, in their order.
pub(super) fn digest<'v>(values: impl Iterator<Item = &'v str>) -> u128 {
    let (mut hash, mut folded) = (Sha256::new(), Vec::new());
    for value in values {
        folded.clear();
        Form::PLAIN.render(value, &mut folded);
        hash.update((folded.len() as u64).to_le_bytes());
        hash.update(&folded);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    u128::from_le_bytes(bytes)
}

/// A number as it stands in an event; what is none is not reckoned with.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse::<f64>().ok().filter(|number| plain && number.abs() <= MAX_NUMBER)
}

/// How many different values there are.
pub(super) fn different(window: Window<'_>) -> f64 {
    let values: FxHashSet<u64> = window.iter().map(|entry| entry.value).collect();
    values.len() as f64
}

fn numbers(window: Window<'_>) -> impl Iterator<Item = f64> {
    window.iter().map(|entry| f64::from_bits(entry.value))
}

/// The sum.
pub(super) fn sum(window: Window<'_>) -> f64 {
    numbers(window).sum()
}

/// The number below which this share (0 to 100) lies; between two, the line that joins them.
pub(super) fn percentile(window: Window<'_>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = numbers(window).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = share / 100.0 * (sorted.len() as f64 - 1.0);
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or_default();
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

/// The last entry of each value: whatever comes later is in a window with it wherever it is with an earlier one.
pub(super) fn needed(entries: &VecDeque<Entry>) -> Vec<bool> {
    let mut seen = FxHashSet::default();
    let mut needed: Vec<bool> = entries.iter().rev().map(|entry| seen.insert(entry.value)).collect();
    needed.reverse();
    needed
}
