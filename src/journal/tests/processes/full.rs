//! A disk that is really full: a small file system in memory, in a namespace of its own.

use super::*;

const ON_A_FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=400k,mode=700 none "$PLACE"
run() { env JOURNAL_FILE="$PLACE/state/journal.db" JOURNAL_DEED="$1" "$ME" --exact --ignored --nocapture \
    --test-threads=1 journal::tests::processes::child; }
run write
dd if=/dev/zero of="$PLACE/filler" bs=4k 2>/dev/null || :
set +e
run write
echo "ended with $?"
set -e
rm "$PLACE/filler"
run write
cp -a "$PLACE/state" "$OUTSIDE"
"#;

#[test]
fn on_a_full_disk_nothing_is_half_written_and_later_all_goes_on() {
    let (place, outside) = (tempfile::tempdir().expect("a folder"), Folder::new());
    let me = std::env::current_exe().expect("this program");
    let mut shell = Command::new("unshare");
    shell.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
    shell.args(["sh", "-c", ON_A_FULL_DISK]);
    shell.env("PLACE", place.path()).env("OUTSIDE", outside.folder.path()).env("ME", me);
    let output = shell.stdin(Stdio::null()).output().expect("started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}\n{errors}");
    // 101 is a panic of the test, not a signal.
    assert!(text.contains("ended with 101"), "{text}\n{errors}");
    assert!(errors.contains("Full {") || text.contains("Full {"), "{text}\n{errors}");
    let kept = assert_prefix(&outside.create());
    assert_eq!(kept, i64::try_from(text.matches("committed").count()).expect("few"), "{text}");
}
