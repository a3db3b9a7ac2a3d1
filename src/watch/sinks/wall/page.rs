//! What a browser shows, as HTML. Whatever is written is escaped.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest, Sha256};

use crate::floor::overview::{Overview, StateName};
use crate::output::text::sanitize::sanitize;
use crate::output::text::times;
use crate::watch::view::{AgentView, FloorView};

#[derive(Clone, Debug)]
pub(crate) struct PageOptions {
    pub(crate) zone: TimeZone,
    pub(crate) title: String,
}

/// A file that a page names. Its path changes with its content.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) path: String,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: String,
}

static ASSETS: LazyLock<[Asset; 1]> = LazyLock::new(|| {
    let style = ":root{color-scheme:light dark;font:1.2em/1.5 system-ui,sans-serif}th{text-align:left}td,th{padding:0 1em}";
    let digest = Sha256::digest(style);
    let digest = u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default());
    [Asset {
        path: format!("/assets/{digest:016x}.css"),
        media_type: "text/css; charset=utf-8",
        bytes: style.to_owned(),
    }]
});

pub(crate) fn assets() -> &'static [Asset] {
    &*ASSETS
}

#[derive(Debug)]
pub(crate) struct Page(PageOptions);

impl Page {
    pub(crate) fn new(options: PageOptions) -> Self {
        Self(options)
    }

    /// The finished `<main>`.
    pub(crate) fn floor(&self, view: &FloorView) -> String {
        main(view, &self.0).into_string()
    }

    /// The whole page. Without a script it is loaded anew every ten seconds.
    pub(crate) fn document(&self, view: &FloorView, now: Timestamp) -> String {
        let Self(options) = self;
        let refresh = html! { meta http-equiv="refresh" content="10"; };
        let shown = times::rfc3339_seconds(now, &options.zone);
        page(&options.title, &refresh, &html! { (main(view, options)) p { "Shown at " (shown) } })
    }
}

fn main(view: &FloorView, options: &PageOptions) -> Markup {
    html! {
        main {
            h1 { (options.title) }
            table {
                thead { tr { th scope="col" { "Agent" } th scope="col" { "State" } th scope="col" { "Last answer" } } }
                tbody { @for agent in &view.agents { (row(agent, view, options)) } }
            }
        }
    }
}

fn row(agent: &AgentView, view: &FloorView, options: &PageOptions) -> Markup {
    let state = match Overview::of(&agent.state, view.now).name {
        _ if agent.is_over() => "ended",
        StateName::OnBreak => "on break",
        StateName::InWrapup => "wrap-up",
        StateName::Neither => "neither",
        StateName::Unknown => "unknown",
    };
    let answered = agent.health.last_ok().map(|at| times::rfc3339_seconds(at, &options.zone));
    html! {
        tr {
            th scope="row" { (sanitize(&agent.profile)) }
            td { (state) }
            td { (answered.unwrap_or_default()) }
        }
    }
}

/// The page for somebody without a key.
pub(crate) fn key_form(was_wrong: bool) -> String {
    let form = html! {
        main {
            form method="post" action="/session" {
                label { "Key " input type="password" name="key" required autofocus; }
                button { "Show the floor" }
            }
            @if was_wrong { p role="alert" { "That is not the key." } }
        }
    };
    page("deepcall", &html! {}, &form)
}

fn page(title: &str, head: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                link rel="stylesheet" href=(ASSETS[0].path);
                (head)
            }
            body { (body) }
        }
    };
    page.into_string()
}
