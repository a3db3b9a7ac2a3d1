//! Tags beyond the server's hour: those of the journal and one fresh answer as one list, each notification once in its latest
//! state.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use compact_str::CompactString;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::fleet::Unanswered;
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::scripts::Reach;
use crate::client::{Answer, Reference, SignedIn, Tags};
use crate::commands::shared::coverage::CoverageOfAll;
use crate::commands::shared::window::Window;
use crate::failure::Failure;
use crate::floor::answer::Tag;
use crate::floor::event::FollowedPart;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::tags::into_latest;
use crate::report::Row;

const PART: FollowedPart = FollowedPart::Tags;

pub(super) struct PastTags<'a> {
    keeper: Keeper<'a>,
    window: Window,
    /// The script that wants what it has not had yet.
    script: Option<&'a str>,
    /// Whether the server is asked in any case.
    polls: bool,
    /// Of each profile, what the script has not had yet, but for its events.
    had: RefCell<BTreeMap<String, Reach>>,
    pub(super) unanswered: Unanswered,
    /// The profiles of which another process has recorded what is shown.
    recorded: RefCell<Vec<String>>,
}

impl<'a> PastTags<'a> {
    pub(super) fn new(keeper: Keeper<'a>, window: Window, script: Option<&'a str>, polls: bool) -> Self {
        if script.is_none() {
            keeper.read_ahead(window.since);
        }
        Self {
            keeper,
            window,
            script,
            polls,
            had: RefCell::default(),
            unanswered: Unanswered::default(),
            recorded: RefCell::default(),
        }
    }

    /// Whether the journal has something to do with the profile.
    pub(super) fn holds(&self, profile: &str) -> bool {
        self.keeper.agent(profile).is_some()
    }

    /// Queries the server, unless another process does, records the answer, and adds what was recorded before.
    pub(super) async fn tags(
        &self,
        signed_in: &SignedIn,
        reference: &Reference,
        server_zone: &TimeZone,
    ) -> Result<Answer<Tags>, Failure> {
        let profile = &signed_in.profile;
        if !self.polls
            && let Some(as_of) = self.keeper.polled_at(profile, &[PART])
        {
            let value =
                Tags { notifications: self.listed(profile, vec![], None)?, icons: vec![], notes: vec![] };
            self.recorded.borrow_mut().push(profile.clone());
            return Ok(Answer::recorded(value, as_of));
        }
        let mut answer = match signed_in.tags(reference, server_zone, Some).await {
            Ok(answer) => answer,
            Err(failure) => return self.without_answer(profile, failure.into()),
        };
        let fresh = std::mem::take(&mut answer.value.notifications);
        let mut poll = answer.poll(profile);
        poll.read_was_cut = answer.lost_a_reply;
        poll.was_resent = answer.was_resent;
        poll.tags = Some(fresh.clone());
        if self.script.is_some() {
            self.keeper.record(poll.clone()).await?;
            answer.value.notifications = self.listed(profile, fresh, Some(&poll))?;
        } else {
            self.keeper.take(poll).await;
            answer.value.notifications = self.listed(profile, fresh, None)?;
        }
        Ok(answer)
    }

    /// What was recorded, if that is something.
    ///
    /// # Errors
    /// Why there is no answer, if it is not, or if the journal cannot be read.
    pub(super) fn without_answer(&self, profile: &str, failure: Failure) -> Result<Answer<Tags>, Failure> {
        let notifications = self.listed(profile, vec![], None)?;
        if notifications.is_empty() {
            return Err(failure);
        }
        self.unanswered.add(profile, failure);
        let as_of = self.keeper.last_answer(profile, PART);
        let value = Tags { notifications, icons: vec![], notes: vec![] };
        Ok(Answer::recorded(value, as_of.unwrap_or(self.window.since)))
    }

