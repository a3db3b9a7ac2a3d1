//! Events as a report about a shift needs them: what the index of an agent's events has of each, which are read from it without
//! the events themselves. Of what it has too little of, the event is read.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::agents::AgentRef;
use super::schema::IN_BRIEF;
use super::unreadable::readable;
use super::{Journal, JournalError, millis, moment};
use crate::floor::answer::Tag;
use crate::floor::event::{
    BreakEnded, BreakStarted, Event, EventKind, ReportedTag, WrapupEnded, WrapupStarted,
};
use crate::floor::timeline::Recorded;
use crate::json::Raw;

/// Of an agent (?1), what was noticed from a moment (?2) on and before another (?3).
pub(super) fn sql() -> String {
    format!(
        "SELECT seq, type, at, customer, {IN_BRIEF} FROM event INDEXED BY event_of_agent
         WHERE agent = ?1 AND at >= ?2 AND at < ?3"
    )
}

impl Journal {
    /// What was noticed of an agent from `from` on and before `until`, in no order. A notification has its id, time, kind and
    /// customer, a break its reason and start, a wrap-up its call and end, and none of them a profile. A notification without
    /// id, and anything else, is whole.
    pub(super) fn in_brief(
        &self,
        agent: AgentRef,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Recorded>, JournalError> {
        let fault = |error| self.fault(error);
        let mut statement = self.statement(&sql())?;
        let mut rows = statement.query(params![agent.0, millis(from), millis(until)]).map_err(fault)?;
        let mut events = vec![];
        while let Some(row) = rows.next().map_err(fault)? {
            if let Some(Some(brief)) = readable(brief(row)).map_err(fault)? {
                events.push(brief);
            } else {
                events.extend(self.numbered(row.get(0).map_err(fault)?)?);
            }
        }
        Ok(events)
    }
}

/// `None` if the row has too little.
fn brief(row: &Row<'_>) -> rusqlite::Result<Option<Recorded>> {
    let at: i64 = row.get(2)?;
    let after = |millis: i64| moment(at.saturating_add(millis));
    let time = match row.get_ref(6)? {
        ValueRef::Null => None,
        ValueRef::Integer(millis) => Some(after(millis)),
        // One that SQLite knows nothing of.
        _ => return Ok(None),
    };
    let known_by = row.get_ref(5)?.as_str_or_null()?;
    let owned = || known_by.map(str::to_owned);
    let kind = match (row.get_ref(1)?.as_str()?, known_by, time) {
        ("tag", Some(id), _) => {
            let changed = row.get::<_, Option<bool>>(9)?.unwrap_or_default();
            let tag = Tag {
                id: Some(id.into()),
                time,
                kind: row.get_ref(7)?.as_str_or_null()?.map(Into::into),
                message: None,
                agent_id: None,
                call_id: None,
                customer: row.get_ref(8)?.as_str_or_null()?.map(Into::into),
                icons: vec![],
                icon_names: vec![],
                fields: Raw::null(),
            };
            EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed }))
        }
        // Of these there may be nothing to know, but then it cannot be told from one that cannot be read.
        (_, None, None) => return Ok(None),
        ("break_started", ..) => {
            EventKind::BreakStarted(BreakStarted { reason: owned(), since: time, detail: None })
        }
        ("break_ended", ..) => {
            EventKind::BreakEnded(BreakEnded { reason: owned(), since: time, lasted_seconds: None })
        }
        ("wrapup_started", ..) => EventKind::WrapupStarted(WrapupStarted {
            ends_at: time,
            remaining_seconds: None,
            call_id: owned(),
            customer: None,
        }),
        ("wrapup_ended", ..) => {
            EventKind::WrapupEnded(WrapupEnded { ends_at: time, call_id: owned(), customer: None })
        }
        _ => return Ok(None),
    };
    let server_time: Option<i64> = row.get(3)?;
    let event = Event { at: moment(row.get(2)?), server_time: server_time.map(moment), profile: None, kind };
    Ok(Some(Recorded { seq: row.get(0)?, event, customer: row.get(4)? }))
}
