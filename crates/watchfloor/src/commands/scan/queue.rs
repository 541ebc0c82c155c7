//! Work that makes more work: opening a file yields its parts.
//!
//! Results are told in the order of the work, so what is ready early is held until its turn. The queue counts it:
//! where much is held, nothing new begins but what everything waits for.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The place of a task: a file and a part of it.
pub type Place = (usize, usize);

/// Bytes of results that may wait for those before them, before no more tasks begin.
const MAX_HELD: usize = 32 << 20;

/// Tasks by place, the first one first. It ends when none is left and none is running.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    tasks: BTreeMap<Place, T>,
    running: usize,
    held: BTreeMap<Place, usize>,
    /// Bytes of all that is held.
    bytes: usize,
    stopped: bool,
}

impl<T> Queue<T> {
    /// Tasks at their places.
    pub fn new(tasks: impl Iterator<Item = (Place, T)>) -> Queue<T> {
        let state = State { tasks: tasks.collect(), running: 0, held: BTreeMap::new(), bytes: 0, stopped: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds tasks.
    pub fn push(&self, tasks: impl Iterator<Item = (Place, T)>) {
        let mut state = self.lock();
        if !state.stopped {
            state.tasks.extend(tasks);
            self.changed.notify_all();
        }
    }

    /// Drops what has not begun.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.tasks.clear();
        self.changed.notify_all();
    }

    /// The result of a task waits for its turn, with so many bytes.
    pub fn hold(&self, place: Place, bytes: usize) {
        let mut state = self.lock();
        state.bytes += bytes;
        state.held.insert(place, bytes);
    }

    /// It was told.
    pub fn told(&self, place: Place) {
        let mut state = self.lock();
        let bytes = state.held.remove(&place).unwrap_or(0);
        state.bytes -= bytes;
        self.changed.notify_all();
    }

    /// Does tasks until there are no more.
    pub fn work(&self, mut task: impl FnMut(Place, T)) {
        while let Some((place, next)) = self.take() {
            let _running = Running(self);
            task(place, next);
        }
    }

    fn take(&self) -> Option<(Place, T)> {
        let mut state = self.lock();
        loop {
            let first = state.tasks.first_key_value().map(|(place, _)| *place);
            // What is held may wait for the first task; the others wait for what is held.
            let waited_for = first < state.held.first_key_value().map(|(place, _)| *place);
            if (state.bytes < MAX_HELD || waited_for)
                && let Some(first) = state.tasks.pop_first()
            {
                state.running += 1;
                return Some(first);
            }
            if state.running == 0 && state.tasks.is_empty() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that is being done; its end is told even where it panics, so that nobody waits for it.
struct Running<'q, T>(&'q Queue<T>);

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_begins_than_may_be_held() {
        let size = MAX_HELD / 4;
        let queue = Queue::new((0..100).map(|part| ((0, part), ())));
        let (held, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let told = std::thread::scope(|scope| {
            let (send, receive) = std::sync::mpsc::channel();
            for _ in 0..3 {
                let (queue, held, most, send) = (&queue, &held, &most, send.clone());
                scope.spawn(move || {
                    queue.work(|place, ()| {
                        queue.hold(place, size);
                        most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        send.send(place).unwrap();
                    });
                });
            }
            drop(send);
            // Told in their order, and slowly.
            let (mut ready, mut next) = (std::collections::BTreeSet::new(), 0);
            for place in receive {
                ready.insert(place);
                while ready.remove(&(0, next)) {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                    held.fetch_sub(1, Ordering::SeqCst);
                    queue.told((0, next));
                    next += 1;
                }
            }
            next
        });
        assert_eq!(told, 100);
        // Four fill it; each of three threads may have begun one before that.
        let most = most.into_inner();
        assert!(most <= 6, "{most} were held at once");
    }

    #[test]
    fn what_everything_waits_for_begins_however_much_is_held() {
        let queue = Queue::new([((0, 0), ()), ((2, 0), ())].into_iter());
        queue.hold((1, 0), MAX_HELD);
        assert_eq!(queue.take().map(|(place, ())| place), Some((0, 0)));
        std::thread::scope(|scope| {
            let later = scope.spawn(|| queue.take().map(|(place, ())| place));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!later.is_finished());
            queue.told((1, 0));
            assert_eq!(later.join().unwrap(), Some((2, 0)));
        });
    }

    #[test]
    fn the_first_comes_first_whenever_it_came() {
        let queue = Queue::new([((1, 0), "b"), ((0, 0), "a")].into_iter());
        let mut seen = Vec::new();
        queue.work(|place, task| {
            if task == "a" {
                queue.push([((0, 2), "a2"), ((0, 1), "a1")].into_iter());
            }
            seen.push((place, task));
        });
        assert_eq!(seen, [((0, 0), "a"), ((0, 1), "a1"), ((0, 2), "a2"), ((1, 0), "b")]);
    }
}
