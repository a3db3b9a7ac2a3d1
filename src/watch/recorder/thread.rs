//! A journal on a thread of its own: a commit waits for the disk, and the loop does not.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::{io, thread};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::floor::pause::OwnClocks;
use crate::floor::shift::{DayRules, Today};
use crate::journal::JournalError;
use crate::watch::recorder::AgentEntry;
use crate::watch::recorder::backend::{Begun, JournalBackend, Refreshed, Wanted, Written};

enum Request {
    Begin(OwnClocks),
    Record(Vec<AgentEntry>, Option<i64>),
    Refresh(Vec<Wanted>),
    Count(Vec<usize>, Arc<DayRules>),
    End(Option<i64>, Vec<usize>),
}

#[derive(Debug)]
pub(crate) enum Reply {
    Begun(Result<Option<Box<Begun>>, JournalError>),
    Recorded(Result<Written, JournalError>),
    Refreshed(Result<Vec<Refreshed>, JournalError>),
    Counted(Vec<usize>, Result<Vec<Option<Today>>, JournalError>),
    Ended,
}

/// The other end of that thread.
pub(crate) struct JournalThread {
    requests: Sender<Request>,
    replies: UnboundedReceiver<Reply>,
}

impl JournalThread {
    pub(crate) fn start(mut backend: Box<dyn JournalBackend>) -> io::Result<Self> {
        let (requests, asked) = channel();
        let (answers, replies) = unbounded_channel();
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || serve(&mut *backend, &asked, &answers))?;
        Ok(Self { requests, replies })
    }

    pub(crate) fn begin(&self, clocks: OwnClocks) {
        let _ = self.requests.send(Request::Begin(clocks));
    }

    pub(crate) fn record(&self, entries: Vec<AgentEntry>, stdout_seq: Option<i64>) {
        let _ = self.requests.send(Request::Record(entries, stdout_seq));
    }

    pub(crate) fn refresh(&self, wanted: Vec<Wanted>) {
        let _ = self.requests.send(Request::Refresh(wanted));
    }

    pub(crate) fn count(&self, agents: Vec<usize>, rules: Arc<DayRules>) {
        let _ = self.requests.send(Request::Count(agents, rules));
    }

    pub(crate) fn end(&self, stdout_seq: Option<i64>, may_have_lost: Vec<usize>) {
        let _ = self.requests.send(Request::End(stdout_seq, may_have_lost));
    }

    /// What the journal replies to the requests, in their order. `None` if its thread has died.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        self.replies.recv().await
    }
}

fn serve(backend: &mut dyn JournalBackend, asked: &Receiver<Request>, answers: &UnboundedSender<Reply>) {
    let mut next = asked.recv().ok();
    while let Some(request) = next.take() {
        let is_last = matches!(request, Request::End(..));
        let reply = match request {
            Request::Begin(clocks) => Reply::Begun(backend.begin(&clocks).map(|begun| begun.map(Box::new))),
            Request::Record(entries, stdout_seq) => Reply::Recorded(backend.record(&entries, stdout_seq)),
            Request::Refresh(wanted) => Reply::Refreshed(backend.refresh(&wanted)),
            Request::Count(agents, rules) => {
                let today = backend.today(&agents, &rules);
                Reply::Counted(agents, today)
            }
            Request::End(stdout_seq, may_have_lost) => {
                let _ = backend.end(stdout_seq, &may_have_lost);
                Reply::Ended
            }
        };
        if answers.send(reply).is_err() || is_last {
            return;
        }
        next = match asked.try_recv() {
            // Nobody waits: there is time for a step that may be put off.
            Err(TryRecvError::Empty) => tidy_until_asked(backend, asked),
            request => request.ok(),
        };
    }
}

/// Tidies up until there is nothing more to do or something is asked; returns what is asked next.
fn tidy_until_asked(backend: &mut dyn JournalBackend, asked: &Receiver<Request>) -> Option<Request> {
    while backend.tidy() {
        match asked.try_recv() {
            Err(TryRecvError::Empty) => {}
            request => return request.ok(),
        }
    }
    asked.recv().ok()
}
