//! A process is killed at each system call by which it touches the journal.

use super::*;

/// Kills at every `stride`th call, and returns at how many.
fn kill_writers(template: &Folder, before: i64, stride: usize) -> usize {
    let calls = calls("write", &copy_of(template));
    let mut killed = 0;
    for call in calls.iter().step_by(stride) {
        let folder = copy_of(template);
        let (output, text) = call.injected("signal=KILL", "", "write", &folder.path());
        assert!(!output.status.success(), "it was killed at {}\n{text}", call.text);
        let committed = i64::try_from(text.matches("committed").count()).expect("few");
        let opened = folder.try_open(Mode::Create).expect("opened").expect("made");
        assert_eq!(opened.set_aside, None, "after {}", call.text);
        let journal = opened.journal;
        let kept = assert_prefix(&journal);
        let range = before + committed..=before + committed + 1;
        assert!(range.contains(&kept), "{kept} of {range:?} after {}", call.text);
        // The next one goes on where that one ended.
        let agent = journal.with_asha();
        let run = journal.run();
        journal.record(&nth_round(run, agent, kept)).expect("written");
        assert_eq!(assert_prefix(&journal), kept + 1);
        killed += 1;
    }
    killed
}

/// The same while a file is brought to another version.
fn kill_migrations(template: &Folder, before: i64, stride: usize) -> usize {
    let calls = calls("migrate", &copy_of(template));
    let steps = upgrades::and(NEXT);
    let mut killed = 0;
    for call in calls.iter().step_by(stride) {
        let folder = copy_of(template);
        let (output, text) = call.injected("signal=KILL", "", "migrate", &folder.path());
        assert!(!output.status.success(), "it was killed at {}\n{text}", call.text);
        // Whichever version it has now, either program can go on.
        let again = copy_of(&folder);
        if !text.contains("committed")
            && let Ok(Some(opened)) = folder.try_open(Mode::Existing)
        {
            assert_eq!((opened.set_aside, assert_prefix(&opened.journal)), (None, before), "{}", call.text);
        }
        let opened = Journal::open_with(&again.path(), Mode::Existing, settings(), at(0), &steps);
        let opened = opened.expect("opened").expect("there");
        assert_eq!((opened.set_aside, assert_prefix(&opened.journal)), (None, before), "{}", call.text);
        let version: i64 = opened
            .journal
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("read");
        assert_eq!(version, upgrades::this() + 1);
        killed += 1;
    }
    killed
}

#[test]
fn a_kill_at_every_fortieth_call_loses_nothing_that_was_committed() {
    kill_writers(&template(5), 5, 40);
    kill_writers(&Folder::new(), 0, 40);
    kill_migrations(&template(5), 5, 40);
}

#[test]
#[ignore = "takes minutes: `cargo test --lib -- --ignored journal`"]
#[expect(clippy::print_stdout, reason = "the counts are wanted")]
fn a_kill_at_every_call_loses_nothing_that_was_committed() {
    println!("writing: killed at {} calls", kill_writers(&template(5), 5, 1));
    println!("the first file: killed at {} calls", kill_writers(&Folder::new(), 0, 1));
    println!("another version: killed at {} calls", kill_migrations(&template(5), 5, 1));
}
