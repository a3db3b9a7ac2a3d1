//! `deepcall journal`, and what the other commands do with it, by the whole program.

mod beyond;
mod commands;
mod damage;
mod live;
mod places;
mod recording;
mod scripts;
mod simulated;
mod turns;

use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::support::{FakeServer, NO_TAGS, Ran, World};

fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

/// A notification of a server that gives ids.
fn tag(id: &str, kind: &str, minutes: i64) -> String {
    format!(
        r#"{{"_id":"{id}","type":"{kind}","message":"of {id}","cNumber":"919000012345","time":"{}"}}"#,
        minutes_ago(minutes)
    )
}

fn reply(tags: &[String]) -> String {
    format!(r#"{{"status":"success","data":[{}]}}"#, tags.join(","))
}

/// A server for which `ref` means "since the last call": each reply is handed out once.
fn once(replies: &[&[String]]) -> FakeServer {
    let replies = replies.iter().map(|tags| reply(tags)).chain([NO_TAGS.to_owned()]);
    FakeServer::in_turn(replies)
}

/// The world of an agent whom a journal is to record.
fn recording(server: &FakeServer) -> World {
    let world = World::signed_in(server);
    world.run("journal on").ended_with(0);
    world
}

fn journal(world: &World) -> PathBuf {
    world.home().join(".local/state/deepcall/journal.db")
}

fn ids(ran: &Ran) -> Vec<String> {
    let tags = ran.json()["tags"].as_array().unwrap().clone();
    let mut ids: Vec<String> = tags.iter().map(|tag| tag["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// Every file below a folder, with the folders.
fn everything_below(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(&folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let entries: Vec<PathBuf> = entries.unwrap_or_default();
    entries.into_iter().flat_map(|path| [vec![path.clone()], everything_below(path)].concat()).collect()
}
