//! The live feed: which records changed, never the records themselves.

use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Alerts.
    Alerts,
    /// Cases.
    Cases,
    /// Sources.
    Sources,
    /// Rules; without ids: any of them.
    Rules,
    /// The reader fell too far behind and must load everything again.
    Reload,
}

/// One notice.
#[derive(Clone, Debug, Serialize)]
pub struct LiveEvent {
    /// Rising by one; a reader that comes back names the last one it saw.
    pub id: u64,
    /// What kind.
    pub topic: Topic,
    /// Which records, by the id that their route takes.
    pub ids: Vec<String>,
}

/// Notices kept for readers that come back.
const KEPT: usize = 1024;

/// The feed. Cheap to clone. A reader that is more than [`KEPT`] notices behind is told to reload.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Mutex<Inner>>,
    sender: broadcast::Sender<LiveEvent>,
}

struct Inner {
    next: u64,
    kept: VecDeque<LiveEvent>,
}

impl Default for Live {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(KEPT);
        Live { inner: Arc::new(Mutex::new(Inner { next: 1, kept: VecDeque::new() })), sender }
    }
}

impl Live {
    /// Tells every open console. Nobody listening is fine.
    pub fn notify(&self, topic: Topic, ids: Vec<String>) {
        let mut inner = self.inner.lock().unwrap_or_else(|poison| poison.into_inner());
        let event = LiveEvent { id: inner.next, topic, ids };
        inner.next += 1;
        if inner.kept.len() == KEPT {
            inner.kept.pop_front();
        }
        inner.kept.push_back(event.clone());
        // An error means that there is no reader.
        let _ = self.sender.send(event);
    }

    /// What came after `last`, and everything from now on. `None` in front: too much was missed, reload.
    pub fn subscribe(&self, last: Option<u64>) -> (Option<Vec<LiveEvent>>, broadcast::Receiver<LiveEvent>) {
        let inner = self.inner.lock().unwrap_or_else(|poison| poison.into_inner());
        let receiver = self.sender.subscribe();
        let missed = match last {
            None => Some(Vec::new()),
            Some(last) if last >= inner.next => None,
            Some(last) => match inner.kept.front() {
                Some(first) if first.id > last + 1 => None,
                _ => Some(inner.kept.iter().filter(|e| e.id > last).cloned().collect()),
            },
        };
        (missed, receiver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_comes_back_gets_what_it_missed_or_is_told_to_reload() {
        let live = Live::default();
        for i in 0..3 {
            live.notify(Topic::Alerts, vec![i.to_string()]);
        }
        let missed = live.subscribe(Some(1)).0.unwrap();
        assert_eq!(missed.iter().map(|e| e.id).collect::<Vec<_>>(), [2, 3]);
        for i in 0..KEPT {
            live.notify(Topic::Alerts, vec![i.to_string()]);
        }
        assert!(live.subscribe(Some(1)).0.is_none());
        assert!(live.subscribe(Some(99_999)).0.is_none(), "an id from another run");
    }
}
