//! The stream of a scripted floor, line by line: what the real loop makes of the simulated server's answers.

use std::io;
use std::time::Duration;

use deepcall::output::presentation::Format;
use deepcall::watch::event::Event;
use deepcall::watch::sink::Sink;

use crate::support::Shift;

/// Tells several sinks the same.
struct All<'a>(Vec<&'a mut dyn Sink>);

impl Sink for All<'_> {
    fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|sink| sink.tell(event))
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn the_stream_of_a_scripted_floor_is_the_same_to_the_last_byte() {
    // Calls, wrap-ups over both limits, breaks, and a server that is away for twenty seconds.
    let shift = Shift {
        agents: 3,
        lasts: seconds(180),
        outage: Some((seconds(130), seconds(150))),
        heartbeat: Some(seconds(60)),
        backfill: seconds(300),
        ..Shift::usual()
    };
    let (mut json, mut sentences) = (vec![], vec![]);
    let (mut objects, mut words) =
        (Shift::lines(Format::Ndjson, &mut json), Shift::lines(Format::Table, &mut sentences));
    shift.watch(&mut All(vec![&mut objects, &mut words]));
    drop((objects, words));
    insta::assert_snapshot!("a_scripted_floor_as_json", String::from_utf8(json).unwrap());
    insta::assert_snapshot!("a_scripted_floor_as_sentences", String::from_utf8(sentences).unwrap());
}