    /// What is listed of a profile: what was recorded, and what the `answer` holds that is `fresh`.
    fn listed(
        &self,
        profile: &str,
        fresh: Vec<Tag>,
        answer: Option<&PollResult>,
    ) -> Result<Vec<Tag>, Failure> {
        let hiding = self.keeper.hiding();
        let hide = |tag: &Tag| hiding.hidden(tag);
        let Some(script) = self.script else {
            let past = into_latest(self.keeper.tags(profile, self.window.since));
            let mut listed = with_fresh(past, fresh, true, &hide);
            listed.retain(|tag| self.window.holds(tag));
            return Ok(listed);
        };
        let (events, reach) = self.keeper.unread(script, profile, self.window.since, answer)?;
        self.had.borrow_mut().insert(profile.to_owned(), reach);
        let mut listed = with_fresh(into_latest(events), fresh, false, &hide);
        listed.retain(|tag| reach.had_until.is_some() || self.window.holds(tag));
        Ok(listed)
    }

    /// What is covered of the profiles that have answered; `None` if the journal holds none of them.
    pub(super) fn coverage<'p>(
        &self,
        answered: &'p [(String, Answer<Tags<Row>>)],
        now: Timestamp,
    ) -> Option<CoverageOfAll> {
        let window = |(profile, answer): &'p (String, Answer<Tags<Row>>)| {
            let until = if self.unanswered.holds(profile) { now } else { answer.as_of };
            let mut window = self.window.until_answer(until);
            if let Some(had_until) = self.had.borrow().get(profile).and_then(|reach| reach.had_until) {
                window.from = had_until.min(window.to);
            }
            (profile.as_str(), window)
        };
        let windows: Vec<_> = answered.iter().map(window).collect();
        let mut all = CoverageOfAll::default();
        for (profile, window, rows) in self.keeper.coverage(&windows) {
            all.add(profile, &rows, PART, window);
        }
        (!all.is_empty()).then_some(all)
    }

    /// Whether the server has answered for any of these profiles.
    pub(super) fn has_icons(&self, answered: &[String]) -> bool {
        let recorded = self.recorded.borrow();
        answered.iter().any(|profile| !recorded.contains(profile) && !self.unanswered.holds(profile))
    }

    /// Whether the script has had something of all profiles before: then their windows begin there.
    pub(super) fn continues_script(&self) -> bool {
        let had = self.had.borrow();
        !had.is_empty() && had.values().all(|reach| reach.had_until.is_some())
    }

    /// The script has had what these profiles have answered: stdout has taken it.
    ///
    /// # Errors
    /// If that cannot be noted: the next call repeats it.
    pub(super) fn move_cursors(&self, answered: &[String]) -> Result<(), Failure> {
        let Some(script) = self.script else { return Ok(()) };
        let had = self.had.borrow();
        let had = answered.iter().filter_map(|profile| Some((profile.as_str(), had.get(profile)?.last)));
        self.keeper.move_cursors(script, had)
    }
}

/// The name of a script, as `--new` takes it.
pub(super) fn name(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if text.is_empty() || text.chars().count() > 64 || !text.chars().all(is_plain) {
        return Err(format!("{text:?} is no name of letters, digits, - _ and ."));
    }
    Ok(text.to_owned())
}

/// By what a notification of an answer is found among those that were recorded, if both are as the journal keeps them.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(CompactString),
    Known(Option<Timestamp>, [Option<CompactString>; 3]),
}

impl Key {
    fn of(tag: &Tag) -> Self {
        match &tag.id {
            Some(id) => Self::Id(id.clone()),
            None => Self::Known(tag.time, [tag.kind.clone(), tag.call_id.clone(), tag.message.clone()]),
        }
    }
}

