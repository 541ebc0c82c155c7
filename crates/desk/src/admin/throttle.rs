//! Slows down who guesses passwords: by name and address, and by address alone for who tries many names.
//!
//! In memory and bounded; a restart forgets. A stranger elsewhere cannot lock a person out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Failures by one name from one address before it has to wait.
pub(super) const FREE_BY_NAME: u32 = 5;
/// Failures from one address before it has to wait: an office behind one address mistypes too.
const FREE_BY_ADDRESS: u32 = 50;
/// The longest wait. It begins with a second and doubles.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Quiet time after which failures are forgotten.
const FORGET: Duration = Duration::from_secs(60 * 60);
/// Counts that are kept. Beyond, the one that has been quiet longest goes.
const KEPT: usize = 10_000;

/// The failures of late.
#[derive(Default)]
pub(super) struct Throttle {
    counts: Mutex<HashMap<Key, Count>>,
}

/// From where, and with which name; none counts all names.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    name: Option<String>,
}

struct Count {
    failures: u32,
    last: Instant,
    wait_until: Instant,
}

impl Throttle {
    /// Asks to try a password. The try counts as failed until [`Throttle::succeeded`], so that many at once do not get
    /// more than their share. An error is the time to wait.
    pub(super) fn attempt(&self, name: Option<&str>, address: Option<&str>, now: Instant) -> Result<(), Duration> {
        let mut counts = self.lock();
        let keys = keys(name, address);
        let waits = keys.iter().filter_map(|(key, _)| counts.get(key)?.wait_until.checked_duration_since(now));
        if let Some(wait) = waits.filter(|wait| !wait.is_zero()).max() {
            return Err(wait);
        }
        for (key, free) in keys {
            make_room(&mut counts, &key, now);
            let fresh = Count { failures: 0, last: now, wait_until: now };
            let count = counts.entry(key).or_insert(fresh);
            if now.duration_since(count.last) > FORGET {
                count.failures = 0;
            }
            count.failures = count.failures.saturating_add(1);
            count.last = now;
            count.wait_until = now + wait(count.failures, free);
        }
        Ok(())
    }

    /// The password was right: the name starts afresh, and the address is not charged for it.
    pub(super) fn succeeded(&self, name: &str, address: Option<&str>) {
        let mut counts = self.lock();
        for (key, _) in keys(Some(name), address) {
            match (&key.name, counts.get_mut(&key)) {
                (None, Some(count)) => {
                    count.failures = count.failures.saturating_sub(1);
                    count.wait_until = count.last;
                }
                _ => drop(counts.remove(&key)),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

fn keys(name: Option<&str>, address: Option<&str>) -> Vec<(Key, u32)> {
    let address = network(address.unwrap_or(""));
    let all = (Key { address: address.clone(), name: None }, FREE_BY_ADDRESS);
    let one = name.map(|name| (Key { address, name: Some(name.to_owned()) }, FREE_BY_NAME));
    std::iter::once(all).chain(one).collect()
}

/// The network that one subscriber holds: an IPv4 address, 64 bits of an IPv6 address.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => String::new(),
    }
}

fn wait(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => Duration::from_secs(1_u64 << over.min(10)).min(LONGEST),
    }
}

fn make_room(counts: &mut HashMap<Key, Count>, key: &Key, now: Instant) {
    if counts.len() < KEPT || counts.contains_key(key) {
        return;
    }
    counts.retain(|_, count| now.duration_since(count.last) <= FORGET);
    if counts.len() >= KEPT
        && let Some(oldest) = counts.iter().min_by_key(|(_, count)| count.last).map(|(key, _)| key.clone())
    {
        counts.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Option<&str> = Some("192.0.2.1");

    #[test]
    fn a_name_waits_longer_with_each_failure_and_only_from_where_it_failed() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        for _ in 0..FREE_BY_NAME {
            throttle.attempt(Some("mara"), HOME, now).unwrap();
        }
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let wait = throttle.attempt(Some("mara"), HOME, now).unwrap_err();
            assert_eq!(wait, Duration::from_secs(expected));
            now += wait;
            throttle.attempt(Some("mara"), HOME, now).unwrap();
        }
        throttle.attempt(Some("mara"), Some("192.0.2.2"), now).unwrap();
        throttle.attempt(Some("jonas"), HOME, now).unwrap();
        now += FORGET + Duration::from_secs(1);
        throttle.attempt(Some("mara"), HOME, now).unwrap();
        throttle.attempt(Some("mara"), HOME, now).unwrap();
    }

    #[test]
    fn success_forgives_the_name_but_not_the_other_names_of_the_address() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for i in 0..FREE_BY_ADDRESS - 1 {
            throttle.attempt(Some(&format!("name{i}")), HOME, now).unwrap();
            throttle.attempt(Some("mallory"), HOME, now).unwrap();
            throttle.succeeded("mallory", HOME);
        }
        throttle.attempt(None, HOME, now).unwrap();
        assert!(throttle.attempt(Some("another"), HOME, now).is_err());
    }

    #[test]
    fn one_subscriber_is_one_address_and_memory_is_bounded() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        let (throttle, now) = (Throttle::default(), Instant::now());
        for i in 0..u32::try_from(KEPT).unwrap() {
            let address = std::net::Ipv4Addr::from_bits(i).to_string();
            throttle.attempt(Some("mara"), Some(&address), now).unwrap();
        }
        assert_eq!(throttle.lock().len(), KEPT);
    }
}
