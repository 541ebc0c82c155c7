//! `event_count`: how many events there are.

use super::group::Window;

/// Each entry is one event.
pub(super) fn events(window: Window<'_>) -> f64 {
    window.len() as f64
}
