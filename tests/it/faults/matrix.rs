//! What a case of the fault matrix is: a scene in which something goes wrong, and what must come of it
//! for each command. How it is run is `running`'s matter.

use std::any::Any;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::support::fake_server::{Request, response};
use crate::support::{FakeServer, Ran, Reply, World};

/// What `tags`, `ping` and `watch --only tags` take for a success.
pub use crate::support::fake_server::NO_TAGS as GOOD;

/// A check of how a run ended: `Err` is what is wrong.
pub type Check = Box<dyn Fn(&World, &Ran) -> Result<(), String>>;

/// What surrounds one run: where the server is, how often it was asked, and who must not be asked.
pub struct Scene {
    pub address: String,
    /// Options of every command.
    pub options: String,
    /// The options that limit the time of a command that is no watch. Where no case is about such a limit, it is so
    /// long that a busy machine does not reach it.
    pub patience: String,
    pub variables: Vec<(String, String)>,
    /// Programs in front of the binary, such as `strace`.
    pub wrapper: Vec<String>,
    /// Profiles to sign in first; without any, the session is in a variable.
    pub profiles: Vec<String>,
    /// How often the server was asked; where it cannot know, the log of `-v` shows how often was tried.
    pub arrivals: Option<Box<dyn Fn() -> usize>>,
    /// Must not get a single connection.
    pub untouched: Vec<FakeServer>,
    /// Called when a watch reports that the connection is lost.
    pub mend: Option<Box<dyn FnOnce()>>,
    /// Called with the number of the process when it has started.
    pub started: Option<Box<dyn FnOnce(u32)>>,
    pub checks: Vec<Check>,
    /// Lives as long as the run, and is otherwise left alone.
    pub kept: Vec<Box<dyn Any>>,
}

impl Scene {
    /// Nobody but an address.
    pub fn at(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            options: String::new(),
            patience: "--timeout 60s".to_owned(),
            variables: vec![],
            wrapper: vec![],
            profiles: vec![],
            arrivals: None,
            untouched: vec![],
            mend: None,
            started: None,
            checks: vec![],
            kept: vec![],
        }
    }

    /// A server on loopback.
    pub fn server<R: Into<Reply>>(answer: impl Fn(&Request, usize) -> R + Send + Sync + 'static) -> Self {
        Self::of(FakeServer::answering(answer))
    }

    pub fn of(server: FakeServer) -> Self {
        let address = server.url();
        Self { arrivals: Some(Box::new(move || server.arrivals().len())), ..Self::at(address) }
    }

    pub fn patience(mut self, options: &str) -> Self {
        options.clone_into(&mut self.patience);
        self
    }

    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.options = options.into();
        self
    }

    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub fn wrapped(mut self, words: &[&str]) -> Self {
        self.wrapper.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    pub fn keep(mut self, kept: impl Any) -> Self {
        self.kept.push(Box::new(kept));
        self
    }

    pub fn check(mut self, check: impl Fn(&World, &Ran) -> Result<(), String> + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }
}

/// How a run must end.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub exit: i32,
    /// The error's kind, `-` for none, or two with `|` where it is one or the other. For a watch: how it names the lost connection, or why it ended.
    pub kind: String,
    pub attempts: RangeInclusive<usize>,
}

type Staging = Arc<dyn Fn() -> Scene + Send + Sync>;
type Answering = Arc<dyn Fn() -> Reply + Send + Sync>;

/// One command in one scene.
pub struct Run {
    pub command: &'static str,
    pub wanted: Wanted,
    pub scene: Staging,
}

/// One way in which something goes wrong.
pub struct Case {
    pub row: &'static str,
    pub what: String,
    pub runs: Vec<Run>,
    /// Whether it waits for one of the program's limits: such a case starts first.
    pub is_long: bool,
    /// What a run that succeeds must print.
    pub prints: Vec<String>,
    /// What a run that fails must report.
    pub messages: Vec<String>,
    answer: Option<Answering>,
}

/// A case that must fail at the first attempt with this exit code and kind; the methods below say otherwise.
pub fn case(
    row: &'static str,
    what: impl Into<String>,
    (exit, kind): (i32, &str),
    scene: impl Fn() -> Scene + Send + Sync + 'static,
) -> Case {
    let wanted = Wanted { exit, kind: kind.to_owned(), attempts: 1..=1 };
    let scene: Staging = Arc::new(scene);
    let run = |command| Run { command, wanted: wanted.clone(), scene: Arc::clone(&scene) };
    Case {
        row,
        what: what.into(),
        runs: vec![run("tags"), run("ping")],
        is_long: false,
        prints: vec![],
        messages: vec![],
        answer: None,
    }
}

