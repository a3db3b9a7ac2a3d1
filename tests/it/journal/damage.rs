//! A journal that is damaged or gone: nothing that an answer held is missing in the next.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::commands::team;
use super::*;

const PAGE: usize = 4096;

/// On which pages the events and their indexes begin.
fn roots_of_events(journal: &Path) -> Vec<u32> {
    let connection = rusqlite::Connection::open(journal).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut roots =
        connection.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'event'").unwrap();
    roots.query_map([], |row| row.get(0)).unwrap().map(|root| root.unwrap()).collect()
}

fn overwrite_events(world: &World) {
    let mut bytes = fs::read(journal(world)).unwrap();
    for root in roots_of_events(&journal(world)) {
        bytes[PAGE * (root as usize - 1)..][..PAGE].fill(0x5A);
    }
    fs::write(journal(world), bytes).unwrap();
}

/// The index of an agent's events has them, and the table has none.
fn lose_events(world: &World) {
    let run = |sql: &str| rusqlite::Connection::open(journal(world)).unwrap().execute_batch(sql).unwrap();
    run("CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'event_of_agent';
         PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'event_of_agent';");
    run("DELETE FROM event;");
    run("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept;");
}

/// The first pages are whole, so that the file opens; what a command reads of an agent is not.
#[test]
fn damage_that_is_read_sets_the_file_aside_and_recording_goes_on() {
    let aside = |world: &World| {
        let names = everything_below(journal(world).parent().unwrap().to_owned());
        // Its log and shared memory go with it.
        let is_database = |path: &&PathBuf| {
            let name = path.to_string_lossy();
            name.contains(".damaged-") && name.ends_with('Z')
        };
        names.iter().filter(is_database).count()
    };
    let lines = ["tags --all", "tags --all --new script", "record --all --only tags --interval 2s"];
    let damages: [fn(&World); 2] = [overwrite_events, lose_events];
    for (line, damage) in lines.into_iter().flat_map(|line| damages.map(|damage| (line, damage))) {
        let (server, world) = team();
        assert_eq!(aside(&world), 0);
        damage(&world);
        let ran = if line.starts_with("record") {
            let before = server.arrivals().len();
            let record = world.start(world.command(line.split_whitespace()));
            // The second answers are asked for once the first are there.
            server.await_arrivals(before + 4);
            record.terminate().ended_with(143)
        } else {
            world.run(line).ended_with(0)
        };
        assert!(ran.stderr.contains("set aside") || ran.stderr.contains("is kept as"), "{ran}");
        assert_eq!(aside(&world), 1, "{ran}");
        // The answer during which the damage was met is in the new file.
        assert_eq!(ids(&world.run("journal export --what tags --json").ended_with(0)), ["a1", "r1"], "{ran}");
        world.run("journal verify").ended_with(0);
    }
}

/// Whatever a recorder has recorded before, a file that takes the place of the journal gets what the answers still hold.
#[test]
fn a_recorder_tells_another_file_all_that_the_answers_still_hold() {
    let (server, world) = team();
    let record = world.start(world.command("record --all --only tags --interval 2s".split_whitespace()));
    server.await_arrivals(server.arrivals().len() + 4);
    for end in ["", "-wal", "-shm"] {
        let mut name = journal(&world).into_os_string();
        name.push(end);
        fs::remove_file(name).unwrap();
    }
    let exported = || {
        let ran = world.run("journal export --what tags --json");
        if ran.code == 0 { ids(&ran) } else { vec![] }
    };
    let until = Instant::now() + Duration::from_secs(30);
    while exported() != ["a1", "r1"] {
        assert!(Instant::now() < until, "{:?}\n{}", exported(), record.terminate());
        thread::sleep(Duration::from_millis(100));
    }
    record.terminate().ended_with(143);
    world.run("journal verify").ended_with(0);
}

/// Without `record = true` those are recorded whom the journal holds; a new one holds the same.
#[test]
fn whom_a_damaged_journal_held_the_next_one_records_without_being_asked() {
    let trash = |world: &World| fs::write(journal(world), "no database").unwrap();
    for are_known in [true, false] {
        let (_server, world) = team();
        world.run("config unset journal.record").ended_with(0);
        if are_known {
            overwrite_events(&world)
        } else {
            trash(&world)
        }
        world.run("tags --all").ended_with(0);
        let known = world.run("journal status --jq .agents|length").ended_with(0).stdout;
        assert!(!are_known || known == "2\n", "{known}");
        world.run("tags --all").ended_with(0);
        // What the answers still have is in the new file, as after a first look.
        let exported = || ids(&world.run("journal export --what tags --json").ended_with(0));
        assert_eq!(exported(), ["a1", "r1"]);
        world.run("journal verify").ended_with(0);
        world.run("journal forget asha --yes").ended_with(0);
        world.run("tags --all").ended_with(0);
        assert_eq!(exported(), ["r1"]);
    }
}
