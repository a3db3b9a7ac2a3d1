//! Random numbers that are the same for the same seed (`SplitMix64`).

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x9E37_79B9_7F4A_7C15)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `end`.
    pub(crate) fn below(&mut self, end: i64) -> i64 {
        (self.roll() % end.unsigned_abs().max(1)).cast_signed()
    }

    pub(crate) fn happens(&mut self, per_mille: i64) -> bool {
        self.below(1000) < per_mille
    }

    /// A place in a list of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(i64::try_from(length).expect("small"))).expect("not negative")
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 24)).unwrap_or_default()) / f64::from(1_u32 << 24)
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(i64::try_from(last).expect("small") + 1);
            items.swap(last, usize::try_from(other).expect("not negative"));
        }
    }
}
