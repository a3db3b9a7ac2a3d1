//! Each system call that changes a file of the home fails, for each reason a disk may have: the old
//! content stays, the exit code is 1, cause and path are named.

use super::system_calls::{Call, in_home, run_with_fault, trace};
use super::{Kept, LOGIN, assert_no_leftovers, copy_of, signed_in};
use crate::support::World;

/// Error names and what they are called.
const REASONS: [(&str, &str); 6] = [
    ("ENOSPC", "No space left on device"),
    ("EDQUOT", "Disk quota exceeded"),
    ("EIO", "Input/output error"),
    ("EROFS", "Read-only file system"),
    ("EACCES", "Permission denied"),
    ("EINTR", "Interrupted system call"),
];

/// The calls that change something on the way to the new content.
fn changes(world: &World, calls: Vec<Call>) -> Vec<Call> {
    let needed = |call: &Call| {
        // A leftover or a probe that cannot be removed hinders nobody; a failed `mkdir` of a folder that is
        // there is no failure.
        call.is_change() && !call.name.contains("unlink") && !call.text.contains("EEXIST")
    };
    in_home(world, calls).into_iter().filter(needed).collect()
}

/// Lets every `stride`th combination fail, and returns how many did.
fn refuse(template: &World, line: &str, input: &str, stride: usize) -> usize {
    let before = Kept::in_home(template);
    let done = copy_of(template);
    let (ran, calls) = trace(&done, line, input);
    ran.ended_with(0);
    let after = Kept::in_home(&done);
    let changes = changes(&done, calls);
    assert!(changes.len() >= 4, "{changes:?}");
    let combinations =
        changes.iter().enumerate().flat_map(|(at, call)| REASONS.map(|reason| (at, call, reason)));
    let mut refused = 0;
    for (at, call, (name, message)) in combinations.step_by(stride) {
        let world = copy_of(template);
        let ran = run_with_fault(&world, line, input, call, &format!("error={name}"));
        let kept = Kept::in_home(&world);
        assert_no_leftovers(&world);
        let what = format!("{name} at {}\n{ran}", call.text);
        refused += 1;
        // What was interrupted is tried again.
        if name == "EINTR" && ran.code == 0 {
            assert_eq!(kept, after, "{what}");
            continue;
        }
        assert_eq!(ran.code, 1, "{what}");
        assert!(ran.stderr.contains(message), "{what}");
        assert!(ran.stderr.contains(world.home().to_str().unwrap()), "{what}");
        // The list of profiles is the last that is written. Once it has its new name, only the sync of the
        // folder can fail: the new content stays, and is reported as what may not outlast a power failure.
        let is_in_place =
            at + 1 == changes.len() && call.name == "fsync" && changes[at - 1].what() == "rename";
        if is_in_place && call.text.contains(".config") {
            assert!(kept == after && ran.stderr.contains("power failure"), "{what}");
        } else {
            assert_eq!(kept, before, "{what}");
        }
    }
    refused
}

#[expect(clippy::print_stdout, reason = "the counts are asked for")]
fn all(stride: usize) {
    let template = signed_in();
    let login = format!("{LOGIN} 222 --profile asha");
    for (template, line, input) in [
        (&template, login.as_str(), "token-of-222"),
        (&World::new(), login.as_str(), "token-of-222"),
        (&template, "profiles --default ravi", ""),
        (&template, "config set jobs 8", ""),
    ] {
        println!("{line}: {} calls refused", refuse(template, line, input, stride));
    }
}

#[test]
fn a_change_that_the_system_refuses_leaves_the_old_content_and_is_reported() {
    all(11);
}

#[test]
#[ignore = "takes minutes: `cargo test --test it -- --ignored storage`"]
fn every_change_that_the_system_refuses_leaves_the_old_content_and_is_reported() {
    all(1);
}
