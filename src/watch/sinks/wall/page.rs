//! What a browser shows, as HTML: a function of the floor. Texts are made harmless and escaped, customers' numbers are
//! always masked.
//!
//! The server draws the finished `<main>`, and the script of the page swaps it. How long things last is not in it, only
//! since when and until when, so that it stays the same text while nothing happens; the script counts. For a reader without
//! a script, [`Page::document`] writes the lengths out.

mod assets;
mod options;
mod rows;
mod steady;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::floor::state::AgentState;
use crate::output::event_view::fold;
use crate::output::presentation::TimeStyle;
use crate::output::text::sanitize::sanitize;
use crate::watch::sinks::shown::event::{self, EventRow};
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::summary::{Liveness, counts, liveness, tally};
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::sinks::wall::page::options::{Lengths, class};
use crate::watch::sinks::wall::page::rows::{Row, rows};
use crate::watch::sinks::wall::page::steady::Steady;
use crate::watch::view::{AgentView, FloorView};

pub(crate) use assets::{Asset, assets};
pub(crate) use options::PageOptions;

/// A browser that got nothing for so long says so, by its script or by this page.
const NOT_LIVE_AFTER: Duration = Duration::from_secs(12);

/// What was seen so long ago is no longer shown: nobody would take it for true.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 60);

/// The newest events: a screen has room for some of them, and a telephone need not load more.
const MOST_EVENTS: usize = 16;

#[derive(Debug)]
pub(crate) struct Page {
    options: PageOptions,
    steady: Mutex<Steady>,
}

impl Page {
    pub(crate) fn new(options: PageOptions) -> Self {
        Self { options, steady: Mutex::default() }
    }

    /// The finished `<main>`, the same text as long as nothing has changed but how long things last.
    pub(crate) fn floor(&self, view: &FloorView) -> String {
        self.main(view, Lengths::Counted).into_string()
    }

    /// The whole page at the moment `now`. Without a script it is loaded anew every ten seconds.
    pub(crate) fn document(&self, view: &FloorView, now: Timestamp) -> String {
        let age = now.duration_since(view.wall).unsigned_abs();
        let is_live = age < NOT_LIVE_AFTER;
        let head = html! {
            link rel="icon" href=(assets::live_icon().path) data-stale=(assets::stale_icon().path);
            noscript { meta http-equiv="refresh" content="10"; }
        };
        let body = html! {
            body data-now=(view.wall.as_millisecond()) data-age=(age.as_millis()) {
                p #stale role="alert" hidden[is_live] {
                    @if !is_live { "NOT LIVE since " (self.options.zone.to_datetime(view.wall).strftime("%H:%M:%S")) }
                }
                (self.main(view, Lengths::Written(view.wall.as_second())))
                p #alerts .hide aria-live="polite" {}
            }
        };
        page(&sanitize(&self.options.title), if is_live { "" } else { "stale" }, &head, &body)
    }

    fn main(&self, view: &FloorView, lengths: Lengths) -> Markup {
        let PageOptions { zone, only, limits, title } = &self.options;
        let view = &without_what_is_forgotten(view);
        let (mask, time) = (true, TimeStyle::Clock);
        let wording = Wording { zone, mask, time, wall: view.wall, harmless: sanitize };
        let names = Names::of(view, &wording);
        let rows = {
            let mut steady = self.steady.lock().unwrap_or_else(PoisonError::into_inner);
            rows(view, &self.options, &names, &wording, &mut steady)
        };
        let with_breaks = rows.iter().any(Row::has_breaks);
        let over: Vec<&str> = rows.iter().filter(|row| row.is_over_limit()).map(Row::name).collect();
        let alerts =
            if over.is_empty() { String::new() } else { format!("Over the limit: {}", over.join(", ")) };
        let tally = tally(view, *only, limits);
        html! {
            main data-build=(assets::build()) data-offset=(zone.to_offset(view.wall).seconds()) data-alerts=(alerts) {
                header {
                    h1 { bdi { (sanitize(title)) } }
                    ul .tally {
                        @for (mark, word, count) in counts(tally, *only) {
                            li class={ (class(mark.tint)) @if count == 0 { " none" } } {
                                i aria-hidden="true" { (mark.symbol) } b { (count) } " " (word)
                            }
                        }
                    }
                    p .page {}
                    @if !rows.is_empty() { (freshness(view, lengths)) }
                    p .clock { @if lengths != Lengths::Counted { (wording.clock(view.wall)) } }
                }
                @if rows.is_empty() {
                    p .empty { "No agent is followed." }
                } @else {
                    table class=[with_breaks.then_some("with-breaks")] {
                        caption { "Agents" }
                        thead { tr { @for title in rows::titles(with_breaks) { th scope="col" { (title) } } } }
                        tbody { @for row in &rows { (row.markup(lengths, with_breaks)) } }
                    }
                }
                (events(view, &names, &wording))
            }
        }
    }
}

