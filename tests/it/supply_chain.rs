//! What the program is built from: where it comes from, how much it is, and what of it runs while building.
//! cargo-deny, called by `.ci/run`, checks licences, sources and duplicates by `.ci/deny.toml`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

/// Crates in the program on Linux, those that only build it included. More than this needs a reason.
const MOST_CRATES: usize = 295;

/// Crates that run a program of their own while this one is built, tests included.
const BUILD_SCRIPTS: &str = "
    anyhow async-io constant_time_eq crc32fast crossbeam-utils deepcall encoding_rs getrandom httparse icu_normalizer_data icu_properties_data libc libm
    libsqlite3-sys nix
    num-traits oid-registry parking_lot_core portable-atomic proc-macro2 proc-macro2-diagnostics quote ring rustix rustls rustversion
    serde serde_core serde_json signal-hook thiserror zmij
";

/// Crates that run inside the compiler, tests included.
const PROC_MACROS: &str = "
    asn1-rs-derive asn1-rs-impl async-recursion async-trait clap_derive darling_macro der_derive
    derive_more-impl displaydoc document-features enumflags2_derive futures-macro indoc
    instability jiff-static maud_macros multiversion_no_op palette_derive
    rustversion serde_derive serde_repr strum_macros thiserror-impl time-macros tokio-macros
    tracing-attributes yoke-derive zbus_macros zeroize_derive zerofrom-derive zerovec-derive zvariant_derive
";

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn toml(path: &str) -> toml::Table {
    file(path).parse().unwrap()
}

/// The packages of the lock file.
fn locked() -> Vec<toml::Value> {
    toml("Cargo.lock")["package"].as_array().unwrap().clone()
}

/// What cargo prints, without asking the network.
fn cargo(command: &str, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args([command, "--locked", "--offline"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The packages that take part on Linux, tests included.
fn built() -> Vec<Value> {
    let text = cargo("metadata", &["--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]);
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let ids: BTreeSet<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.filter(|package| ids.contains(package["id"].as_str().unwrap())).cloned().collect()
}

#[test]
fn every_crate_comes_from_one_registry_with_its_checksum() {
    let packages = locked();
    let ours = packages.iter().filter(|package| package.get("source").is_none()).count();
    assert_eq!(ours, 1, "only the program itself is built from a folder");
    let others = packages.iter().filter_map(|package| Some((package, package.get("source")?.as_str()?)));
    for (package, source) in others {
        assert!(source.starts_with("registry+") && package.get("checksum").is_some(), "{package}");
    }
    let sources: BTreeSet<&str> =
        packages.iter().filter_map(|package| package.get("source")?.as_str()).collect();
    assert_eq!(sources.len(), 1, "{sources:?}");
}

#[test]
fn no_crate_is_older_than_the_floor_that_an_advisory_set() {
    let rules = toml(".ci/deny.toml");
    let denied = rules["bans"]["deny"].as_array().unwrap();
    let mut floors = 0;
    for spec in denied.iter().map(|rule| rule["crate"].as_str().unwrap()).filter(|spec| spec.contains('<')) {
        // After an `@`, cargo-deny reads one version and not a range, and would find nothing.
        let (name, floor) = spec.split_once(":<").unwrap_or_else(|| panic!("{spec} is no range"));
        floors += 1;
        for package in locked().iter().filter(|package| package["name"].as_str() == Some(name)) {
            let version = package["version"].as_str().unwrap();
            assert!(numbers(version) >= numbers(floor), "{name} {version} is older than {floor}");
        }
    }
    assert!(floors >= 6, "{floors} floors");
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['-', '+']).next().unwrap().split('.').map(|number| number.parse().unwrap()).collect()
}

#[test]
fn what_runs_while_building_is_named() {
    let packages = built();
    let running = |kind: &str| -> BTreeSet<String> {
        let has_kind = |target: &Value| target["kind"].as_array().unwrap().iter().any(|known| known == kind);
        let running =
            packages.iter().filter(|package| package["targets"].as_array().unwrap().iter().any(has_kind));
        running.map(|package| package["name"].as_str().unwrap().to_owned()).collect()
    };
    for (kind, named) in [("custom-build", BUILD_SCRIPTS), ("proc-macro", PROC_MACROS)] {
        let named: BTreeSet<String> = named.split_whitespace().map(str::to_owned).collect();
        let running = running(kind);
        let new: Vec<_> = running.difference(&named).collect();
        let gone: Vec<_> = named.difference(&running).collect();
        assert!(new.is_empty(), "look at the {kind} of {new:?}, then name them here");
        assert!(gone.is_empty(), "no {kind} any more: {gone:?}");
    }
}

#[test]
fn the_program_is_built_from_no_more_crates_than_documented() {
    let tree = cargo("tree", &["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let others = crates.len() - 1;
    assert!(others > 100 && others <= MOST_CRATES, "{others} crates");
    let sentence = format!("at most {MOST_CRATES} crates");
    assert!(
        file("docs/reliability.md").contains(&sentence),
        "docs/reliability.md does not contain {sentence:?}"
    );
}
