//! How a server writes its answers. They are read by the client, as those of any server are.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::tz::Offset;
use serde_json::Value;

use crate::client::replies::{break_status, moments, tags, wrapup};
use crate::client::{Received, Tags};
use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::samples::raw;
use crate::watch::checker::agent::{AgentDay, REASONS, present};
use crate::watch::checker::day::{ItemState, MINUTE, SECOND, SPELLINGS, moment};
use crate::watch::checker::dice::Dice;

/// Where the start of a break comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// It is stored.
    Stored,
    /// It is computed anew for each answer, and up to 3 s off.
    Jitters,
    /// It is computed by a clock that runs slow.
    Creeps,
    /// Now minus whole minutes.
    WholeMinutesAgo,
    /// The minute in which it was.
    ToTheMinute,
    /// Each back-end writes it by its own clock.
    ByOwnClock,
    /// One of two back-ends writes UTC, and no zone.
    UtcWithoutZone,
    /// The day alone.
    DayOnly,
    /// Not said.
    NotSaid,
    /// Said in some answers.
    Sometimes,
}

impl Start {
    const ALL: [Self; 10] = [
        Self::Stored,
        Self::Jitters,
        Self::Creeps,
        Self::WholeMinutesAgo,
        Self::ToTheMinute,
        Self::ByOwnClock,
        Self::UtcWithoutZone,
        Self::DayOnly,
        Self::NotSaid,
        Self::Sometimes,
    ];
}

/// A value that no answer repeats, although nothing has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Restless {
    WaitSeconds,
    ServerTime,
    RelativeText,
    IconCount,
}

/// How the servers of one day write.
pub(crate) struct Manner {
    pub(crate) start: Start,
    /// The spellings of the two back-ends.
    spellings: [u8; 2],
    /// Whether reasons are written as words and numbers in turn.
    reasons_in_turn: bool,
    /// Whether the call of a wrap-up is said in some answers only.
    calls_sometimes: bool,
    restless: Option<Restless>,
    /// How many answers there were.
    pub(crate) answers: usize,
    /// The back-end of the last answers, and of how many.
    back_end: (usize, usize),
    /// What the client has read already.
    breaks_read: RefCell<HashMap<String, Break>>,
    wrapups_read: RefCell<HashMap<String, Wrapup>>,
}

/// Who answers a poll: a back-end, with its clock.
#[derive(Clone, Copy)]
pub(crate) struct BackEnd {
    number: usize,
    /// How far its clock is ahead.
    pub(crate) ahead: i64,
}

/// The bits of a spelling.
const ORDER: u8 = 1;
const ESCAPES: u8 = 2;
const NUMBERS: u8 = 4;
const NULLS: u8 = 8;

