//! What is kept on disk and how it is read back, whatever state the machine is in (`reliability.md` §6).
//! Where a full count takes minutes, the ordinary run takes a sample; `cargo test -- --ignored storage` counts all.

mod config_file;
mod crowd;
mod full;
mod given_streams;
mod killed;
mod places;
mod refused_calls;
mod system_calls;
mod written_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::World;

/// A session kept in a file, without asking any server.
const LOGIN: &str = "login --store file --no-verify --token-stdin --user-id";

/// A home with a config file, in which user 111 is signed in as `asha`, the default, and user 333 as `ravi`.
fn signed_in() -> World {
    let world = World::new();
    world.run("config set jobs 4").ended_with(0);
    for (user, profile) in [("111", "asha"), ("333", "ravi")] {
        let line = format!("{LOGIN} {user} --profile {profile}");
        world.run_with_input(&line, &format!("token-of-{user}")).ended_with(0);
    }
    world
}

/// A copy of that home, as cheap as a file copy.
fn copy_of(template: &World) -> World {
    let world = World::new();
    let copied = Command::new("cp").arg("-aT").arg(template.home()).arg(world.home()).status().unwrap();
    assert!(copied.success());
    world
}

/// What a home holds, read without the program.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept {
    /// User id of each profile in `profiles.toml`.
    listed: BTreeMap<String, String>,
    default: Option<String>,
    /// `PROFILE@ORIGIN` of each profile, of each note of a secret that may be left, and of each secret.
    named: BTreeSet<String>,
    noted: BTreeSet<String>,
    stored: BTreeSet<String>,
    /// What is in `config.toml`.
    config: toml::Table,
    /// User id and token of each secret.
    secrets: BTreeMap<String, (String, String)>,
}

impl Kept {
    /// Fails if anything is half written.
    #[track_caller]
    fn in_home(world: &World) -> Self {
        let table = table_in(&world.config_folder().join("profiles.toml"));
        let config = table_in(&world.config_folder().join("config.toml"));
        let mut kept = Self { config, ..Self::default() };
        for (name, profile) in table.get("profiles").and_then(toml::Value::as_table).into_iter().flatten() {
            kept.listed.insert(name.clone(), profile["user_id"].as_str().unwrap().to_owned());
            kept.named.insert(format!("{name}@{}", profile["server"].as_str().unwrap()));
        }
        for place in table.get("unlisted").and_then(toml::Value::as_array).into_iter().flatten() {
            let part = |key: &str| place[key].as_str().unwrap().to_owned();
            kept.noted.insert(format!("{}@{}", part("profile"), part("server")));
        }
        kept.default = table.get("default").map(|name| name.as_str().unwrap().to_owned());
        for path in files_below(&sessions(world)) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let Some(key) = name.strip_suffix(".json").filter(|_| !name.starts_with('.')) else { continue };
            let key = key.replace("_3a", ":").replace("_2f", "/");
            let (profile, _) = key.split_once('@').unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let blob: serde_json::Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
            let part = |key: &str| blob[key].as_str().unwrap().to_owned();
            kept.secrets.insert(profile.to_owned(), (part("user_id"), part("token")));
            kept.stored.insert(key);
        }
        // A secret of one login with the user of another would be worse than none.
        for (user, token) in kept.secrets.values() {
            assert_eq!(token, &format!("token-of-{user}"));
        }
        kept
    }
}

fn table_in(path: &Path) -> toml::Table {
    let text = if path.exists() { fs::read_to_string(path).unwrap() } else { return toml::Table::new() };
    assert!(!text.is_empty(), "{} is empty", path.display());
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn sessions(world: &World) -> std::path::PathBuf {
    world.home().join(".local/share/deepcall/sessions")
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let mut files = vec![];
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// No file of an interrupted writer is left.
#[track_caller]
fn assert_no_leftovers(world: &World) {
    let left: Vec<_> = files_below(world.home())
        .into_iter()
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "tmp") || path.ends_with(".probe")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
