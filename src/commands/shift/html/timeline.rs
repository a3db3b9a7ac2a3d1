//! The shifts of agents as bars along the hours: SVG, drawn by attributes alone, because some programs drop styles.
//!
//! What a bar means can be seen without colour, by its height: a break is tall, what is over the limit is taller and marked,
//! a wrap-up is low, what was not seen is an outline with hatching. A break during which no answers came is an outline of
//! dashes.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::floor::shift::{BreakFigures, Segment, SegmentState};
use crate::floor::timeline::Span;
use crate::output::text::mask::mask_text;
use crate::output::text::sanitize::sanitize;
use crate::report::Meaning;

/// How long the line is.
const UNITS: i64 = 960;
/// A label needs so much.
const LABEL: i64 = 36;
/// Of a narrower bar no sign would be read.
const SIGN: i64 = 7;

/// Of more agents wrap-ups are not drawn: they are a third of the page, each so short that it is a speck. Nor is each break by
/// itself, because its times and its sign would be another third; what is over the limit is still taller.
const MOST_IN_DETAIL: usize = 60;

const HOUR: i64 = 3600;

const BREAK: &str = "#d97706";
const WRAPUP: &str = "#3b82f6";
const OVER: &str = "#dc2626";

pub(super) struct Timeline<'r> {
    report: &'r ShiftReport,
}

impl<'r> Timeline<'r> {
    pub(super) fn of(report: &'r ShiftReport) -> Self {
        Self { report }
    }

    /// The hours. What each line has in common is in it once.
    pub(super) fn ruler(&self) -> Markup {
        let (form, step) = self.labels();
        let marks: Vec<(i64, String)> = self
            .hours(step)
            .into_iter()
            .map(|(at, hour)| (self.place(at), hour.strftime(form).to_string()))
            .collect();
        let grid: Vec<String> = marks.iter().map(|(place, _)| format!("M{place} 1v11")).collect();
        html! {
            svg viewBox="0 0 960 12" width="960" height="12" font-size="10" fill="currentColor" {
                defs {
                    g id="g" fill="none" stroke="currentColor" {
                        path d="M0 11.5h960" stroke-opacity=".5" {}
                        path d=(grid.concat()) stroke-opacity=".2" {}
                    }
                    pattern id="h" width="5" height="5" patternUnits="userSpaceOnUse" {
                        path d="M0 5L5 0" stroke="currentColor" {}
                    }
                }
                @for (place, label) in marks.iter().filter(|(place, _)| place + LABEL / 2 < UNITS) {
                    text x=(place) y="10" { (label) }
                }
            }
        }
    }

    pub(super) fn of_agent(&self, agent: &ShiftOfAgent) -> Markup {
        let timeline = &agent.shift.timeline;
        let unseen = self.breaks(timeline, false);
        let not_seen = timeline.iter().filter(|segment| segment.state == SegmentState::NotSeen);
        let over = agent.shift.breaks.as_ref().map(BreakFigures::over).unwrap_or_default();
        html! {
            svg viewBox="0 0 960 12" width="960" {
                use href="#g" {}
                @if let Some(dashes) = self.dashes(timeline).filter(|_| self.is_detailed()) {
                    path d="M0 10h960" stroke=(WRAPUP) stroke-width="4" stroke-dasharray=(dashes) { title { "wrap-ups" } }
                }
                g stroke=(BREAK) stroke-width="8" {
                    @for (spans, title) in self.breaks(timeline, true) { path d=(self.path(&spans)) { title { (title) } } }
                }
                @if !unseen.is_empty() {
                    g fill="none" stroke=(BREAK) stroke-width="1.5" stroke-dasharray="3 2" {
                        @for (spans, title) in &unseen { path d=(self.outlines(spans)) { title { (title) } } }
                    }
                }
                @if !over.is_empty() {
                    path d=(self.path(&over)) stroke=(OVER) stroke-width="12" { title { "over the limit" } }
                    @if self.is_detailed() {
                        g fill="#fff" font-size="10" font-weight="bold" text-anchor="middle" {
                            @for span in over.iter().filter(|span| self.ends(**span).1 >= SIGN) { (self.sign(*span, "!")) }
                        }
                    }
                }
                @for segment in not_seen { (self.outline(segment.span)) }
            }
        }
    }

