//! Many processes that record the same agent: what all of them see is recorded once, what one sees is not lost.

use std::collections::BTreeMap;

use super::*;

const WRITERS: i64 = 8;

/// Each round has a tag that everybody sees, and one that only this process does.
pub(super) fn write(path: &Path, who: &str, rounds: i64) {
    let journal = open(path).expect("opened");
    let agent = journal.with_asha();
    let run = journal.begin_run("watch", at(0)).expect("begun");
    let mut known = std::collections::BTreeSet::new();
    let mut base = 0;
    for nth in 0..rounds {
        loop {
            let ids = [format!("shared-{nth}"), format!("{who}-{nth}")];
            let new: Vec<_> = ids.iter().filter(|id| !known.contains(*id)).collect();
            let events = new.iter().map(|id| tag_event(nth, id)).collect();
            let coverage = CoverageStep::Lengthen {
                part: FollowedPart::Tags,
                from: at(0),
                to: at(nth),
                server_time: None,
                cadence: Duration::from_secs(5),
                repeats: None,
            };
            let entry = Entry { coverage: vec![coverage], ..entry(agent, base, events) };
            match journal.record(&round(run, entry)).expect("recorded") {
                Outcome::Written { seqs, last, .. } => {
                    assert!(seqs.iter().all(Option::is_some), "the difference was up to date");
                    known.extend(ids);
                    base = last;
                    break;
                }
                Outcome::Overtaken(by) => {
                    for (_, recorded) in by {
                        base = base.max(recorded.seq);
                        known.extend(id(&recorded.event));
                    }
                }
            }
        }
    }
    say("done");
}

fn id(event: &Event) -> Option<String> {
    let EventKind::Tag(reported) = &event.kind else { return None };
    reported.tag.id.as_ref().map(ToString::to_string)
}

fn crowd(rounds: i64) {
    let folder = Folder::new();
    let children: Vec<_> = (0..WRITERS)
        .map(|who| {
            let mut command = command(&[], &format!("crowd w{who} {rounds}"), &folder.path());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("ended");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("done"), "{text}\n{errors}");
    }
    let journal = folder.create();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for recorded in journal.all() {
        *times.entry(id(&recorded.event).expect("an id")).or_default() += 1;
    }
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(times.len(), usize::try_from(rounds * (WRITERS + 1)).expect("few"));
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
}

#[test]
fn eight_processes_lose_nothing_and_record_nothing_twice() {
    crowd(15);
}

#[test]
#[ignore = "takes minutes: `cargo test --lib -- --ignored journal`"]
fn eight_processes_lose_nothing_and_record_nothing_twice_in_500_rounds() {
    crowd(500);
}
