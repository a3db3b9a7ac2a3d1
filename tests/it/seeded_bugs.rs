//! The bugs that `.ci/seeded-bugs` puts into the program, which takes too long to be run for every change: each still
//! fits the source, so that the next run tries all of them.

use std::process::Command;

#[test]
fn each_seeded_bug_fits_the_source_and_names_a_test() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/seeded-bugs");
    let fitted = Command::new("/usr/bin/python3").args([script, "--fit"]).output().unwrap();
    let told = String::from_utf8_lossy(&fitted.stdout);
    assert_eq!(told, "20 fit\n", "{}", String::from_utf8_lossy(&fitted.stderr));
}
