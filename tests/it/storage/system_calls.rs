//! The program under `strace`: which system calls it makes, and what happens when one of them fails
//! or is its last.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Ran, World};

/// Whatever touches files. Names that another architecture lacks are passed over by the `?`.
const FILE_CALLS: &str = "?open,openat,?creat,write,?pwrite64,?writev,fsync,fdatasync,?rename,renameat,?renameat2,\
    ?unlink,unlinkat,?mkdir,mkdirat,?chmod,fchmod,fchmodat,?link,?linkat,?symlink,ftruncate,flock,close,\
    ?getdents64,?stat,?lstat,fstat,?newfstatat,?statx,?readlink,?readlinkat";

/// One system call of a run.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// Among the calls of that name, from 1: what `strace` counts by.
    pub(super) nth: usize,
    /// With its arguments, each file by its path, and its result.
    pub(super) text: String,
}

impl Call {
    /// The name without how its paths are given: `renameat` is a `rename`.
    pub(super) fn what(&self) -> &str {
        if self.name.starts_with("rename") { "rename" } else { &self.name }
    }

    /// Whether it makes or changes something, rather than looking at it.
    pub(super) fn is_change(&self) -> bool {
        match self.name.as_str() {
            "open" | "openat" | "creat" => {
                ["O_CREAT", "O_WRONLY", "O_RDWR"].iter().any(|it| self.text.contains(it))
            }
            name => ["write", "sync", "rename", "unlink", "mkdir", "chmod", "link", "truncate"]
                .iter()
                .any(|it| name.contains(it)),
        }
    }
}

/// Runs with this on stdin, the calls of the first thread written to a file outside the home.
pub(super) fn trace(world: &World, line: &str, input: &str) -> (Ran, Vec<Call>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap().to_owned();
    let ran = under_strace(
        world,
        line,
        input,
        &["-y", "-s", "0", "-o", &path, "-e", &format!("trace={FILE_CALLS}")],
    );
    let mut calls: Vec<Call> = vec![];
    for text in fs::read_to_string(&path).unwrap().lines() {
        let Some((name, _)) = text.split_once('(') else { continue };
        let nth = calls.iter().filter(|call| call.name == name).count() + 1;
        calls.push(Call { name: name.to_owned(), nth, text: text.to_owned() });
    }
    assert!(!calls.is_empty(), "strace saw nothing\n{ran}");
    (ran, calls)
}

/// The calls of `trace` that name a file below the home.
pub(super) fn in_home(world: &World, calls: Vec<Call>) -> Vec<Call> {
    let home = world.home().to_str().unwrap();
    calls.into_iter().filter(|call| call.text.contains(home)).collect()
}

/// Runs with one call made to fail, or to be the last: `error=EIO`, `signal=KILL`.
pub(super) fn run_with_fault(world: &World, line: &str, input: &str, call: &Call, fault: &str) -> Ran {
    let inject = format!("inject={}:{fault}:when={}", call.name, call.nth);
    under_strace(
        world,
        line,
        input,
        &["-o", "/dev/null", "-e", &format!("trace={}", call.name), "-e", &inject],
    )
}

fn under_strace(world: &World, line: &str, input: &str, options: &[&str]) -> Ran {
    let command = world.command(line.split_whitespace());
    let mut strace = tracer();
    strace.args(options).args(["-e", "signal=none"]).arg(command.get_program()).args(command.get_args());
    strace.env_clear().current_dir(world.home()).stdin(Stdio::piped());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut running = world.start(strace);
    use std::io::Write;
    let _ = running.child.stdin.take().unwrap().write_all(input.as_bytes());
    running.end()
}

/// The program lets nobody look into it but root; anybody else becomes root of a namespace of their own.
fn tracer() -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new("strace");
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "strace"]);
    command
}
