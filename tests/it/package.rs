//! What is packed: the archive for cargo, and the lists by which `.ci/package` fills the `.deb` and the `.rpm`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// Where a file of the repository goes: its path, or a pattern for several, and the place in the system.
struct Asset {
    source: String,
    dest: String,
}

fn metadata(name: &str) -> toml::Value {
    let manifest: toml::Table = fs::read_to_string(format!("{TOP}/Cargo.toml")).unwrap().parse().unwrap();
    manifest["package"]["metadata"][name].clone()
}

fn deb() -> Vec<Asset> {
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let list = metadata("deb")["assets"].clone();
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| Asset { source: text(&row[0]), dest: format!("/{}", text(&row[1])) }).collect()
}

fn rpm() -> Vec<Asset> {
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let list = metadata("generate-rpm")["assets"].clone();
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| Asset { source: text(&row["source"]), dest: text(&row["dest"]) }).collect()
}

fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(format!("{TOP}/{folder}")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_man_page_is_packed_into_its_section() {
    for name in names_in("man") {
        let section = name.rsplit('.').next().unwrap();
        let dest = format!("/usr/share/man/man{section}/");
        for (assets, source) in
            [(deb(), format!("man/*.{section}")), (rpm(), format!("target/dist/stage/man/*.{section}.gz"))]
        {
            let is_packed = assets.iter().any(|asset| asset.source == source && asset.dest == dest);
            assert!(is_packed, "{name}: no line takes {source} to {dest}");
        }
    }
}

#[test]
fn every_completion_script_is_packed() {
    for name in names_in("completions") {
        for assets in [deb(), rpm()] {
            let asset = assets.iter().find(|asset| asset.source == format!("completions/{name}"));
            assert!(asset.is_some_and(|asset| asset.dest.starts_with("/usr/share/")), "{name}");
        }
    }
}

#[test]
fn both_packages_hold_the_same_and_name_nothing_that_is_not_there() {
    let packed = |assets: &[Asset]| -> BTreeSet<String> {
        let sources = assets.iter().map(|asset| {
            asset.source.replace("target/dist/stage/man/", "man/").trim_end_matches(".gz").to_owned()
        });
        sources.collect()
    };
    assert_eq!(packed(&deb()), packed(&rpm()));
    for source in packed(&deb()).iter().filter(|source| !source.starts_with("target/")) {
        let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
        let (head, tail) = name.split_once('*').unwrap_or((name, ""));
        let is_there = names_in(folder).iter().any(|known| known.starts_with(head) && known.ends_with(tail));
        assert!(is_there, "{source} is not there");
    }
}

#[test]
fn the_units_are_packed_where_systemd_finds_them_and_nothing_enables_them() {
    for assets in [deb(), rpm()] {
        for (unit, dest) in [("record", "/usr/lib/systemd/user/"), ("serve", "/usr/lib/systemd/system/")] {
            let source = format!("docs/systemd/deepcall-{unit}.service");
            let asset = assets.iter().find(|asset| asset.source == source);
            assert!(asset.is_some_and(|asset| asset.dest == dest), "{source}");
        }
    }
    let scripts = ["maintainer-scripts", "systemd-units", "triggers-file"];
    assert!(scripts.iter().all(|key| metadata("deb").get(key).is_none()));
    let scripts = ["pre_install_script", "post_install_script"];
    assert!(scripts.iter().all(|key| metadata("generate-rpm").get(key).is_none()));
}

/// It knows the rules for its units best.
#[test]
fn systemd_finds_no_fault_in_the_units() {
    let folder = tempfile::tempdir().unwrap();
    for (unit, manager) in [("record", "--user"), ("serve", "--system")] {
        let text = fs::read_to_string(format!("{TOP}/docs/systemd/deepcall-{unit}.service")).unwrap();
        let path = folder.path().join(format!("deepcall-{unit}.service"));
        // It looks whether the program is there.
        fs::write(&path, text.replace("/usr/bin/deepcall", env!("CARGO_BIN_EXE_deepcall"))).unwrap();
        let verified = Command::new("systemd-analyze")
            .args(["verify", manager, "--man=no"])
            .arg(&path)
            .env("XDG_RUNTIME_DIR", folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success() && said.is_empty(), "{unit}: {said}");
    }
}

#[test]
fn the_archive_for_cargo_holds_the_program_and_nothing_else() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--locked", "--offline", "--allow-dirty"])
        .args(["--manifest-path", &format!("{TOP}/Cargo.toml")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let is_known = |path: &str| match path.split_once('/') {
        None => [
            ".cargo_vcs_info.json",
            "Cargo.toml",
            "Cargo.toml.orig",
            "Cargo.lock",
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "LICENSE-APACHE",
            "LICENSE-MIT",
        ]
        .contains(&path),
        Some(("src", rest)) => {
            let kinds: &[&str] = match rest.strip_prefix("watch/sinks/wall/") {
                Some(_) => &[".rs", ".css", ".js", ".svg"],
                None => &[".rs", ".jq"],
            };
            kinds.iter().any(|kind| rest.ends_with(kind))
        }
        Some(("man", name)) => name.starts_with("deepcall"),
        Some(("completions", name)) => name.contains("deepcall"),
        Some(("docs", name)) => {
            let of_others = ["pictures/", "prometheus/", "systemd/"];
            name.ends_with(".md") || of_others.iter().any(|folder| name.starts_with(folder))
        }
        Some(_) => false,
    };
    for path in listed.lines() {
        assert!(is_known(path), "{path} would be published");
    }
    for folder in ["man", "completions", "docs/pictures", "docs/prometheus", "docs/systemd"] {
        for name in names_in(folder) {
            assert!(
                listed.lines().any(|path| path == format!("{folder}/{name}")),
                "{folder}/{name} is left out"
            );
        }
    }
    for needed in ["src/build.rs", "src/main.rs", "src/lib.rs", "Cargo.lock", "LICENSE-MIT", "LICENSE-APACHE"]
    {
        assert!(listed.lines().any(|path| path == needed), "{needed} is left out");
    }
}

#[test]
fn the_links_of_the_documents_work_in_every_package() {
    let documents = names_in("docs").into_iter().filter(|name| name.ends_with(".md"));
    let documents = documents.map(|name| format!("docs/{name}"));
    let of_others = ["docs/prometheus/README.md", "docs/systemd/README.md"].map(str::to_owned);
    let pictures = names_in("docs/pictures").into_iter().map(|name| format!("docs/pictures/{name}"));
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(str::to_owned);
    for path in documents.chain(pictures).chain(of_others).chain(top) {
        let (folder, _) = path.rsplit_once('/').unwrap_or(("", &path));
        let slash = if folder.is_empty() { "" } else { "/" };
        let dest = format!("/usr/share/doc/deepcall/{folder}{slash}");
        let is_packed = |asset: &Asset| {
            let (head, tail) = asset.source.split_once('*').unwrap_or((&asset.source, ""));
            asset.dest == dest && path.starts_with(head) && path.ends_with(tail)
        };
        for assets in [deb(), rpm()] {
            assert!(assets.iter().any(is_packed), "no line takes {path} to {dest}");
        }
    }
}
