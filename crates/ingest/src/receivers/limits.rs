//! What strangers may hold of a listener on which nobody logs in: connections, and the bytes that wait in them.

use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The sizes of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once.
    pub per_peer: usize,
    /// Bytes that wait in all connections together, beyond what each has free.
    pub bytes: usize,
    /// A connection that sends nothing for so long is closed.
    pub idle: Duration,
    /// A record that has begun is complete within this time, however slowly its bytes come. Some senders write in blocks
    /// and have half a record lie until the next one is full.
    pub record: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 2_000,
            per_peer: 64,
            // More than one address can fill with records of the largest size.
            bytes: 128 << 20,
            idle: Duration::from_secs(600),
            record: Duration::from_secs(300),
        }
    }
}

/// The places for connections.
#[derive(Clone)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    by_peer: Arc<Mutex<FxHashMap<IpAddr, usize>>>,
    per_peer: usize,
}

/// A place that is taken, until it is dropped.
pub(crate) struct Place {
    places: Places,
    peer: IpAddr,
    _one: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Places {
        Places { all: Arc::new(Semaphore::new(limits.connections)), by_peer: Arc::default(), per_peer: limits.per_peer }
    }

    /// A place, or why there is none.
    pub(crate) fn take(&self, peer: IpAddr) -> Result<Place, &'static str> {
        let one = self.all.clone().try_acquire_owned().map_err(|_| "too many connections are open")?;
        let mut by_peer = self.by_peer.lock().unwrap_or_else(|poison| poison.into_inner());
        let open = by_peer.entry(peer).or_default();
        if *open >= self.per_peer {
            return Err("too many connections of this address are open");
        }
        *open += 1;
        Ok(Place { places: self.clone(), peer, _one: one })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_peer = self.places.by_peer.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(open) = by_peer.get_mut(&self.peer) {
            *open -= 1;
            if *open == 0 {
                by_peer.remove(&self.peer);
            }
        }
    }
}

/// The part of the shared bytes that one connection holds.
pub(crate) struct Held {
    budget: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Held {
    pub(crate) fn new(budget: Arc<Semaphore>) -> Held {
        Held { budget, permit: None }
    }

    /// Takes what is missing to `bytes` if it is there.
    pub(crate) fn try_grow(&mut self, bytes: usize) -> bool {
        let missing = bytes.saturating_sub(self.bytes());
        let Ok(missing) = u32::try_from(missing) else { return false };
        match self.budget.clone().try_acquire_many_owned(missing) {
            Ok(more) => self.add(more),
            Err(_) => return false,
        }
        true
    }

    /// Waits for what is missing to `bytes`.
    pub(crate) async fn grow(&mut self, bytes: usize) {
        let missing = bytes.saturating_sub(self.bytes());
        // Nobody holds 4 GiB, and the semaphore is never closed.
        if let Ok(more) = self.budget.clone().acquire_many_owned(u32::try_from(missing).unwrap_or(u32::MAX)).await {
            self.add(more);
        }
    }

    /// Gives back what is more than `bytes`.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let more = self.bytes().saturating_sub(bytes);
        drop(self.permit.as_mut().and_then(|permit| permit.split(more)));
    }

    fn bytes(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    fn add(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            none => *none = Some(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place() {
        let places = Places::new(&Limits { connections: 3, per_peer: 2, ..Limits::default() });
        let (a, b) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let held = (places.take(a).ok().unwrap(), places.take(a).ok().unwrap());
        assert_eq!(places.take(a).err(), Some("too many connections of this address are open"));
        let other = places.take(b).ok().unwrap();
        assert_eq!(places.take(b).err(), Some("too many connections are open"));
        drop(held);
        assert!(places.take(a).is_ok());
        drop(other);
        assert!(places.by_peer.lock().unwrap().is_empty());
    }

    #[test]
    fn bytes_are_shared_and_come_back() {
        let budget = Arc::new(Semaphore::new(100));
        let (mut one, mut two) = (Held::new(budget.clone()), Held::new(budget.clone()));
        assert!(one.try_grow(60) && one.try_grow(80) && one.try_grow(10));
        assert!(!two.try_grow(30) && two.try_grow(20));
        one.shrink(50);
        assert_eq!(budget.available_permits(), 30);
        assert!(two.try_grow(50));
        drop((one, two));
        assert_eq!(budget.available_permits(), 100);
    }
}
