//! The key to the wall: a program sends it with each request, a browser once, for a cookie. And how often somebody may be
//! wrong.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use crate::output::text::redact::encodings::base64;
use crate::store::Secret;

/// In bytes; 192 bits are 32 characters of base64 without padding.
const LENGTH: usize = 24;

/// At least 128 bits.
const SHORTEST: usize = 22;

const LONGEST: usize = 256;

pub(crate) struct Key {
    text: Secret,
    /// What is compared: it has one length, and shows nothing of the key by how long a comparison takes.
    digest: [u8; 32],
    session: Secret,
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = zeroize::Zeroizing::new([0; LENGTH]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self::of(base64_for_urls(bytes.as_slice())))
    }

    /// One that was kept.
    ///
    /// # Errors
    /// If it is too short to be safe, or could not be sent in a header or an address.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(is_usual) {
            return Ok(Self::of(text.to_owned()));
        }
        Err(format!("one has {SHORTEST} to {LONGEST} letters, digits, - or _, and nothing else"))
    }

    fn of(text: String) -> Self {
        let digest = Sha256::digest(text.as_bytes()).into();
        // The same after a restart with the same key, so that browsers stay signed in; the key cannot be found by it.
        let session = Sha256::new_with_prefix(b"deepcall serve: session\0").chain_update(text.as_bytes());
        let session = Secret::new(base64_for_urls(&session.finalize()[..30]));
        Self { text: Secret::new(text), digest, session }
    }

    pub(crate) fn text(&self) -> &Secret {
        &self.text
    }

    /// The value of a browser's cookie.
    pub(crate) fn session(&self) -> &Secret {
        &self.session
    }

    pub(super) fn is(&self, text: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        self.digest.ct_eq(&digest).into()
    }

    pub(super) fn is_session(&self, text: &str) -> bool {
        self.session.expose().as_bytes().ct_eq(text.as_bytes()).into()
    }
}

/// Of a multiple of three bytes, so that nothing is padded.
fn base64_for_urls(bytes: &[u8]) -> String {
    base64(bytes, 0).replace('+', "-").replace('/', "_")
}

/// Who has sent wrong keys lately.
#[derive(Default)]
pub(super) struct WrongKeys(Mutex<VecDeque<(Instant, IpAddr)>>);

impl WrongKeys {
    const WITHIN: Duration = Duration::from_secs(60);
    const OF_ADDRESS: usize = 10;
    /// It bounds the memory too.
    const OF_ALL: usize = 100;

    /// How long nobody at this address may try again, if so.
    pub(super) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|(at, _)| now.saturating_duration_since(*at) < Self::WITHIN);
        let address = neighbourhood(address);
        let mut own = tries.iter().filter(|(_, of)| *of == address);
        let first = if own.clone().count() >= Self::OF_ADDRESS {
            own.next()
        } else if tries.len() >= Self::OF_ALL {
            tries.front()
        } else {
            None
        };
        first.map(|(at, _)| Self::WITHIN.saturating_sub(now.saturating_duration_since(*at)))
    }

    /// How many there are now within the time of [`Self::wait`], of all.
    pub(super) fn add(&self, address: IpAddr, now: Instant) -> usize {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.push_back((now, neighbourhood(address)));
        tries.len()
    }
}

/// Whoever has one IPv6 address has the other 2⁶⁴ of its network too.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_key_is_random_long_enough_and_known_again() {
        let (one, other) = (Key::random().expect("random"), Key::random().expect("random"));
        assert_eq!(one.text().expose().len(), 32);
        assert!(one.is(one.text().expose()) && !one.is(other.text().expose()) && !one.is(""));
        let again = Key::parse(one.text().expose()).expect("a key");
        assert_eq!(again.session().expose(), one.session().expose(), "browsers stay signed in");
        assert!(one.is_session(again.session().expose()) && !one.is_session(other.session().expose()));
        assert!(!one.is_session("") && !one.is_session(one.text().expose()));
        assert_eq!(one.session().expose().len(), 40);
    }

    #[test]
    fn a_kept_key_that_is_short_or_has_other_characters_is_refused() {
        for wrong in ["", "short", "0123456789012345678901 ", "01234567890123456789012/", &"a".repeat(257)] {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Key::parse(&"a".repeat(22)).is_ok());
    }

    #[test]
    fn ten_wrong_keys_of_an_address_and_a_hundred_of_all_are_enough_for_a_minute() {
        let (wrong, start) = (WrongKeys::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..10 {
            assert_eq!(wrong.wait(address("192.0.2.1"), at(second)), None);
            wrong.add(address("192.0.2.1"), at(second));
        }
        assert_eq!(wrong.wait(address("192.0.2.1"), at(20)), Some(Duration::from_secs(40)));
        assert_eq!(wrong.wait(address("::ffff:192.0.2.1"), at(20)), Some(Duration::from_secs(40)));
        assert_eq!(wrong.wait(address("192.0.2.2"), at(20)), None);
        assert_eq!(wrong.wait(address("192.0.2.1"), at(60)), None);
        for number in 0..100_u8 {
            wrong.add(address(&format!("198.51.100.{number}")), at(61));
        }
        assert_eq!(wrong.wait(address("192.0.2.2"), at(71)), Some(Duration::from_secs(50)));
        assert_eq!(wrong.wait(address("192.0.2.2"), at(121)), None);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let (wrong, now) = (WrongKeys::default(), Instant::now());
        for number in 0..10 {
            wrong.add(address(&format!("2001:db8::{number}")), now);
        }
        assert!(wrong.wait(address("2001:db8::ffff"), now).is_some());
        assert!(wrong.wait(address("2001:db8:0:1::1"), now).is_none());
    }
}
