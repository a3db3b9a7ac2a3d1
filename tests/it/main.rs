//! Tests of the whole program: in-process through `deepcall::run`, as the real binary, and on a
//! pseudo-terminal. One binary, so that it links once.

#![allow(unreachable_pub, reason = "a test binary exports nothing")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::pedantic, reason = "what a test shows matters more than how")]

mod support;

mod allocations;
mod board;
mod board_input;
mod break_status;
mod completing;
mod config;
mod dead_server;
mod docs;
mod doctor;
mod early_signals;
mod exit_codes;
mod faults;
mod formats;
mod frugal;
mod fuzzed;
mod generated;
mod help;
mod hostile_text;
mod identity;
mod journal;
mod json_cases;
mod keepassxc;
mod keyring;
mod keyring_troubles;
mod layers;
mod masks;
mod never_deaf;
mod notices;
mod options;
mod owners;
mod package;
mod pictures;
mod ping;
mod planted_leaks;
mod process;
mod profile_names;
mod prompt;
mod python_readings;
mod record;
mod sandbox;
mod secrets;
mod serve;
mod sessions;
mod settings;
mod shapes;
mod shift;
mod status;
mod storage;
mod stream;
mod supply_chain;
mod tables;
mod tags;
mod team_logins;
mod terminal;
mod today;
mod watch;
mod widths;
mod wrapup;

#[test]
fn every_file_is_a_module_of_this_binary() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else { continue };
        assert!(listed.contains(&format!("mod {module};")), "tests/it/{name} is not listed in main.rs");
    }
}
