//! A journal on a thread of its own: a commit waits for the disk, and the loop does not.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::{io, thread};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::floor::pause::OwnClocks;
use crate::floor::shift::{DayRules, Today};
use crate::journal::JournalError;
use crate::watch::recorder::Page;
use crate::watch::recorder::records::{Begun, Looked, Records, Wanted, Written};

enum Request {
    Begin(OwnClocks),
    Record(Vec<Page>, Option<i64>),
    Look(Vec<Wanted>),
    Count(Vec<usize>, Arc<DayRules>),
    End(Option<i64>, Vec<usize>),
}

#[derive(Debug)]
pub(crate) enum Reply {
    Begun(Result<Option<Box<Begun>>, JournalError>),
    Recorded(Result<Written, JournalError>),
    Looked(Result<Vec<Looked>, JournalError>),
    Counted(Vec<usize>, Result<Vec<Option<Today>>, JournalError>),
    Ended,
}

/// The other end of that thread.
pub(crate) struct JournalThread {
    requests: Sender<Request>,
    replies: UnboundedReceiver<Reply>,
}

impl JournalThread {
    pub(crate) fn start(mut records: Box<dyn Records>) -> io::Result<Self> {
        let (requests, asked) = channel();
        let (answers, replies) = unbounded_channel();
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || serve(&mut *records, &asked, &answers))?;
        Ok(Self { requests, replies })
    }

    pub(crate) fn begin(&self, clocks: OwnClocks) {
        let _ = self.requests.send(Request::Begin(clocks));
    }

    pub(crate) fn record(&self, pages: Vec<Page>, took: Option<i64>) {
        let _ = self.requests.send(Request::Record(pages, took));
    }

    pub(crate) fn look(&self, wanted: Vec<Wanted>) {
        let _ = self.requests.send(Request::Look(wanted));
    }

    pub(crate) fn count(&self, agents: Vec<usize>, rules: Arc<DayRules>) {
        let _ = self.requests.send(Request::Count(agents, rules));
    }

    pub(crate) fn end(&self, took: Option<i64>, cut: Vec<usize>) {
        let _ = self.requests.send(Request::End(took, cut));
    }

    /// What the journal replies to the requests, in their order. `None` if its thread has died.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        self.replies.recv().await
    }
}

fn serve(records: &mut dyn Records, asked: &Receiver<Request>, answers: &UnboundedSender<Reply>) {
    let mut next = asked.recv().ok();
    while let Some(request) = next.take() {
        let is_last = matches!(request, Request::End(..));
        let reply = match request {
            Request::Begin(clocks) => Reply::Begun(records.begin(&clocks).map(|begun| begun.map(Box::new))),
            Request::Record(pages, took) => Reply::Recorded(records.record(&pages, took)),
            Request::Look(wanted) => Reply::Looked(records.look(&wanted)),
            Request::Count(agents, rules) => {
                let today = records.today(&agents, &rules);
                Reply::Counted(agents, today)
            }
            Request::End(took, cut) => {
                let _ = records.end(took, &cut);
                Reply::Ended
            }
        };
        if answers.send(reply).is_err() || is_last {
            return;
        }
        next = match asked.try_recv() {
            // Nobody waits: there is time for a step that may be put off.
            Err(TryRecvError::Empty) => tidy_until_asked(records, asked),
            request => request.ok(),
        };
    }
}

/// Tidies up until there is nothing more to do or something is asked; returns what is asked next.
fn tidy_until_asked(records: &mut dyn Records, asked: &Receiver<Request>) -> Option<Request> {
    while records.tidy() {
        match asked.try_recv() {
            Err(TryRecvError::Empty) => {}
            request => return request.ok(),
        }
    }
    asked.recv().ok()
}
