//! The times of which nobody can know what was then, because events and coverage cannot show it.

use std::time::Duration;

use jiff::SignedDuration;

use crate::floor::event::FollowedPart;
use crate::floor::timeline::Span;
use crate::watch::checker::agent::Episode;
use crate::watch::checker::answers::shifts::Compared;
use crate::watch::checker::answers::{Answer, Answers, Blur, TAKEN};
use crate::watch::checker::day::{DAY, HOUR, MINUTE, moment};

/// Of two answers that are under way at a time, either may come first.
const NEAR: i64 = 3 * MINUTE;

pub(super) struct Unknown {
    all: Vec<(Blur, Span)>,
    /// The same in their order, with a time between each two.
    merged: Vec<Span>,
}

impl Answers<'_> {
    /// Of breaks, or of wrap-ups: what the clock showed twice, what went on as it was set back, somebody else's time, and what
    /// a late answer has changed.
    pub(super) fn unknown(&self, part: FollowedPart) -> Unknown {
        // If the server sends no time, nobody knows until when the first answers showed it, nor since when the later ones did.
        let answered = if self.weather.is_dated { vec![] } else { self.answered(part) };
        let widened = |span: Span| {
            let around = answered.iter().filter(|it| it.common(span).is_some());
            around.fold(span, |sum, it| Span { from: sum.from.min(it.from), to: sum.to.max(it.to) })
        };
        let shown = |it: &Episode| {
            let pieces = self.weather.shown(it.from - NEAR, it.to() + NEAR);
            let spans = pieces.into_iter().map(|(from, to)| Span { from: moment(from), to: moment(to) });
            spans.map(|span| (Blur::Clock, widened(span))).collect::<Vec<_>>()
        };
        let set = self.set_back_in(part).into_iter().chain(self.unparted_in(part)).flat_map(shown);
        let twice = self.shown_twice().into_iter().map(|span| (Blur::Clock, span));
        let reported = self.blurred.iter().filter(|(why, _)| *why != Blur::Clock).copied();
        Unknown::new(self, set.chain(twice).chain(reported))
    }

    /// The breaks, or wrap-ups, during which it was set back, or while no answer showed yet that they had ended.
    pub(super) fn set_back_in(&self, part: FollowedPart) -> Vec<&Episode> {
        let about: Vec<i64> = self.of_part(part).iter().map(|answer| answer.truth).collect();
        let is_set_back_in = |it: &&Episode| {
            let before = about.iter().filter(|truth| **truth <= it.from).max().unwrap_or(&it.from);
            let after = about.iter().filter(|truth| it.to() <= **truth).min().unwrap_or(&DAY);
            self.weather.is_set_back(*before - NEAR, *after + NEAR)
        };
        self.episodes(part).iter().filter(is_set_back_in).collect()
    }

    /// If the server sends no time, those that were shown first, or denied, at a time that our clock showed twice: nothing tells
    /// which of the answers of that time came just before.
    fn unparted_in(&self, part: FollowedPart) -> Vec<&Episode> {
        let (about, near) = (self.of_part(part), self.longest_pause());
        let twice = if self.weather.is_dated { vec![] } else { self.shown_twice() };
        let is_twice = |answer: &&Answer| {
            twice.iter().any(|span| span.from - near <= answer.at && answer.at <= span.to + near)
        };
        let first_from =
            |when: i64| about.iter().filter(move |it| when <= it.truth).min_by_key(|it| it.truth);
        let is_unparted = |it: &&Episode| [it.from, it.to()].into_iter().filter_map(first_from).any(is_twice);
        self.episodes(part).iter().filter(is_unparted).collect()
    }

    /// What our clock showed twice since the first break or wrap-up began.
    fn shown_twice(&self) -> Vec<Span> {
        let pieces = self.weather.shown(-HOUR, DAY + MINUTE);
        let pieces: Vec<Span> =
            pieces.into_iter().map(|(from, to)| Span { from: moment(from), to: moment(to) }).collect();
        let pairs = pieces.iter().enumerate().flat_map(|(place, one)| {
            let others = &pieces[..place];
            others.iter().filter_map(move |other| one.common(*other))
        });
        pairs.collect()
    }
}

impl Unknown {
    fn new(answers: &Answers<'_>, spans: impl Iterator<Item = (Blur, Span)>) -> Self {
        let longest = answers.longest_pause() + TAKEN;
        // Of a break that goes on as the agent changes, only the last answer but one counts.
        let near = |why| if why == Blur::Agent { longest * 2 } else { longest };
        let widened = |(why, span): (Blur, Span)| {
            let near: SignedDuration = near(why);
            (why, Span { from: span.from - near, to: span.to + near })
        };
        let all: Vec<(Blur, Span)> = spans.map(widened).collect();
        let merged = merged(all.iter().map(|(_, span)| *span).collect());
        Self { all, merged }
    }

    pub(super) fn of_the_clock(answers: &Answers<'_>) -> Self {
        Self::new(answers, answers.shown_twice().into_iter().map(|span| (Blur::Clock, span)))
    }

    /// How much of a span is unknown.
    pub(super) fn within(&self, span: Span) -> Duration {
        self.merged.iter().filter_map(|it| it.common(span)).map(Span::length).sum()
    }

    pub(super) fn touches(&self, span: Span) -> bool {
        self.merged.iter().any(|it| it.from <= span.to && span.from <= it.to)
    }

    /// How many such times there are in a span.
    pub(super) fn count(&self, span: Span) -> usize {
        self.all.iter().filter(|(_, it)| it.common(span).is_some()).count()
    }

    /// Why more than half of the window is unknown, if that is so.
    pub(super) fn hides(&self, window: Span) -> Option<Blur> {
        let is_hidden = self.within(window) * 2 > window.length();
        let touching =
            |why: &Blur| self.all.iter().any(|(it, unknown)| it == why && unknown.common(window).is_some());
        [Blur::Clock, Blur::Agent, Blur::Late].into_iter().find(touching).filter(|_| is_hidden)
    }

    /// That a figure of the window is right.
    pub(super) fn right(&self, window: Span) -> Compared {
        if self.within(window).is_zero() { Compared::Right } else { Compared::RightButForTheUnknown }
    }
}

/// These in their order, with a time between each two.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| span.from);
    let mut merged: Vec<Span> = vec![];
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}
