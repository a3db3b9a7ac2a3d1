//! Signals that come while the program sets its handlers up: strace sends one at each call that changes a handler, in turn.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use crate::support::{FakeServer, NO_TAGS, Reply, World};

#[test]
fn a_signal_that_comes_as_a_handler_is_set_up_ends_the_program() {
    let server = FakeServer::in_turn([NO_TAGS.into(), Reply::SILENCE]);
    let world = World::signed_in(&server);
    let (status, record) = traced(&world, &[]);
    assert!(status.success(), "{status}\n{record}");
    let calls = record.matches("rt_sigaction(").count();
    for (name, number, code) in [("INT", 2, 130), ("TERM", 15, 143), ("HUP", 1, 143)] {
        let (mut killed, mut ended) = (0, 0);
        for call in 1..=calls {
            let inject = format!("inject=rt_sigaction:signal={name}:when={call}");
            let (status, record) = traced(&world, &["-e", &inject]);
            assert!(record.contains(&format!("--- SIG{name} ")), "{call}: {status}\n{record}");
            match (status.signal(), status.code()) {
                (Some(signal), _) if signal == number => killed += 1,
                (None, Some(status)) if status == code => ended += 1,
                _ => panic!("SIG{name} at call {call} of {calls} was lost: {status}\n{record}"),
            }
        }
        assert!(killed > 0 && ended > 0, "SIG{name}: killed {killed}, ended {ended}");
    }
}

/// How the program ends under strace with these options, and its calls that change a handler.
fn traced(world: &World, options: &[&str]) -> (ExitStatus, String) {
    let record = world.home().join("record");
    let program = world.command(["tags", "--timeout", "30s"]);
    let mut strace = Command::new("strace");
    strace.args(["-e", "trace=rt_sigaction"]).args(options).arg("-o").arg(&record);
    strace.arg(program.get_program()).args(program.get_args());
    strace.env_clear().current_dir(world.home()).stdin(Stdio::null());
    strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let status = strace.output().unwrap().status;
    (status, std::fs::read_to_string(&record).unwrap())
}
