//! Keyed hashes: a customer whose number is masked still counts as one, and a session from variables is recognised, but
//! without the key nobody can find out which it is. The key is made with the file and stays in it.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Half of a SHA-256.
pub(crate) type Hash = [u8; 16];

pub(super) struct Secret(Keyed);

impl Secret {
    const NAME: &'static str = "hash_key";

    pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice())
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))?;
        connection.execute("INSERT INTO meta VALUES (?1, ?2)", params![Self::NAME, key.as_slice()])?;
        Ok(())
    }

    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let read = "SELECT value FROM meta WHERE key = ?1";
        connection.query_row(read, [Self::NAME], |row| {
            Ok(Self(Keyed::by(&Zeroizing::new(row.get::<_, Vec<u8>>(0)?))))
        })
    }

    /// The hash of a text for one purpose; those of other purposes cannot be compared with it.
    pub(super) fn hash(&self, purpose: &str, text: &str) -> Hash {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0.hash(&[purpose.as_bytes(), b"\0", text.as_bytes()])[..16]);
        half
    }

    /// The hash of a phone number, however it is written: with the code of the country or without.
    pub(super) fn of_customer(&self, number: &str) -> Option<Hash> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let significant =
            digits.get(digits.len().saturating_sub(10)..).filter(|digits| !digits.is_empty())?;
        Some(self.hash("customer", significant))
    }
}

/// HMAC-SHA256 (RFC 2104) under a key of at most 64 bytes, which both hashes have taken.
struct Keyed {
    inner: Sha256,
    outer: Sha256,
}

impl Keyed {
    fn by(key: &[u8]) -> Self {
        let taken = |with: u8| {
            let mut block = Zeroizing::new([with; 64]);
            block.iter_mut().zip(key).for_each(|(place, byte)| *place ^= byte);
            Sha256::new_with_prefix(*block)
        };
        Self { inner: taken(0x36), outer: taken(0x5C) }
    }

    /// The hash of the parts in a row.
    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let inner = parts.iter().fold(self.inner.clone(), Digest::chain_update);
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_hmac_of_rfc_4231() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ];
        for (key, text, expected) in cases {
            let keyed = Keyed::by(key);
            assert_eq!(hex(&keyed.hash(&[text])), expected);
            assert_eq!(hex(&keyed.hash(&[&text[..3], &text[3..]])), expected);
        }
    }

    #[test]
    fn a_customer_is_the_same_however_the_number_is_written() {
        let secret = Secret(Keyed::by(&[7; 32]));
        let hash = |number| secret.of_customer(number);
        assert!(hash("+91 98765 43210").is_some());
        assert_eq!(hash("+91 98765 43210"), hash("09876543210"));
        assert_ne!(hash("9876543210"), hash("9876543211"));
        assert_eq!((hash(""), hash("withheld")), (None, None));
        let other = Secret(Keyed::by(&[8; 32]));
        assert_ne!(hash("9876543210"), other.of_customer("9876543210"));
    }
}
