//! The oracles of the fuzz targets, on their seeds and on changed seeds: what `.ci/fuzz` does for hours, for a moment.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

#[path = "../../fuzz/oracles/mod.rs"]
mod oracles;

macro_rules! targets {
    ($($name:ident),*) => {
        const TARGETS: &[&str] = &[$(stringify!($name)),*];

        $(mod $name {
            use proptest::prelude::*;

            use super::oracles::$name::check;

            #[test]
            fn every_seed_passes() {
                super::seeds(stringify!($name)).iter().for_each(|seed| check(seed));
            }

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn every_changed_seed_passes(input in super::changed(super::seeds(stringify!($name)))) {
                    check(&input.0);
                }
            }
        })*
    };
}

targets!(argv, blob, config, delimited, http, redacted, reply, retry_after, sanitized, server_url, times);

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = folder("seeds").join(target);
    names(&folder).iter().map(|name| fs::read(folder.join(name)).unwrap()).collect()
}

struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// A seed with some bytes taken out, doubled, exchanged, or put in from another seed.
fn changed(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    let change = (0..5_u8, any::<Index>(), any::<Index>(), 0..40_usize, any::<u8>());
    let changes = prop::collection::vec(change, 0..8);
    (prop::sample::select(seeds.clone()), changes).prop_map(move |(mut input, changes)| {
        for (how, at, from, length, byte) in changes {
            let at = at.index(input.len() + 1);
            let end = (at + length).min(input.len());
            match how {
                0 => drop(input.drain(at..end)),
                1 => {
                    let piece = input[at..end].to_vec();
                    input.splice(at..at, piece);
                }
                2 => input.insert(at, byte),
                3 if at < end => input[at] = byte,
                _ => {
                    let other = from.get(&seeds);
                    let start = usize::from(byte) % (other.len() + 1);
                    let piece = other[start..(start + length).min(other.len())].to_vec();
                    input.splice(at..at, piece);
                }
            }
        }
        Input(input)
    })
}

#[test]
fn every_target_has_seeds_and_is_fuzzed() {
    let sources: Vec<String> = TARGETS.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&folder("fuzz_targets")), sources);
    assert_eq!(names(&folder("seeds")), TARGETS);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for name in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        assert!(!seeds(name).is_empty(), "{name} has no seeds");
    }
}
