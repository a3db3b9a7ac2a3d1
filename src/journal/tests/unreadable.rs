//! Rows that nobody can read hide none of the others.

use super::*;

/// Writes a value that the tables of the journal do not allow.
fn put_null(folder: &Folder, table: &str, column: &str) {
    let schema = |change: &str| {
        let connection = Connection::open(folder.path()).expect("opened");
        connection
            .execute_batch(&format!(
                "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = {change} WHERE name = '{table}'"
            ))
            .expect("changed");
    };
    let strict = format!(
        "'{column} ' || (SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}') || ' NOT NULL'"
    );
    let loose = strict.replace(" NOT NULL", "");
    schema(&format!("replace(sql, {strict}, {loose})"));
    let connection = Connection::open(folder.path()).expect("opened");
    connection
        .execute_batch(&format!("UPDATE {table} SET {column} = NULL WHERE rowid = 2"))
        .expect("changed");
    drop(connection);
    schema(&format!("replace(sql, {loose}, {strict})"));
}

/// Three events, each of its own second, with a number in it, and their coverage.
fn journal(numbers: Numbers) -> (Folder, AgentRef) {
    let folder = Folder::with(numbers);
    let journal = folder.create();
    let agent = journal.with_asha();
    let tag = |second| {
        let id = format!("m{second}");
        let fields = raw(&format!(r#"{{"_id":"{id}","cNumber":"919812345678"}}"#));
        let tag = crate::floor::answer::Tag { fields, customer: Some("919812345678".into()), ..tag(&id) };
        event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
    };
    let coverage = Coverage {
        part: FollowedPart::Tags,
        from: at(0),
        to: at(9),
        server_time: None,
        cadence: Duration::from_secs(5),
        ended: None,
        repeats: None,
    };
    let step = |part| CoverageStep::Begin { coverage: Coverage { part, ..coverage.clone() }, ended: None };
    let steps = [FollowedPart::Tags, FollowedPart::Breaks].map(step).to_vec();
    journal.write_round(Entry { coverage: steps, ..entry(agent, 0, (1..=3).map(tag).collect()) });
    (folder, agent)
}

const WRONG: [&str; 7] = [
    "UPDATE event SET body = '{' WHERE seq = 2",
    "UPDATE event SET body = CAST(replace(CAST(body AS BLOB), 'm2', x'FFFE') AS TEXT) WHERE seq = 2",
    "UPDATE event SET body = '[]' WHERE seq = 2",
    "UPDATE event SET type = 'rumour' WHERE seq = 2",
    "UPDATE event SET type = CAST(x'FF' AS TEXT) WHERE seq = 2",
    "null body",
    "null type",
];

fn damage(folder: &Folder, how: &str) {
    if let Some(column) = how.strip_prefix("null ") {
        return put_null(folder, "event", column);
    }
    let connection = Connection::open(folder.path()).expect("opened");
    connection.execute_batch(how).expect("changed");
}

#[test]
fn an_event_that_cannot_be_read_hides_no_other() {
    for how in WRONG {
        let (folder, agent) = journal(Numbers::Keep);
        assert!(!folder.create().has_unreadable());
        damage(&folder, how);
        let journal = folder.create();
        let seqs: Vec<_> = journal.all().iter().map(|recorded| recorded.seq).collect();
        assert_eq!(seqs, [1, 3], "{how}");
        assert!(journal.has_unreadable(), "{how}");
        assert_eq!(journal.to_remember(agent, at(0)).expect("read").len(), 2, "{how}");
        assert!(!journal.has_unreadable(), "it is noted once: {how}");
        let other = folder.create();
        assert_eq!(other.of_window(agent, at(0), at(9)).expect("read").events.len(), 2, "{how}");
        assert!(other.has_unreadable(), "{how}");
        let third = folder.create();
        let read = third.read_ahead(&[agent], at(0)).expect("read");
        let seqs: Vec<_> = read[&agent].tags.iter().map(|recorded| recorded.seq).collect();
        assert_eq!(seqs, [1, 3], "{how}");
        // What has no type that can be read may be anything.
        assert_eq!(third.has_unreadable(), !how.contains("type"), "{how}");
        assert_eq!(journal.status(at(0)).expect("read").events, 3);
        assert_eq!(journal.write_round(entry(agent, 3, vec![tag_event(4, "m4")])), [Some(4)], "{how}");
        // A type that another version wrote is what that one knows.
        if how.contains("rumour") {
            journal.connection.execute_batch("UPDATE run SET program = '9.9.9'").expect("changed");
            let other = folder.create();
            assert_eq!(other.all().len(), 3);
            assert!(!other.has_unreadable());
            assert_eq!(other.verify().expect("verified").faults, [""; 0]);
        }
    }
}

#[test]
fn verify_lists_each_row_that_cannot_be_read_and_goes_on() {
    for how in WRONG {
        let (folder, _) = journal(Numbers::Keep);
        damage(&folder, how);
        let journal = folder.create();
        journal.connection.execute_batch("UPDATE event SET at = at + 100000 WHERE seq = 3").expect("changed");
        let verified = journal.verify().expect("verified");
        let faults = &verified.faults;
        assert!(faults.iter().any(|fault| fault.contains("event 2 cannot be read")), "{how}: {faults:#?}");
        assert!(faults.iter().any(|fault| fault.contains("event 3 (")), "{how}: {faults:#?}");
        assert_eq!(verified.events, 3, "{how}");
        assert!(faults.iter().all(|fault| !fault.contains(char::REPLACEMENT_CHARACTER)), "{faults:#?}");
    }
}

#[test]
fn a_number_in_an_event_that_cannot_be_read_is_masked_too() {
    for how in WRONG {
        let (folder, _) = journal(Numbers::For(Duration::from_secs(60)));
        damage(&folder, &how.replace("'{'", "'{\"cNumber\":\"919812345678'"));
        let journal = folder.create();
        if !how.contains("null") {
            assert_eq!(journal.mask_old_numbers(at(100)).expect("masked"), 3, "{how}");
        }
        let whole = "SELECT count(*) FROM event WHERE instr(CAST(body AS BLOB), '9812345678') > 0";
        let count = || journal.connection.query_row(whole, [], |row| row.get::<_, i64>(0)).expect("counted");
        if how.contains("null") {
            // No row can be changed to what the tables do not allow; the others are masked.
            let _ = journal.mask_old_numbers(at(100)).expect("masked");
        }
        assert_eq!(count(), 0, "{how}");
    }
}

#[test]
fn coverage_and_agents_that_cannot_be_read_hide_no_others() {
    let text = "CAST(x'C3' AS TEXT)";
    for (change, rows) in [
        (format!("UPDATE coverage SET part = {text} WHERE id = 1"), 1),
        (format!("UPDATE coverage SET ended = {text}"), 2),
        (format!("UPDATE agent SET profile = {text}"), 2),
        (format!("UPDATE agent SET agent_id = {text}"), 2),
        (format!("UPDATE run SET command = {text}, boot = {text}, namespace = {text}"), 2),
        ("UPDATE meta SET value = x'01' WHERE key = 'created'".to_owned(), 2),
        ("null".to_owned(), 1),
    ] {
        let (folder, agent) = journal(Numbers::Keep);
        match change.as_str() {
            "null" => put_null(&folder, "coverage", "part"),
            change => damage(&folder, change),
        }
        let journal = folder.create();
        assert_eq!(journal.all_coverage(agent).len(), rows, "{change}");
        assert_eq!(journal.has_unreadable(), rows == 1, "{change}");
        assert_eq!(journal.agents().expect("read").len(), 1, "{change}");
        assert_eq!(journal.runs().expect("read").len(), 1, "{change}");
        journal.status(at(0)).expect("read");
        let faults = journal.verify().expect("verified").faults;
        let is_named = faults.iter().any(|fault| fault.contains("cannot be read") || fault.contains("NULL"));
        // Of a run, and of the moment when the file was made, nothing follows.
        assert_eq!(is_named, !change.contains("run") && !change.contains("meta"), "{change}: {faults:?}");
        assert_eq!(journal.with_asha(), agent, "{change}");
    }
}
