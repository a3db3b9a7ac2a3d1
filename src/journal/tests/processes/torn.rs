//! The log as a power cut may leave it: cut off anywhere, or with a bit that has changed.

use std::os::unix::fs::PermissionsExt;

use super::*;

const PAGE: usize = 4096;
/// Before each page in the log, and at its beginning.
const FRAME_HEAD: usize = 24;
const LOG_HEAD: usize = 32;

/// The file and the log of a journal of so many commits, of which the log has all.
fn unfinished(commits: i64) -> (Vec<u8>, Vec<u8>) {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    journal.write_back().expect("written");
    journal.connection.pragma_update(None, "wal_autocheckpoint", 0).expect("off");
    for nth in 0..commits {
        journal.record(&nth_round(run, agent, nth)).expect("written");
    }
    let log = super::super::place::beside(&folder.path(), "-wal");
    let both = (fs::read(folder.path()).expect("read"), fs::read(log).expect("read"));
    assert!(both.1.len() > LOG_HEAD + usize::try_from(commits).expect("few") * (FRAME_HEAD + PAGE));
    both
}

/// Opens what is left, as the program would; returns how many commits there are, or `None` if it was set aside.
fn open_left(file: &[u8], log: &[u8]) -> Option<i64> {
    let folder = Folder::new();
    private_folder(&folder.path());
    for (path, bytes) in [(folder.path(), file), (super::super::place::beside(&folder.path(), "-wal"), log)] {
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    }
    let opened = folder.try_open(Mode::Existing).expect("opened").expect("there");
    match opened.set_aside {
        None => Some(assert_prefix(&opened.journal)),
        Some(aside) => {
            assert!(aside.exists() && opened.journal.all().is_empty());
            None
        }
    }
}

fn private_folder(path: &Path) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
}

/// Cuts the log at the end of every `stride`th frame, one byte before and one after; returns how often.
fn cut(commits: i64, stride: usize) -> usize {
    let (file, log) = unfinished(commits);
    let mut kept = 0;
    let mut cuts = 0;
    for frame in (0..=(log.len() - LOG_HEAD) / (FRAME_HEAD + PAGE)).step_by(stride) {
        let end = LOG_HEAD + frame * (FRAME_HEAD + PAGE);
        for length in [end - 1, end, end + 1] {
            let now = open_left(&file, &log[..length.min(log.len())]).expect("nothing is damaged");
            assert!(now >= kept, "a longer log holds no less");
            kept = now;
            cuts += 1;
        }
    }
    assert_eq!(open_left(&file, &log), Some(commits));
    cuts
}

/// Changes a bit of the log in `times` places; returns how often all commits were there nevertheless.
fn flip(commits: i64, times: usize) -> usize {
    let (file, log) = unfinished(commits);
    let mut dice: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut whole = 0;
    for _ in 0..times {
        // xorshift64
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let bit = usize::try_from(dice % u64::try_from(log.len() * 8).expect("small")).expect("small");
        let mut flipped = log.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let kept = open_left(&file, &flipped);
        assert!(kept.is_none_or(|kept| kept <= commits));
        whole += usize::from(kept == Some(commits));
    }
    whole
}

#[test]
fn a_log_that_is_cut_off_anywhere_leaves_the_first_commits() {
    cut(6, 3);
}

#[test]
fn a_bit_that_has_changed_in_the_log_leaves_the_first_commits() {
    flip(6, 40);
}

#[test]
#[ignore = "takes minutes: `cargo test --lib -- --ignored journal`"]
#[expect(clippy::print_stdout, reason = "the counts are wanted")]
fn a_log_that_is_cut_off_at_every_page_or_changed_in_10_000_bits_leaves_the_first_commits() {
    println!("{} ends of the log", cut(200, 1));
    println!("10,000 bits changed, of which {} made no difference", flip(200, 10_000));
}
