//! How notifications look that the journal keeps masked, so that those of an answer can be compared with them.

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use jiff::Timestamp;

use super::{Journal, body};
use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, ReportedTag};
use crate::floor::identity::hidden::Hiding;
use crate::output::text::mask::HIDDEN_DIGIT;
use crate::output::text::redact::Redactor;

impl Journal {
    /// What this journal leaves out.
    pub(crate) fn hiding(&self) -> Arc<dyn Hiding> {
        Arc::new(Kept(self.redactor.clone()))
    }
}

struct Kept(Redactor);

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Kept")
    }
}

impl Hiding for Kept {
    fn hidden(&self, tag: &Tag) -> Tag {
        let reported = ReportedTag { tag: tag.clone(), initial: false, changed: false };
        let at = Timestamp::UNIX_EPOCH;
        let event = Event { at, server_time: None, profile: None, kind: EventKind::Tag(Box::new(reported)) };
        let masked = body::of_event(&event, true);
        let kept = body::redacted(&masked, &self.0);
        match body::read(event.kind.words().name, at, "", &kept).map(|event| event.kind) {
            Ok(EventKind::Tag(reported)) => reported.tag,
            _ => tag.clone(),
        }
    }

    fn is_hidden(&self, tag: &Tag) -> bool {
        // Masks and the redactor write the same sign.
        let named = [&tag.id, &tag.kind, &tag.message, &tag.agent_id, &tag.call_id, &tag.customer];
        let mut texts = named.into_iter().flatten().map(CompactString::as_str);
        let mut written = tag.icons.iter().chain([&tag.fields]).map(|raw| raw.get());
        texts.any(|text| text.contains(HIDDEN_DIGIT)) || written.any(|text| text.contains(HIDDEN_DIGIT))
    }
}
