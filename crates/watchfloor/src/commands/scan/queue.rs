//! Work that makes more work: opening a file yields its parts.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A stack of tasks that ends when none is left and none is running.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// The next one last.
    tasks: Vec<T>,
    running: usize,
    stopped: bool,
}

impl<T> Queue<T> {
    /// Tasks in the order in which they are to be done.
    pub fn new(tasks: impl DoubleEndedIterator<Item = T>) -> Queue<T> {
        Queue { state: Mutex::new(State { tasks: tasks.rev().collect(), running: 0, stopped: false }), changed: Condvar::new() }
    }

    /// Puts tasks before all others, in their order.
    pub fn push(&self, tasks: impl DoubleEndedIterator<Item = T>) {
        let mut state = self.lock();
        if !state.stopped {
            state.tasks.extend(tasks.rev());
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

    /// Does tasks until there are no more.
    pub fn work(&self, mut task: impl FnMut(T)) {
        while let Some(next) = self.take() {
            let _running = Running(self);
            task(next);
        }
    }

    fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.tasks.pop() {
                state.running += 1;
                return Some(task);
            }
            if state.running == 0 {
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
