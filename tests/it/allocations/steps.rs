//! What becomes of a reply inside the process, step by step.

use deepcall::client::replies::codes::Module;
use deepcall::client::replies::envelope;
use deepcall::client::replies::envelope::Judged;
use deepcall::client::replies::items::Items;
use deepcall::client::replies::{moments, tags};
use deepcall::client::{Received, Tags};
use deepcall::commands::tags::{DOCUMENT, row};
use deepcall::floor::answer::Tag;
use deepcall::floor::poll_result::PollResult;
use deepcall::output::formats::render::render;
use deepcall::output::presentation::{Format, Presentation};
use deepcall::report::{Report, Row};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A reply as it comes from the connection.
pub fn received(reply: &str) -> Received {
    Received {
        status: 200,
        body: reply.as_bytes().to_vec().into(),
        server_time: None,
        received_at: Timestamp::UNIX_EPOCH,
        attempts: 1,
        lost_a_reply: false,
        was_resent: false,
        retry_after: None,
    }
}

/// From the reply to what is made of its notifications.
pub fn decode<T>(received: &Received, take: impl FnMut(Tag) -> Option<T>) -> Tags<T> {
    let Ok(Judged::Payload(envelope)) = envelope::judge(received, Module::Tags) else { panic!("no payload") };
    let data = Items::of("data", envelope.data).unwrap();
    let icons = Items::of("iconDetails", envelope.icon_details).unwrap();
    tags::decode(&data, &icons, &moments::india(), take).unwrap()
}

/// The report of `deepcall tags`.
pub fn report(received: &Received) -> Report {
    let rows: Vec<Row> = decode(received, |tag| Some(row("asha".into(), tag))).notifications;
    Report::new(&DOCUMENT, rows)
}

/// The report as it is written into a pipe.
pub fn written(report: &Report, format: Format) -> Vec<u8> {
    let presentation = Presentation {
        format,
        width: None,
        color: false,
        zone: TimeZone::posix("IST-5:30").unwrap(),
        now: Timestamp::UNIX_EPOCH,
        time: None,
        mask: false,
        headers: true,
        columns: None,
        guard: true,
    };
    let mut out = Vec::with_capacity(1000 * report.rows.len());
    render(report, &presentation, &mut out).unwrap();
    out
}

/// The result of a poll of `deepcall watch`.
pub fn poll_result(received: &Received) -> PollResult {
    let tags: Vec<Tag> = decode(received, Some).notifications;
    PollResult {
        profile: None,
        taken_at: Timestamp::UNIX_EPOCH,
        monotonic: std::time::Duration::ZERO,
        elapsed: std::time::Duration::ZERO,
        took: std::time::Duration::ZERO,
        server_time: None,
        tags: Some(tags),
        break_state: None,
        wrapup: None,
        read_was_cut: false,
        was_resent: false,
    }
}
