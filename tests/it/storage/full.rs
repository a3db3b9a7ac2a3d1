//! A disk that is full, a stream that takes nothing, a file that may not grow.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use super::{Kept, LOGIN, assert_no_leftovers, signed_in};
use crate::support::World;

const FORMATS: [&str; 5] = ["table", "json", "ndjson", "csv", "tsv"];

/// A small file system in memory over the home, in a namespace of its own. Prints what was kept.
const ON_A_FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=64k,mode=700 none "$HOME"
cd "$HOME"
printf token-of-111 | deepcall $LOGIN 111 --profile asha >/dev/null 2>&1
before=$(find . -type f -exec sha256sum {} + | sort)
cat /dev/zero > filler 2>/dev/null || :
set +e
printf token-of-222 | deepcall $LOGIN 222 --profile asha >/dev/null
code=$?
deepcall profiles --default asha >/dev/null
echo "$code $?"
rm filler
[ "$before" = "$(find . -type f -exec sha256sum {} + | sort)" ] && echo unchanged
printf token-of-222 | deepcall $LOGIN 222 --profile asha >/dev/null 2>&1
echo $?
"#;

#[test]
fn on_a_full_disk_the_old_session_stays() {
    let world = World::new().with("LOGIN", LOGIN);
    let mut shell = world.shell("unshare");
    shell.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
    shell.args(["sh", "-c", ON_A_FULL_DISK]);
    let ran = world.start(shell).end().ended_with(0);
    // Another default writes a file as well; the last login finds room again.
    assert_eq!(ran.stdout, "1 1\nunchanged\n0\n", "{ran}");
    assert!(ran.stderr.contains("No space left on device") && ran.stderr.contains("/sessions/"), "{ran}");
}

#[test]
fn a_stream_that_takes_nothing_is_a_failure_in_every_format() {
    let world = signed_in();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut lines =
        vec!["profiles".to_owned(), "explain 1044".to_owned(), "schema tags".to_owned(), "--help".to_owned()];
    for format in FORMATS {
        lines.push(format!("tags --sandbox -o {format}"));
        lines.push(format!("break-status --sandbox --all -o {format}"));
    }
    for line in lines {
        let mut command = world.command(line.split(' '));
        let output = command.stdout(full()).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            errors.contains("cannot write the output") && errors.contains("No space left"),
            "{line}: {errors}"
        );
    }
    for format in FORMATS {
        // `-v` writes to stderr. Where that takes nothing, a command that has succeeded has succeeded.
        for (stdout, code) in [(Stdio::null(), 0), (Stdio::from(full()), 1)] {
            let mut command = world.command(["tags", "--sandbox", "-v", "-o", format]);
            let status = command.stdout(stdout).stderr(full()).status().unwrap();
            assert_eq!(status.code(), Some(code), "{format}");
        }
    }
    // What went wrong before keeps its exit code.
    let status = world.command(["tags", "--profile", "nobody"]).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// Runs a script in a shell that lets files grow to `blocks` times 512 bytes.
fn limited(world: &World, blocks: usize, script: &str) -> std::process::Output {
    let mut shell: Command = world.shell("sh");
    shell.args(["-c", &format!("ulimit -f {blocks}; {script}")]);
    shell.output().unwrap()
}

#[test]
fn a_file_that_may_not_grow_is_a_failure_and_no_crash() {
    let world = signed_in();
    let before = Kept::in_home(&world);
    let output = limited(&world, 0, &format!("printf token-of-222 | deepcall {LOGIN} 222 --profile asha"));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("File too large") && errors.contains("/sessions/"), "{errors}");
    assert_eq!(Kept::in_home(&world), before);
    assert_no_leftovers(&world);
    for format in FORMATS {
        let output = limited(&world, 1, &format!("deepcall tags --sandbox --all -o {format} > answer"));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{format}: {errors}");
        assert!(errors.contains("cannot write the output") && errors.contains("File too large"), "{errors}");
    }
}
