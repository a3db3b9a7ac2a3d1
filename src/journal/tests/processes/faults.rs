//! The disk is full, fails or may not be written, at each call that changes something, once and for a while.

use super::*;

const REASONS: [&str; 5] = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EACCES"];

/// Lets every `stride`th combination fail, and returns how many did.
fn fail(template: &Folder, before: i64, stride: usize) -> usize {
    let calls: Vec<Call> = calls("persist", &copy_of(template)).into_iter().filter(Call::is_change).collect();
    // Once, and then for as long as a few tries take.
    let combinations =
        calls.iter().flat_map(|call| REASONS.map(|reason| (call, reason))).flat_map(|(call, reason)| {
            ["", "..+1"].map(|times| {
                let times = if times.is_empty() { String::new() } else { format!("..{}", call.nth + 5) };
                (call, reason, times)
            })
        });
    let mut failed = 0;
    for (call, reason, times) in combinations.step_by(stride) {
        let folder = copy_of(template);
        let (output, text) = call.injected(&format!("error={reason}"), &times, "persist", &folder.path());
        let what =
            format!("{reason} at {}{times}\n{text}{}", call.text, String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && text.contains("done\n"), "{what}");
        // Nobody hears of a database, or that it is locked.
        assert!(!text.contains("database"), "{what}");
        let opened = folder.try_open(Mode::Create).expect("opened").expect("made");
        assert_eq!(opened.set_aside, None, "{what}");
        assert_eq!(assert_prefix(&opened.journal), before + ROUNDS, "{what}");
        failed += 1;
    }
    failed
}

#[test]
fn what_the_disk_refuses_is_written_once_it_takes_it() {
    fail(&template(5), 5, 37);
    fail(&Folder::new(), 0, 37);
}

#[test]
#[ignore = "takes minutes: `cargo test --lib -- --ignored journal`"]
#[expect(clippy::print_stdout, reason = "the counts are wanted")]
fn all_that_the_disk_refuses_is_written_once_it_takes_it() {
    println!("writing: {} faults", fail(&template(5), 5, 1));
    println!("the first file: {} faults", fail(&Folder::new(), 0, 1));
}
