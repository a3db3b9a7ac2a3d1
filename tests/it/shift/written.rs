//! A journal whose rows a test writes itself, so that the report meets what no server sends on demand.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::shift::{HOUSE, configured};
use crate::support::{FakeServer, InProcess, NO_TAGS, World};

/// The journal of a person who is no part of the reports.
pub struct Written {
    world: World,
    rows: Connection,
    begin: Timestamp,
}

/// An agent of it. Times are seconds since the beginning of the window.
pub struct Agent<'w> {
    written: &'w Written,
    id: i64,
}

impl Written {
    /// Times count from `begin`.
    pub fn from(begin: &str) -> Self {
        let world = World::signed_in(&FakeServer::always(NO_TAGS));
        world.run("journal on").ended_with(0);
        world.run("tags").ended_with(0);
        let rows = Connection::open(path(&world)).unwrap();
        rows.execute_batch("DELETE FROM event; DELETE FROM coverage; BEGIN").unwrap();
        Self { world, rows, begin: begin.parse().unwrap() }
    }

    pub fn agent(&self, name: &str, agent_id: &str) -> Agent<'_> {
        self.rows
            .execute(
                "INSERT INTO agent (server, key, profile, agent_id) SELECT server, 'profile/' || ?1, ?1, nullif(?2, '') FROM agent LIMIT 1",
                [name, agent_id],
            )
            .unwrap();
        Agent { written: self, id: self.rows.last_insert_rowid() }
    }

    /// The house that reads it, and only the agents that were written.
    pub fn house(self) -> (InProcess, World) {
        let Self { world, rows, .. } = self;
        let own = "DELETE FROM agent WHERE id = (SELECT min(id) FROM agent); COMMIT";
        rows.execute_batch(own).unwrap();
        drop(rows);
        (configured(HOUSE).with("DEEPCALL_JOURNAL", &path(&world)), world)
    }

    fn millis(&self, second: i64) -> i64 {
        self.begin.as_millisecond() + second * 1000
    }

    fn text(&self, second: i64) -> String {
        Timestamp::from_millisecond(self.millis(second)).unwrap().to_string()
    }
}

fn path(world: &World) -> String {
    world.home().join(".local/state/deepcall/journal.db").to_str().unwrap().to_owned()
}

impl Agent<'_> {
    /// Answers about everything came every five seconds.
    pub fn answered(&self, from: i64, to: i64) -> &Self {
        for part in ["tags", "breaks", "wrapups"] {
            self.written
                .rows
                .execute(
                    "INSERT INTO coverage (agent, part, from_at, to_at, cadence, ended, repeats) VALUES (?1, ?2, ?3, ?4, 5000, 'outage', 0)",
                    params![self.id, part, self.written.millis(from), self.written.millis(to)],
                )
                .unwrap();
        }
        self
    }

    /// A break, of which the server says when it began, or does not; without an end it goes on.
    pub fn on_break(&self, reason: &str, since: Option<i64>, from: i64, to: Option<i64>) -> &Self {
        let mut body = serde_json::json!({ "reason": reason });
        if let Some(since) = since {
            body["since"] = self.written.text(since).into();
        }
        self.event(from, "break_started", &body);
        if let Some(to) = to {
            self.event(to, "break_ended", &body);
        }
        self
    }

    pub fn in_wrapup(&self, call: &str, from: i64, to: i64) -> &Self {
        let body = serde_json::json!({ "call_id": call });
        self.event(from, "wrapup_started", &body);
        self.event(to, "wrapup_ended", &body)
    }

    pub fn notified(&self, second: i64, kind: &str, customer: &str) -> &Self {
        let body = serde_json::json!({
            "id": format!("{}-{second}", self.id), "time": self.written.text(second), "kind": kind, "customer": customer,
            "icons": [], "fields": {}, "initial": false, "changed": false,
        });
        self.event(second, "tag", &body)
    }

    fn event(&self, second: i64, name: &str, body: &serde_json::Value) -> &Self {
        self.written
            .rows
            .execute(
                "INSERT INTO event (uid, agent, run, type, at, nth, masked, altered, body) VALUES (randomblob(16), ?1, 1, ?2, ?3, 0, 0, 0, ?4)",
                params![self.id, name, self.written.millis(second), body.to_string()],
            )
            .unwrap();
        self
    }
}
