//! Who calls and is called: invented people with numbers that are not in use.

use crate::sandbox::floor::chance::Chance;

/// A customer, known by a number below [`CUSTOMERS`]: the same one has the same name and phone every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Customer(i64);

const CUSTOMERS: i64 = 800;

const NAMES: [&str; 20] = [
    "Rahul Mehta",
    "Sneha Iyer",
    "विकास गुप्ता",
    "Farhan Qureshi",
    "Deepa Menon",
    "Anil Kapoor",
    "கார்த்திக் ராஜன்",
    "Mary Fernandes",
    "Harpreet Kaur",
    "Vikram Rao",
    "রিনা সেন",
    "Suresh Patil",
    "Neha Joshi",
    "Imran Shaikh",
    "श्रुति देशपांडे",
    "Tenzin Dorjee",
    "Pooja Bhatt",
    "عائشہ صدیقی",
    "Rohit Chawla",
    "Elena Müller",
];

impl Customer {
    pub(crate) fn drawn_by(chance: &mut Chance) -> Self {
        Self(chance.between(0, CUSTOMERS - 1))
    }

    pub(crate) fn name(self) -> &'static str {
        usize::try_from(self.0).map_or(NAMES[0], |number| NAMES[number % NAMES.len()])
    }

    /// The number in one of the spellings that DeepCall itself mixes (`api.md` §8): mostly `91…` without a plus.
    pub(crate) fn phone(self) -> String {
        let local = self.local_phone();
        match self.0 % 10 {
            3 => format!("+91{local}"),
            7 => format!("0{local}"),
            _ => format!("91{local}"),
        }
    }

    /// The ten digits that stay the same in every spelling.
    pub(crate) fn local_phone(self) -> String {
        format!("90000{:05}", 10_000 + self.0 * 97)
    }
}
