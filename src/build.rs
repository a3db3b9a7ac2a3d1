//! Has the linker leave out what takes room and is of no use, where the program is for a machine like this one.
//!
//! The 22,000 addresses in the program's tables that are set as it starts are packed: they take 10 kB instead of half a
//! megabyte. Loaders know that form since glibc 2.36.
//!
//! A release has no index of the places from which functions are called, which takes 115 kB: a panic ends the process where it
//! is reported, and without the names that `strip` removes, a backtrace says nothing. The part of the compiler's library that would
//! read that index is linked into the program: to load the library takes a twentieth of the time of a request.

#![allow(clippy::print_stdout)] // That is how cargo hears it.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let is_for_such_a_machine = env::var("TARGET") == env::var("HOST")
        && env::var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu");
    if is_for_such_a_machine && env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
        if has_library("libgcc_eh.a") {
            println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
    if is_for_such_a_machine && loader().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Whether the C compiler, which links the program, has a library.
fn has_library(name: &str) -> bool {
    let asked = Command::new("cc").arg(format!("-print-file-name={name}")).output();
    asked.is_ok_and(|asked| Path::new(String::from_utf8_lossy(&asked.stdout).trim()).is_absolute())
}

/// The version of the C library, which the loader belongs to.
fn loader() -> Option<(u32, u32)> {
    let asked = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let answer = String::from_utf8(asked.stdout).ok()?;
    let (major, rest) = answer.trim().strip_prefix("glibc ")?.split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
