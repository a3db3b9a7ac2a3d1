//! Numbers that look random and are always the same for the same key.

/// The odd constant of splitmix64: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A splitmix64 sequence, started by a key such as (seed, agent, stint).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(key: &[u64]) -> Self {
        Self(key.iter().fold(0, |state, part| mix(state ^ part.wrapping_add(STEP))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let choices = (high - low).max(0).cast_unsigned() + 1;
        low + (self.next() % choices).cast_signed()
    }

    /// True in this many of a hundred draws.
    pub(crate) fn comes_up(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, choices: &[T; N]) -> T {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is less than a usize")]
        let index = (self.next() % N as u64) as usize;
        choices[index]
    }
}

/// The finisher of splitmix64. It is a bijection: different numbers stay different.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
