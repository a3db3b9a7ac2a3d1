//! The program is killed at each system call that touches a file of the home: old or new content is
//! there, never empty or mixed, and the next run works and clears away what was left.

use std::collections::BTreeSet;

use super::system_calls::{in_home, run_with_fault, trace};
use super::{Kept, LOGIN, assert_no_leftovers, copy_of, signed_in};
use crate::support::World;

/// What is run, and what is on its stdin.
struct Step {
    line: String,
    input: &'static str,
}

fn steps() -> [Step; 6] {
    let login = |user: &str| format!("{LOGIN} {user} --profile asha");
    [
        Step { line: login("222"), input: "token-of-222" },
        // The profile moves to another server, and leaves a secret behind that has to go.
        Step { line: format!("{} --server https://lab.example", login("222")), input: "token-of-222" },
        Step { line: "logout --profile asha".to_owned(), input: "" },
        Step { line: "logout --all".to_owned(), input: "" },
        Step { line: "profiles --default ravi".to_owned(), input: "" },
        Step { line: "config set jobs 8".to_owned(), input: "" },
    ]
}

/// Kills every `stride`th time, and returns how often.
fn kill(template: &World, step: &Step, stride: usize) -> usize {
    let before = Kept::in_home(template);
    let done = copy_of(template);
    let (ran, calls) = trace(&done, &step.line, step.input);
    ran.ended_with(0);
    let after = Kept::in_home(&done);
    let calls = in_home(&done, calls);
    assert!(calls.len() > 10, "{calls:?}");
    let mut killed = 0;
    for call in calls.iter().step_by(stride) {
        let world = copy_of(template);
        let ran = run_with_fault(&world, &step.line, step.input, call, "signal=KILL");
        assert_eq!((ran.code, ran.stdout.as_str()), (-1, ""), "it was killed at {}\n{ran}", call.text);
        let kept = Kept::in_home(&world);
        for name in ["asha", "ravi"] {
            let of = |kept: &Kept| (kept.listed.get(name).cloned(), kept.secrets.get(name).cloned());
            let (now, old, new) = (of(&kept), of(&before), of(&after));
            assert!(now.0 == old.0 || now.0 == new.0, "{now:?} at {}", call.text);
            assert!(now.1 == old.1 || now.1 == new.1, "{now:?} at {}", call.text);
        }
        assert!(kept.default == before.default || kept.default == after.default);
        assert_no_secret_is_lost(&world, &kept, &call.text);
        assert!(kept.config == before.config || kept.config == after.config, "{kept:?}");
        // What was interrupted is done by the next run, but for a logout that came to its end.
        let again = world.run_with_input(&step.line, step.input);
        assert!(again.code == 0 || kept == after && step.line.starts_with("logout"), "{again}");
        assert_eq!(Kept::in_home(&world), after, "after {}", call.text);
        // Other writers clear away what anybody left where they write.
        world.run("config set jobs 6").ended_with(0);
        world.run_with_input(&format!("{LOGIN} 444 --profile meera"), "token-of-444").ended_with(0);
        assert_no_leftovers(&world);
        killed += 1;
    }
    killed
}

/// Each secret has a profile that names it, or a note by which the next login, whichever it is, removes it.
#[track_caller]
fn assert_no_secret_is_lost(world: &World, kept: &Kept, call: &str) {
    let known: BTreeSet<_> = kept.named.union(&kept.noted).cloned().collect();
    assert!(kept.stored.is_subset(&known), "nobody knows of a secret after {call}: {kept:?}");
    let other = copy_of(world);
    other.run_with_input(&format!("{LOGIN} 444 --profile meera"), "token-of-444").ended_with(0);
    let kept = Kept::in_home(&other);
    assert!(kept.noted.is_empty() && kept.stored.is_subset(&kept.named), "{kept:?} after {call}");
}

#[test]
fn a_kill_at_every_fourteenth_call_leaves_the_old_or_the_new_content() {
    let template = signed_in();
    for step in steps() {
        kill(&template, &step, 14);
    }
    kill(&World::new(), &steps()[0], 14);
}

#[test]
#[ignore = "takes minutes: `cargo test --test it -- --ignored storage`"]
#[expect(clippy::print_stdout, reason = "the counts are asked for")]
fn a_kill_at_every_call_leaves_the_old_or_the_new_content() {
    let template = signed_in();
    for step in steps() {
        println!("{}: killed at {} calls", step.line, kill(&template, &step, 1));
    }
    println!("the first login of all: killed at {} calls", kill(&World::new(), &steps()[0], 1));
}