impl Manner {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let restless =
            [Restless::WaitSeconds, Restless::ServerTime, Restless::RelativeText, Restless::IconCount];
        Self {
            start: Start::ALL[dice.index(Start::ALL.len())],
            spellings: spellings(dice),
            reasons_in_turn: dice.happens(150),
            calls_sometimes: dice.happens(500),
            restless: dice.happens(200).then(|| restless[dice.index(restless.len())]),
            answers: 0,
            back_end: (0, 0),
            breaks_read: RefCell::default(),
            wrapups_read: RefCell::default(),
        }
    }

    pub(crate) fn summary(&self) -> String {
        let Self { start, reasons_in_turn, calls_sometimes, restless, .. } = self;
        format!("{start:?}, in turn {reasons_in_turn}, calls sometimes {calls_sometimes}, {restless:?}")
    }

    /// Whether a second break is certain to be recognised although no poll has seen an end of the first.
    pub(crate) fn shows_second_breaks(&self) -> bool {
        matches!(self.start, Start::Stored | Start::Jitters | Start::Creeps | Start::ByOwnClock)
    }

    /// Where the start of a break that began at `from` has crept until `now`.
    pub(crate) fn crept(&self, from: i64, now: i64) -> i64 {
        let creeps = self.start == Start::Creeps;
        if creeps { from + (now - from) / 60 } else { from }
    }

    /// Whether another reason is certain to be recognised.
    pub(crate) fn shows_reasons(&self) -> bool {
        !self.reasons_in_turn
    }

    /// Whether a wrap-up after another call is certain to be recognised without a pause.
    pub(crate) fn shows_calls(&self) -> bool {
        !self.calls_sometimes
    }

    /// Whether fields change by themselves.
    pub(crate) fn is_restless(&self) -> bool {
        self.restless.is_some()
    }

    /// The back-end that answers the next poll: one connection leads to one. None answers more than three in a row.
    pub(crate) fn back_end(&mut self, dice: &mut Dice, second_ahead: i64) -> BackEnd {
        let (number, in_a_row) = self.back_end;
        let is_other = in_a_row >= 3 || dice.happens(500);
        self.back_end = if is_other { (1 - number, 1) } else { (number, in_a_row + 1) };
        self.answers += 1;
        let number = self.back_end.0;
        BackEnd { number, ahead: if number == 1 { second_ahead } else { 0 } }
    }

    pub(crate) fn write_break(&self, agent: &AgentDay, now: i64, by: BackEnd, dice: &mut Dice) -> Break {
        let id = agent.number(now);
        let id = match dice.below(4) {
            0 => format!("{id}"),
            1 if agent.changes.is_none() => "null".to_owned(),
            _ => format!("\"{id}\""),
        };
        let body = match present(&agent.breaks, now) {
            None if agent.changes.is_none() && dice.happens(300) => {
                r#"{"status":"error","errCode":1502,"message":"On break is : 0"}"#.to_owned()
            }
            None => format!(
                r#"{{"status":"success","data":{{"on_break":0,"breakDetail":{{}},"agent_id":{id}}}}}"#
            ),
            Some(number) => {
                let present = &agent.breaks[number];
                let reason = self.reason(present.value(now), dice);
                let start = self.start(present.from, now, by, dice);
                let detail = match dice.below(3) {
                    0 => format!(r#"{{"reason":{reason},"stime":{start}}}"#),
                    1 => format!(r#"[{{"stime": {start}, "reason" :{reason}, "x":null}}]"#),
                    _ => Value::from(format!(r#"{{"stime":{start},"reason":{reason}}}"#)).to_string(),
                };
                format!(
                    r#"{{"data":{{"agent_id":{id},"on_break":"1","breakDetail":{detail}}},"status":"success"}}"#
                )
            }
        };
        let read = |body: String| {
            break_status::read(&Received::of(200, body), &moments::india()).expect("an answer").0
        };
        self.breaks_read.borrow_mut().entry(body).or_insert_with_key(|body| read(body.clone())).clone()
    }

    pub(crate) fn write_wrapup(&self, agent: &AgentDay, now: i64, by: BackEnd, dice: &mut Dice) -> Wrapup {
        let body = match present(&agent.wrapups, now) {
            None if dice.happens(500) => {
                r#"{"status":"error","errCode":1504,"message":"Agent not in wrap time"}"#.to_owned()
            }
            None => r#"{"status":"success","data":{"response":0}}"#.to_owned(),
            Some(number) => {
                let present = &agent.wrapups[number];
                let call = present.value(now);
                let call = match dice.below(3) {
                    _ if self.calls_sometimes && !self.answers.is_multiple_of(3) => {
                        ["\"0\"", "null", "0", "\"\""][dice.index(4)].to_owned()
                    }
                    0 => call.to_string(),
                    _ => format!("\"{call}\""),
                };
                let end = seconds(present.to() + by.ahead + dice.below(5) * SECOND - 2 * SECOND);
                format!(r#"{{"status":"success","data":{{"response":1,"wrapETime":{end},"callId":{call}}}}}"#)
            }
        };
        let read =
            |body: String| wrapup::read(&Received::of(200, body), &moments::india()).expect("an answer").0;
        self.wrapups_read.borrow_mut().entry(body).or_insert_with_key(|body| read(body.clone())).clone()
    }

    fn reason(&self, number: usize, dice: &mut Dice) -> String {
        if self.reasons_in_turn {
            let is_word = self.answers.is_multiple_of(2);
            return if is_word {
                format!("\"{}\"", REASONS[number])
            } else {
                format!("\"{}\"", number + 101)
            };
        }
        let word = REASONS[number];
        match dice.below(8) {
            0 => format!("\"{}\"", word.to_lowercase()),
            1 => format!("\" {}\u{200b} \"", word.to_uppercase()),
            2 => "null".to_owned(),
            3 => "\"\"".to_owned(),
            4 => "\"0\"".to_owned(),
            _ => escaped(word),
        }
    }

    fn start(&self, from: i64, now: i64, by: BackEnd, dice: &mut Dice) -> String {
        let age = now - from;
        let start = match self.start {
            Start::Stored | Start::Sometimes | Start::UtcWithoutZone | Start::DayOnly | Start::NotSaid => {
                from
            }
            Start::Jitters => from + dice.below(4) * SECOND,
            Start::Creeps => self.crept(from, now),
            Start::WholeMinutesAgo => now + by.ahead - age / MINUTE * MINUTE,
            Start::ToTheMinute => from.div_euclid(MINUTE) * MINUTE,
            Start::ByOwnClock => from + by.ahead,
        };
        let zone = match (self.start, by.number) {
            (Start::UtcWithoutZone, 1) => Offset::UTC,
            _ => Offset::from_seconds(330 * 60).expect("a zone"),
        };
        let local = zone.to_datetime(moment(start));
        match self.start {
            Start::NotSaid => return ["null", "\"\"", "0", "\"0\"", "\"soon\""][dice.index(5)].to_owned(),
            Start::DayOnly => return format!("\"{}\"", local.date()),
            Start::Sometimes if dice.happens(500) => {
                return ["null", "\"\"", "\"0\""][dice.index(3)].to_owned();
            }
            _ => {}
        }
        match by.number {
            0 => seconds(start),
            _ if self.start != Start::UtcWithoutZone && dice.happens(500) => {
                format!("\"{}\"", seconds(start))
            }
            _ => format!("\"{}\"", local.strftime("%Y-%m-%d %H:%M:%S")),
        }
    }

    /// The notifications of an answer.
    pub(crate) fn write_tags(
        &self,
        states: &[&ItemState],
        now: i64,
        by: BackEnd,
        dice: &mut Dice,
    ) -> Vec<Tag> {
        states
            .iter()
            .map(|state| {
                let spelling = self.spelling(by, dice);
                let tag = state.written(spelling).clone();
                let waits = (now - state.from) / SECOND;
                let more = match self.restless {
                    None => return tag,
                    Some(Restless::IconCount) if state.is_nameless => return tag,
                    Some(Restless::IconCount) => {
                        let icons = vec![raw(&format!(r#"{{"name":"bell","count":{waits}}}"#))];
                        return Tag { icons, icon_names: vec!["bell".into()], ..tag };
                    }
                    Some(Restless::WaitSeconds) => format!(r#","waitSec":{waits}"#),
                    Some(Restless::ServerTime) => format!(r#","now":"{}""#, moment(now + by.ahead)),
                    Some(Restless::RelativeText) => format!(r#","ago":"{} min ago""#, waits / 60),
                };
                // The client keeps what it does not know as it is.
                Tag { fields: raw(&state.json(spelling, &more)), ..tag }
            })
            .collect()
    }

    fn spelling(&self, by: BackEnd, dice: &mut Dice) -> u8 {
        let own = self.spellings[by.number];
        if dice.happens(900) { own } else { self.spellings[1 - by.number] }
    }
}

impl ItemState {
    /// What it is about. It does not change.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        ["missed", "outgoing", "callback", "missed", "voicemail"].get(self.number % 6).copied()
    }

    /// Several are about one customer, but those without an id are told apart by theirs.
    pub(crate) fn customer(&self) -> String {
        let number = if self.is_nameless { self.number } else { self.number % 40 };
        format!("9198{number:08}")
    }

    /// As it is written in this spelling, with more fields at its end.
    fn json(&self, spelling: u8, more: &str) -> String {
        let has = |bit: u8| spelling & bit != 0;
        let Self { number, version, time, is_nameless, .. } = self;
        let id = match (is_nameless, has(NUMBERS)) {
            (true, _) => "null".to_owned(),
            (false, true) => number.to_string(),
            (false, false) => format!("\"{number}\""),
        };
        let text =
            if has(ESCAPES) { r"Missed call \/ caf\u00e9 \ud83d\ude00" } else { "Missed call / café 😀" };
        let (price, share, channel) =
            if has(NUMBERS) { ("1.5", "1", "101") } else { (r#""1.50""#, "1.0", r#""101""#) };
        let none = if has(NULLS) { r#""note":null,"to":"","# } else { "" };
        let customer = self.customer();
        let kind = self.kind().map(|kind| format!(r#""type":"{kind}","#)).unwrap_or_default();
        if has(ORDER) {
            format!(
                r#"{{{none}{kind}"v":{version},"n":{number},"who":{{"b":{share},"a":[{price},"x"]}},"channel":{channel},"cNumber":"{customer}", "message":"{text}","time":"{time}","_id":{id}{more}}}"#
            )
        } else {
            format!(
                r#"{{"_id":{id},"time":"{time}","message":"{text}","cNumber":"{customer}","channel":{channel},"who":{{"a":[{price}, "x"],"b":{share}}},{none}{kind}"n":"{number}","v":"{version}"{more}}}"#
            )
        }
    }

    /// The same, read by the client.
    pub(crate) fn read(&self, spelling: u8) -> Tag {
        read_tags(&self.json(spelling, ""), "").pop().expect("one notification")
    }
}

/// On most days both back-ends spell alike, which is quicker to check.
fn spellings(dice: &mut Dice) -> [u8; 2] {
    let mut spelling = || dice.index(usize::from(SPELLINGS)).try_into().expect("small");
    let (first, second) = (spelling(), spelling());
    if dice.happens(300) { [first, second] } else { [first, first] }
}

fn read_tags(data: &str, icons: &str) -> Vec<Tag> {
    let body = format!(r#"{{"data":[{data}],"iconDetails":[{icons}],"status":"success","code":200}}"#);
    let Tags { notifications, .. } =
        tags::read(&Received::of(200, body), &moments::india(), Some).expect("an answer");
    notifications
}

fn seconds(millis: i64) -> String {
    moment(millis).as_second().to_string()
}

fn escaped(word: &str) -> String {
    let escape = |letter: char| {
        if letter.is_ascii() { letter.to_string() } else { format!("\\u{:04x}", u32::from(letter)) }
    };
    format!("\"{}\"", word.chars().map(escape).collect::<String>())
}
