//! How many there may be of something at once: in all, and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::watch::sinks::wall::key::neighbourhood;

pub(super) struct Seats {
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

impl Seats {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// How many one address may have: an eighth, so that no machine takes them all. From loopback come all browsers behind a
    /// proxy on this machine or an `ssh -L` to it, so it may have half; whoever is on this machine has other ways to hold
    /// it up, and other machines keep the other half.
    pub(super) fn share(&self, address: IpAddr) -> usize {
        if address.to_canonical().is_loopback() { self.most / 2 } else { self.most / 8 }
    }

    /// One for this address, until it is dropped; `None` if there is none, or the address has its share.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let share = self.share(address);
        let address = neighbourhood(address);
        let own = taken.get(&address).copied().unwrap_or_default();
        if all >= self.most || own >= share {
            return None;
        }
        taken.insert(address, own + 1);
        Some(Seat { seats: Arc::clone(self), address })
    }
}

pub(super) struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.address) {
            *own -= 1;
        }
        taken.retain(|_, own| *own > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// As many as it gets.
    fn take_all(seats: &Arc<Seats>, of: &str) -> Vec<Seat> {
        std::iter::from_fn(|| seats.take(address(of))).collect()
    }

    #[test]
    fn an_address_has_an_eighth_and_loopback_half_and_all_no_more_than_there_are() {
        let seats = Seats::new(64);
        let mut taken: Vec<Vec<Seat>> = vec![];
        for (of, expected) in [
            ("127.0.0.1", 32),
            ("::ffff:127.0.0.1", 0),
            ("192.0.2.1", 8),
            ("::ffff:192.0.2.1", 0),
            ("2001:db8::1", 8),
            ("2001:db8::ffff", 0),
            ("2001:db8:0:1::1", 8),
            ("::1", 8),
        ] {
            taken.push(take_all(&seats, of));
            assert_eq!(taken.last().map(Vec::len), Some(expected), "{of}");
        }
        assert!(seats.take(address("192.0.2.9")).is_none(), "there are no more");
        taken.pop();
        assert!(seats.take(address("192.0.2.9")).is_some());
        taken.clear();
        assert!(seats.taken.lock().expect("no panic").is_empty());
    }
}