/// The agents that have not been heard of for long keep their names only.
fn without_what_is_forgotten(view: &FloorView) -> FloorView {
    let shown = |agent: &Arc<AgentView>| match agent.lag(view.now) {
        Some(lag) if lag >= FORGOTTEN_AFTER => {
            Arc::new(AgentView { state: AgentState::default(), ..AgentView::clone(agent) })
        }
        _ => Arc::clone(agent),
    };
    FloorView { agents: view.agents.iter().map(shown).collect(), ..view.clone() }
}

/// How old the answers are: nothing more than a word as long as they are new.
fn freshness(view: &FloorView, lengths: Lengths) -> Markup {
    let state = liveness(view);
    let mark = state.mark();
    let answers =
        view.agents.iter().filter(|agent| !agent.is_over()).filter_map(|agent| agent.health.last_ok());
    let oldest = answers.min().filter(|_| matches!(state, Liveness::Stale | Liveness::Reconnecting(_)));
    html! {
        p class={ "live " (class(mark.tint)) } {
            i aria-hidden="true" { (mark.symbol) } " " (state.words(view.agents.len()))
            @if let Some((from, ago)) = oldest.map(|at| rows::counted(at.as_second(), lengths)) {
                " · DeepCall " span data-from=[from] { (ago) } " ago"
            }
        }
    }
}

fn events(view: &FloorView, names: &Names, wording: &Wording<'_>) -> Markup {
    let newest: Vec<_> = view.events.newest_first().take(4 * MOST_EVENTS).collect();
    let mut folded = fold(newest.into_iter().rev(), view.agents.len());
    folded.reverse();
    let rows: Vec<EventRow> =
        folded.iter().take(MOST_EVENTS).map(|folded| event::row(folded, names, wording)).collect();
    html! {
        @if !rows.is_empty() {
            section .feed {
                h2 { "Newest" }
                ol {
                    @for row in &rows {
                        li {
                            time { (row.time.trim()) } " "
                            i class=(class(row.mark.tint)) aria-hidden="true" { (row.mark.symbol) } " "
                            @if let Some(agent) = &row.agent { b { bdi { (agent) } } " " }
                            @for (at, part) in row.parts.iter().enumerate() {
                                @if at > 0 { " " }
                                bdi class=(class(row.tint)) { (part) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The page for somebody without a key: no agent's name is on it.
pub(crate) fn key_form(was_wrong: bool) -> String {
    let body = html! {
        body {
            main .key {
                h1 { "The floor is behind a key" }
                form method="post" action="/session" {
                    @if was_wrong { p .bad role="alert" { "That is not the key." } }
                    label for="key" { "Key" }
                    input #key type="password" name="key" autocomplete="current-password" required autofocus;
                    button { "Show the floor" }
                }
                p .quiet { "It is the part after " code { "#k=" } " of the address that " code { "deepcall serve" } " prints." }
            }
        }
    };
    page("deepcall", "", &html! { link rel="icon" href=(assets::live_icon().path); }, &body)
}

fn page(title: &str, state: &str, head: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" class=[Some(state).filter(|state| !state.is_empty())] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                link rel="stylesheet" href=(assets::style().path);
                script src=(assets::script().path) defer {}
                (head)
            }
            (body)
        }
    };
    page.into_string()
}