    /// Each state with its picture and its name.
    pub(super) fn legend(&self) -> Markup {
        let picture = |drawn: Markup| html! { svg viewBox="0 0 24 12" width="24" height="12" font-size="10" { (drawn) } };
        html! {
            p.key {
                (picture(html! { path d="M0 6h24" stroke=(BREAK) stroke-width="8" {} })) "break (tall)"
                (picture(html! {
                    path d="M0 6h24" stroke=(OVER) stroke-width="12" {}
                    @if self.is_detailed() { text x="12" y="9.5" fill="#fff" text-anchor="middle" font-weight="bold" { "!" } }
                })) "over the limit (full height)"
                @if self.has_unseen_breaks() {
                    (picture(html! { path d="M.5 2.5h23v7h-23z" fill="none" stroke=(BREAK) stroke-width="1.5" stroke-dasharray="3 2" {} }))
                    "break, not recorded meanwhile (dashes)"
                }
                @if self.is_detailed() {
                    (picture(html! { path d="M0 10h24" stroke=(WRAPUP) stroke-width="4" {} })) "wrap-up (low)"
                }
                (picture(html! { path d="M0 11.5h24" stroke="currentColor" stroke-opacity=".5" {} }))
                @if self.is_detailed() { "neither (line)" } @else { "neither, or in wrap-up (line)" }
                (picture(html! { path d="M.5 1.5h23v9h-23z" stroke="currentColor" fill="url(#h)" {} })) "not recorded (hatched)"
            }
        }
    }

    fn is_detailed(&self) -> bool {
        self.report.agents.len() <= MOST_IN_DETAIL
    }

    /// What is drawn at once, and its title: each break with its times, or those of one reason together. Those that are not
    /// `certain` follow from what came before and after them.
    fn breaks(&self, timeline: &[Segment], certain: bool) -> Vec<(Vec<Span>, String)> {
        let mut bars: Vec<(Vec<Span>, String)> = vec![];
        let is_wanted = |it: &&Segment| it.state == SegmentState::Break && it.certain == certain;
        for segment in timeline.iter().filter(is_wanted) {
            let title = self.break_title(segment);
            match bars.iter_mut().find(|(_, of_bar)| !self.is_detailed() && *of_bar == title) {
                Some((spans, _)) => spans.push(segment.span),
                None => bars.push((vec![segment.span], title)),
            }
        }
        bars
    }

    fn path(&self, spans: &[Span]) -> String {
        let piece = |span: &Span| {
            let (from, length) = self.ends(*span);
            format!("M{from} 6h{length}")
        };
        spans.iter().map(piece).collect()
    }

    fn has_unseen_breaks(&self) -> bool {
        let mut all = self.report.agents.iter().flat_map(|agent| &agent.shift.timeline);
        all.any(|segment| segment.state == SegmentState::Break && !segment.certain)
    }

    /// The outlines of what [`Timeline::path`] would fill.
    fn outlines(&self, spans: &[Span]) -> String {
        let piece = |span: &Span| {
            let (from, length) = self.ends(*span);
            format!("M{from} 2.5h{length}v7h-{length}z")
        };
        spans.iter().map(piece).collect()
    }

    fn outline(&self, span: Span) -> Markup {
        let (from, length) = self.ends(span);
        html! {
            path d={ "M" (from) " 1.5h" (length) "v9h-" (length) "z" } stroke="currentColor" fill="url(#h)" {
                title { (self.times(span)) " not recorded" }
            }
        }
    }