/// A case in which the server answers every request in the same way.
pub fn answered(
    row: &'static str,
    what: impl Into<String>,
    wanted: (i32, &str),
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> Case {
    let reply: Answering = Arc::new(reply);
    let answer = Arc::clone(&reply);
    let scene = move || {
        let reply = Arc::clone(&reply);
        Scene::server(move |_, _| reply())
    };
    Case { answer: Some(answer), ..case(row, what, wanted, scene) }
}

/// A case in which the server always sends these bytes, then closes.
pub fn sends(
    row: &'static str,
    what: impl Into<String>,
    wanted: (i32, &str),
    bytes: impl Into<Vec<u8>>,
) -> Case {
    let bytes = bytes.into();
    answered(row, what, wanted, move || Reply::Closed(bytes.clone()))
}

/// A case in which the server answers HTTP 200 with this body.
pub fn body(row: &'static str, what: impl Into<String>, wanted: (i32, &str), body: impl AsRef<[u8]>) -> Case {
    sends(row, what, wanted, ok(body.as_ref()))
}

/// HTTP 200 with a body of any bytes.
pub fn ok(body: &[u8]) -> Vec<u8> {
    response("200 OK", &["Content-Type: application/json"], body)
}

impl Case {
    /// The server is asked three times for tags, and sent two pings.
    pub fn tried_again(self) -> Self {
        self.arriving(3, 2)
    }

    /// How often the server is asked for tags, and how often it is sent a ping.
    pub fn arriving(self, tags: usize, ping: usize) -> Self {
        self.between(tags..=tags, ping..=ping)
    }

    /// The same, where it may be one or another number.
    pub fn between(mut self, tags: RangeInclusive<usize>, ping: RangeInclusive<usize>) -> Self {
        for run in &mut self.runs {
            match run.command {
                "tags" => run.wanted.attempts = tags.clone(),
                "ping" => run.wanted.attempts = ping.clone(),
                _ => {}
            }
        }
        self
    }

    /// `tags` reads the payload, `ping` has none.
    pub fn of_tags(self) -> Self {
        self.of("tags")
    }

    /// `status` meets it too, if it makes every request fail alike. It goes on to the next one, unless that must fail as
    /// well.
    pub fn of_each_request(mut self) -> Self {
        if let [tags, ping] | [tags, ping, ..] = self.runs.as_slice()
            && (tags.command, ping.command) == ("tags", "ping")
            && tags.wanted.exit != 0
        {
            let Wanted { exit, kind, attempts } = tags.wanted.clone();
            let attempts = *attempts.start()..=*attempts.end() * 3;
            let wanted = Wanted { exit, kind, attempts };
            self.runs.push(Run { command: "status", wanted, scene: Arc::clone(&tags.scene) });
        }
        self
    }

    /// Only this command meets it.
    pub fn of(mut self, command: &'static str) -> Self {
        if let Some(mut run) = self.runs.pop() {
            run.command = command;
            self.runs = vec![run];
        }
        self
    }

    /// Where a ping ends in another way.
    pub fn but_ping(mut self, exit: i32, kind: &str, attempts: usize) -> Self {
        let ping = self.runs.iter_mut().find(|run| run.command == "ping").unwrap();
        ping.wanted = Wanted { exit, kind: kind.to_owned(), attempts: attempts..=attempts };
        self
    }

    /// A watch that is answered like this at its first poll, and well afterwards, reports that the connection
    /// was lost, names the same kind, and recovers by itself.
    pub fn watched(self) -> Self {
        let answer = Arc::clone(self.answer.as_ref().unwrap());
        let kind = self.runs[0].wanted.kind.clone();
        let scene = move || {
            let answer = Arc::clone(&answer);
            Scene::server(move |_, earlier| if earlier == 0 { answer() } else { Reply::ok(GOOD) })
        };
        self.watched_in((0, &kind), 2..=2, scene)
    }

    /// A watch that is always answered like this ends like this.
    pub fn ends_watch(self, wanted: (i32, &str), attempts: usize) -> Self {
        let answer = Arc::clone(self.answer.as_ref().unwrap());
        let scene = move || {
            let answer = Arc::clone(&answer);
            Scene::server(move |_, _| answer())
        };
        self.watched_in(wanted, attempts..=attempts, scene)
    }

    /// What a watch makes of a scene of its own.
    pub fn watched_in(
        mut self,
        (exit, kind): (i32, &str),
        attempts: RangeInclusive<usize>,
        scene: impl Fn() -> Scene + Send + Sync + 'static,
    ) -> Self {
        let wanted = Wanted { exit, kind: kind.to_owned(), attempts };
        self.runs.push(Run { command: "watch", wanted, scene: Arc::new(scene) });
        self
    }

    /// Only this command meets it, in a scene and with an end of its own.
    pub fn instead(
        mut self,
        command: &'static str,
        (exit, kind): (i32, &str),
        attempts: RangeInclusive<usize>,
        scene: impl Fn() -> Scene + Send + Sync + 'static,
    ) -> Self {
        let wanted = Wanted { exit, kind: kind.to_owned(), attempts };
        self.runs = vec![Run { command, wanted, scene: Arc::new(scene) }];
        self
    }

    /// It waits for one of the program's limits.
    pub fn long(mut self) -> Self {
        self.is_long = true;
        self
    }

    /// Where it succeeds, this is in the document.
    pub fn printing(mut self, text: impl Into<String>) -> Self {
        self.prints.push(text.into());
        self
    }

    /// Where it fails, this is in the error.
    pub fn with_message(mut self, text: impl Into<String>) -> Self {
        self.messages.push(text.into());
        self
    }
}