/// Of what the fresh answer holds, its state there is the latest, and its numbers are whole. What the journal could not take
/// is added, if `adds`. To `hide` a notification is to make of it what the journal keeps.
fn with_fresh(mut past: Vec<Tag>, mut fresh: Vec<Tag>, adds: bool, hide: &dyn Fn(&Tag) -> Tag) -> Vec<Tag> {
    let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
    for (place, tag) in past.iter().enumerate() {
        places.entry(Key::of(tag)).or_default().push(place);
    }
    // Nearly all are kept as they are, and to hide one takes longer than to read it.
    fresh.retain(|tag| {
        let same = |place: &usize| tag.id.is_some() || past[*place].fields == tag.fields;
        let found = taken(&mut places, &Key::of(tag), same);
        found.map(|place| past[place] = tag.clone()).is_none()
    });
    if fresh.is_empty() {
        return past;
    }
    let mut hidden: HashMap<usize, Tag> = HashMap::new();
    let mut places_of_hidden: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut rest: Vec<usize> = places.into_values().flatten().collect();
    rest.sort_unstable();
    for place in rest {
        let form = hide(&past[place]);
        places_of_hidden.entry(Key::of(&form)).or_default().push(place);
        hidden.insert(place, form);
    }
    let mut fresh: Vec<(Tag, Tag)> = fresh.into_iter().map(|tag| (hide(&tag), tag)).collect();
    // Twins are told apart by what is in them, as far as that goes.
    for is_content_compared in [true, false] {
        fresh.retain(|(form, tag)| {
            let same = |place: &usize| !is_content_compared || hidden[place].fields == form.fields;
            let found = taken(&mut places_of_hidden, &Key::of(form), same);
            found.map(|place| past[place] = tag.clone()).is_none()
        });
    }
    if adds {
        past.extend(fresh.into_iter().map(|(_, tag)| tag));
    }
    past
}

/// The first of the places with this key that is the `same`. It is taken only once.
fn taken(
    places: &mut HashMap<Key, Vec<usize>>,
    key: &Key,
    same: impl FnMut(&usize) -> bool,
) -> Option<usize> {
    let places = places.get_mut(key)?;
    Some(places.remove(places.iter().position(same)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::{nameless, raw, tag};

    #[test]
    fn a_fresh_answer_has_the_latest_state_and_is_listed_once() {
        let known = [tag("m60"), tag("m70"), nameless(r#"{"a":1}"#), nameless(r#"{"a":2}"#)];
        let changed = Tag { fields: raw(r#"{"_id":"m70","status":"answered"}"#), ..tag("m70") };
        let fresh = vec![nameless(r#"{"a":2}"#), changed.clone(), tag("m80")];
        let listed = with_fresh(known.to_vec(), fresh.clone(), true, &Tag::clone);
        let expected =
            [tag("m60"), changed.clone(), nameless(r#"{"a":1}"#), nameless(r#"{"a":2}"#), tag("m80")];
        assert_eq!(listed, expected);
        assert_eq!(with_fresh(known.to_vec(), fresh, false, &Tag::clone), expected[..4]);
    }

    #[test]
    fn what_the_journal_keeps_as_it_is_is_not_hidden_to_be_found() {
        let known = [tag("m60"), nameless(r#"{"a":1}"#), nameless(r#"{"a":2}"#)];
        let fresh = vec![nameless(r#"{"a":2}"#), tag("m60")];
        assert_eq!(with_fresh(known.to_vec(), fresh, true, &|tag| panic!("{tag:?}")), known);
    }

    #[test]
    fn a_notification_that_is_kept_masked_is_listed_once_and_whole() {
        let masked = |json: &str| Tag { message: Some("•••".into()), ..nameless(json) };
        let hide = |tag: &Tag| masked(&tag.fields.get().replace("98", "••"));
        let fresh = vec![nameless(r#"{"to":"98","a":2}"#), nameless(r#"{"to":"98","a":3}"#)];
        let past = vec![masked(r#"{"to":"••","a":1}"#), masked(r#"{"to":"••","a":2}"#)];
        let listed = with_fresh(past, fresh.clone(), true, &hide);
        assert_eq!(listed, [fresh[1].clone(), fresh[0].clone()], "by content, then in turn");
    }

    #[test]
    fn a_name_is_a_word_for_a_shell() {
        for good in ["hand-over", "missed_1", "é"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for wrong in ["", "a b", "a/b", &"x".repeat(65)] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
