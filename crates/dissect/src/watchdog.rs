//! Ends a worker that does not answer in time, whether the program waits to write to it or to read from it.

use rustix::process::{Pid, Signal, kill_process};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A thread that kills one process unless it is told in time not to. Drop it before the process is waited for, so
/// that its number cannot belong to another one.
#[derive(Debug)]
pub(crate) struct Watchdog {
    watch: Arc<Watch>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Watch {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Orders {
    limit: Option<Instant>,
    /// When the thread looks again by itself; none where it waits to be woken.
    looks: Option<Instant>,
    ended: bool,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, process: Pid) {
        let mut orders = self.lock();
        while !orders.ended {
            let now = Instant::now();
            if orders.limit.is_some_and(|limit| limit <= now) {
                // It may have ended by itself in this moment.
                let _ = kill_process(process, Signal::KILL);
                orders.limit = None;
            }
            orders.looks = orders.limit;
            orders = match orders.limit {
                None => self.changed.wait(orders).unwrap_or_else(PoisonError::into_inner),
                Some(limit) => self.changed.wait_timeout(orders, limit - now).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

impl Watchdog {
    pub(crate) fn new(process: Pid) -> std::io::Result<Watchdog> {
        let watch = Arc::new(Watch::default());
        let theirs = watch.clone();
        let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || theirs.run(process))?;
        Ok(Watchdog { watch, thread: Some(thread) })
    }

    /// So much time from now. The thread is woken only where it would look too late: a limit that moves on, chunk by
    /// chunk, costs no switch.
    pub(crate) fn arm(&self, limit: Duration) {
        let limit = Instant::now() + limit;
        let mut orders = self.watch.lock();
        orders.limit = Some(limit);
        if orders.looks.is_none_or(|looks| limit < looks) {
            self.watch.changed.notify_one();
        }
    }

    /// No limit for now.
    pub(crate) fn disarm(&self) {
        self.watch.lock().limit = None;
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.watch.lock().ended = true;
        self.watch.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does not panic: it only waits and kills.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command};

    fn sleeper() -> (Child, Watchdog) {
        let child = Command::new("sleep").arg("600").spawn().unwrap();
        let watchdog = Watchdog::new(Pid::from_child(&child)).unwrap();
        (child, watchdog)
    }

    #[test]
    fn the_last_limit_counts_be_it_earlier_or_later() {
        let hour = Duration::from_secs(3600);
        let (mut child, watchdog) = sleeper();
        watchdog.arm(hour);
        // It has looked at the first one by then, or not.
        std::thread::sleep(Duration::from_millis(20));
        watchdog.arm(Duration::from_millis(20));
        assert!(!child.wait().unwrap().success());
        let (mut child, watchdog) = sleeper();
        for _ in 0..20 {
            watchdog.arm(Duration::from_millis(50));
            std::thread::sleep(Duration::from_millis(1));
        }
        watchdog.arm(hour);
        std::thread::sleep(Duration::from_millis(200));
        watchdog.arm(Duration::from_millis(20));
        watchdog.disarm();
        std::thread::sleep(Duration::from_millis(200));
        assert!(child.try_wait().unwrap().is_none(), "a limit that was taken back");
        drop(watchdog);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