    fn sign(&self, span: Span, sign: &str) -> Markup {
        let (from, length) = self.ends(span);
        html! { text x=(from + length / 2) y="9.5" { (sign) } }
    }

    /// The lengths of gaps and wrap-ups by turns, to be drawn as one dashed line: there are hundreds a day. What touches is one
    /// piece.
    fn dashes(&self, timeline: &[Segment]) -> Option<String> {
        let mut dashes = Vec::new();
        let (mut at, mut until) = (0, 0);
        for segment in timeline.iter().filter(|segment| segment.state == SegmentState::Wrapup) {
            let (from, length) = self.ends(segment.span);
            if from > until {
                // What is painted comes first in a line of dashes.
                dashes.extend([until - at, from - until]);
                at = from;
            }
            until = until.max(from + length);
        }
        dashes.extend([until - at, UNITS]);
        let lengths: Vec<String> = dashes.iter().map(i64::to_string).collect();
        (until > 0).then(|| lengths.join(" "))
    }

    fn break_title(&self, segment: &Segment) -> String {
        let reason = segment.reason.as_deref().unwrap_or("break");
        let reason = if self.report.frame.mask { mask_text(reason, Meaning::Text) } else { reason.into() };
        let unseen = if segment.certain { "" } else { ", not recorded meanwhile" };
        let times = if self.is_detailed() { format!("{} ", self.times(segment.span)) } else { String::new() };
        format!("{times}{}{unseen}", sanitize(&reason))
    }

    fn times(&self, span: Span) -> String {
        format!("{}–{}", words::clock(span.from, self.report), words::clock(span.to, self.report))
    }

    /// Where a bar begins, and how long it is: never so short that it vanishes.
    fn ends(&self, span: Span) -> (i64, i64) {
        let from = self.place(span.from).min(UNITS - 1);
        (from, (self.place(span.to) - from).max(1))
    }

    fn place(&self, moment: Timestamp) -> i64 {
        let Span { from, to } = self.report.frame.window;
        let whole = to.duration_since(from).as_millis().max(1);
        let past = moment.duration_since(from).as_millis().clamp(0, whole);
        i64::try_from((past * i128::from(UNITS) * 2 + whole) / (whole * 2)).unwrap_or(UNITS)
    }

    /// How hours are labelled, and every how many of them.
    fn labels(&self) -> (&'static str, i64) {
        let Span { from, to } = self.report.frame.window;
        let hours = (to.duration_since(from).as_secs() / HOUR).max(1);
        let (form, steps): (_, &[i64]) =
            if hours > 48 { ("%-d %b", &[24, 48, 168, 336, 672]) } else { ("%H:%M", &[1, 2, 3, 4, 6, 12]) };
        let fits = |step: &&i64| UNITS * **step / hours >= LABEL;
        (form, steps.iter().find(fits).or(steps.last()).copied().unwrap_or(24))
    }

    /// Each hour, by the clock of the zone, that is a multiple of `step`; of days, each so many hours.
    fn hours(&self, step: i64) -> Vec<(Timestamp, DateTime)> {
        let Span { from, to } = self.report.frame.window;
        let begin = self.report.frame.zone.to_datetime(from);
        let past = i64::from(begin.minute()) * 60 + i64::from(begin.second());
        let first = from.checked_sub(SignedDuration::from_secs(past)).unwrap_or(from);
        let next = |hour: &Timestamp| hour.checked_add(SignedDuration::from_secs(HOUR)).ok();
        let hours = std::iter::successors(Some(first), next).take_while(|hour| *hour < to);
        let by_clock = hours
            .map(|hour| (hour, self.report.frame.zone.to_datetime(hour)))
            .filter(|(hour, _)| from <= *hour);
        if step < 24 {
            return by_clock.filter(|(_, there)| i64::from(there.hour()) % step == 0).collect();
        }
        let days = usize::try_from(step / 24).unwrap_or(1);
        by_clock.filter(|(_, there)| there.hour() == 0).step_by(days).collect()
    }
}
