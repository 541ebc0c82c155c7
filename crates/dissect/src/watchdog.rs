//! Ends a worker that does not answer in time, whether the program waits to write to it or to read from it.

use rustix::process::{Pid, Signal, kill_process};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

enum Order {
    Arm(Duration),
    Disarm,
}

/// A thread that kills one process unless it is told in time not to. Drop it before the process is waited for, so
/// that its number cannot belong to another one.
#[derive(Debug)]
pub(crate) struct Watchdog {
    orders: Option<Sender<Order>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn new(process: Pid) -> std::io::Result<Watchdog> {
        let (orders, received) = channel();
        let watch = move || {
            let mut limit = None;
            loop {
                let order = match limit {
                    None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(limit) => received.recv_timeout(limit),
                };
                match order {
                    Ok(Order::Arm(duration)) => limit = Some(duration),
                    Ok(Order::Disarm) => limit = None,
                    Err(RecvTimeoutError::Timeout) => {
                        // It may have ended by itself in this moment.
                        let _ = kill_process(process, Signal::KILL);
                        limit = None;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch)?;
        Ok(Watchdog { orders: Some(orders), thread: Some(thread) })
    }

    /// So much time from now.
    pub(crate) fn arm(&self, limit: Duration) {
        self.order(Order::Arm(limit));
    }

    /// No limit for now.
    pub(crate) fn disarm(&self) {
        self.order(Order::Disarm);
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // The thread only ends after this sender.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It does not panic: it only waits and kills.
            let _ = thread.join();
        }
    }
}
