//! Tags beyond the server's hour: those of the journal and one fresh answer as one list, each notification once in its latest
//! state.

use std::cell::RefCell;
use std::collections::BTreeMap;

use compact_str::CompactString;
use foldhash::{HashMap, HashSet};
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
use crate::floor::identity::fingerprint::Sameness;
use crate::floor::identity::hidden::Hiding;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::tags::into_latest;
use crate::journal::Turn;
use crate::json::compact;
use crate::report::Row;
use crate::words::HIDDEN_DIGIT;

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
    /// Until the cursor of the script has moved, no other call reads it.
    _turn: Option<Turn>,
}

impl<'a> PastTags<'a> {
    pub(super) fn new(
        keeper: Keeper<'a>,
        window: Window,
        script: Option<(&'a str, Turn)>,
        polls: bool,
    ) -> Self {
        let (script, turn) = script.unzip();
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
            _turn: turn,
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
        let Some(script) = self.script else {
            let past = self.keeper.tags(profile, self.window.since);
            let mut listed = with_fresh(past, fresh, true, &*hiding);
            listed.retain(|tag| self.window.holds(tag));
            return Ok(listed);
        };
        let (events, reach) = self.keeper.unread(script, profile, self.window.since, answer)?;
        self.had.borrow_mut().insert(profile.to_owned(), reach);
        let mut listed = with_fresh(into_latest(events, &*hiding), fresh, false, &*hiding);
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

/// Of what the fresh answer holds, its state there is the latest, and its numbers are whole. What the journal could not take
/// is added, if `adds`.
fn with_fresh(mut past: Vec<Tag>, fresh: Vec<Tag>, adds: bool, hiding: &dyn Hiding) -> Vec<Tag> {
    let mut by_id: HashMap<CompactString, Vec<(usize, Tag)>> = HashMap::default();
    let mut rest: Vec<(usize, Tag)> = vec![];
    for (place, tag) in fresh.into_iter().enumerate() {
        match &tag.id {
            Some(id) => by_id.entry(id.clone()).or_default().push((place, tag)),
            None => rest.push((place, tag)),
        }
    }
    // Those without id, and those of whose id a part is hidden.
    let mut others: Vec<usize> = vec![];
    for (place, tag) in past.iter_mut().enumerate() {
        let is_certain = tag.id.as_ref().is_some_and(|id| !id.contains(HIDDEN_DIGIT));
        let states = tag.id.as_ref().and_then(|id| by_id.remove(id));
        match states.and_then(|states| last_state(states, Some(tag), hiding)) {
            Some((_, last)) => *tag = last,
            None if !is_certain => others.push(place),
            None => {}
        }
    }
    rest.extend(by_id.into_values().filter_map(|states| last_state(states, None, hiding)));
    rest.sort_unstable_by_key(|(place, _)| *place);
    let rest: Vec<Tag> = rest.into_iter().map(|(_, tag)| tag).collect();
    let found = same(&past, others, &rest, hiding);
    for (tag, place) in rest.into_iter().zip(found) {
        match place {
            Some(place) => past[place] = tag,
            None if adds => past.push(tag),
            None => {}
        }
    }
    past
}

/// Of the states that one answer has of an id, with their places in it, the one that the journal has noted last, or would.
fn last_state(
    mut states: Vec<(usize, Tag)>,
    noted: Option<&Tag>,
    hiding: &dyn Hiding,
) -> Option<(usize, Tag)> {
    if states.len() > 1
        && let Some(noted) = noted
        && let Some(last) = states.iter().rposition(|(_, state)| hiding.hidden(state).fields == noted.fields)
    {
        return Some(states.swap_remove(last));
    }
    states.into_iter().max_by_key(|(_, state)| state.time)
}

/// Where the notifications of an answer are in the past, among those at `places`. Twins are told apart by what is in them, as
/// far as that goes, and then taken in turn.
fn same(past: &[Tag], mut places: Vec<usize>, answer: &[Tag], hiding: &dyn Hiding) -> Vec<Option<usize>> {
    let mut found = vec![None; answer.len()];
    // Nearly all are kept as they are, and to hide one takes longer than to read it.
    let mut by_key = keyed(past, &places);
    for (found, tag) in found.iter_mut().zip(answer) {
        // As the journal writes it.
        let fields = compact(tag.fields.get());
        *found = take(&mut by_key, Sameness::of(tag), |place| past[place].fields.get() == fields);
    }
    let taken: HashSet<usize> = found.iter().copied().flatten().collect();
    places.retain(|place| !taken.contains(place));
    let is_any_hidden = places.iter().any(|place| hiding.is_hidden(&past[*place]));
    let form = |(tag, found): (&Tag, &Option<usize>)| {
        if is_any_hidden && found.is_none() { hiding.hidden(tag) } else { tag.clone() }
    };
    let forms: Vec<Tag> = answer.iter().zip(&found).map(form).collect();
    let mut by_key = keyed(past, &places);
    for is_content_compared in [true, false] {
        let rest = found.iter_mut().zip(answer.iter().zip(&forms));
        for (found, (tag, form)) in rest.filter(|(found, _)| found.is_none()) {
            let is_same = |place: usize| {
                // Of different ids the same may be left.
                past[place].time == form.time && (!is_content_compared || past[place].fields == form.fields)
            };
            // Older ones may be hidden where this one is not.
            *found = take(&mut by_key, Sameness::of(form), is_same)
                .or_else(|| take(&mut by_key, Sameness::of(tag), is_same));
        }
    }
    found
}

type Keyed<'t> = HashMap<Sameness<'t>, Vec<usize>>;

fn keyed<'t>(past: &'t [Tag], places: &[usize]) -> Keyed<'t> {
    let mut keyed = Keyed::default();
    for place in places {
        keyed.entry(Sameness::of(&past[*place])).or_default().push(*place);
    }
    keyed
}

/// The first of the places with this key that is the same. It is taken only once.
fn take<'t>(keyed: &mut Keyed<'t>, key: Sameness<'t>, is_same: impl Fn(usize) -> bool) -> Option<usize> {
    let places = keyed.get_mut(&key)?;
    Some(places.remove(places.iter().position(|place| is_same(*place))?))
}

#[cfg(test)]
mod tests;
