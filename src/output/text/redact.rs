//! Keeps secrets off stdout and stderr, in whatever encoding they come back.

use std::cmp::Reverse;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use zeroize::Zeroizing;

use self::encodings::Spelling;

pub(crate) mod encodings;

/// Replaces a secret.
const HIDDEN: &str = "••••";
/// The least number of bytes of a secret. A shorter text can be guessed in seconds, and hiding it would deface answers.
const SHORTEST_SECRET: usize = 6;
/// The most texts that the library looks for many bytes at a time. For one more it goes from byte to byte, which took ten
/// times as long for the sessions of 14 agents.
const AT_ONCE: usize = 64;

/// The secrets to hide. Clones share them, so a secret that is added later is hidden everywhere.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// How many secrets there are. By it a writer sees without the lock that nothing has changed.
    count: AtomicUsize,
    secrets: Mutex<Secrets>,
}

#[derive(Default)]
struct Secrets {
    texts: Vec<Zeroizing<String>>,
    /// Built at the first use after a change.
    spellings: Option<Arc<Spellings>>,
}

/// Finds every secret in every encoding.
struct Spellings {
    groups: Vec<AhoCorasick>,
    longest: usize,
    /// Whether no spelling contains a line feed, so that no secret crosses the end of a line.
    within_lines: bool,
    /// How many secrets were known when this was built.
    count: usize,
}

impl Redactor {
    /// Hides the text from now on: as it is, escaped for JSON, HTML or Rust, percent-encoded, in base64, in hexadecimal
    /// and reversed. If it has 24 characters or more, its first 12 and its last 12 are hidden alone too. Texts of fewer
    /// than six bytes are not hidden.
    pub fn hide(&self, secret: &str) {
        if secret.len() < SHORTEST_SECRET {
            return;
        }
        let mut secrets = self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.texts.iter().any(|known| known.as_str() == secret) {
            return;
        }
        secrets.texts.push(Zeroizing::new(secret.to_owned()));
        secrets.spellings = None;
        self.0.count.store(secrets.texts.len(), Ordering::Release);
    }

    /// The text with all secrets hidden.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let Some(spellings) = self.spellings() else { return text.to_owned() };
        let mut redacted = String::new();
        let mut done = 0;
        for secret in spellings.find(text.as_bytes()) {
            redacted.push_str(&text[done..secret.start]);
            redacted.push_str(HIDDEN);
            done = secret.end;
        }
        redacted + &text[done..]
    }

    /// The text with all secrets hidden; `None` instead of waiting if this or another thread holds the lock.
    #[must_use]
    pub fn try_redact(&self, text: &str) -> Option<String> {
        match self.0.secrets.try_lock() {
            Err(TryLockError::WouldBlock) => return None,
            Ok(_) | Err(TryLockError::Poisoned(_)) => {}
        }
        Some(self.redact(text))
    }

    fn count(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    /// Runs `work` while the lock is held, as during a search.
    #[cfg(test)]
    pub(crate) fn while_locked<T>(&self, work: impl FnOnce() -> T) -> T {
        let _secrets = self.0.secrets.lock();
        work()
    }

    fn spellings(&self) -> Option<Arc<Spellings>> {
        if self.count() == 0 {
            return None;
        }
        let mut secrets = self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.spellings.is_none() {
            secrets.spellings = Spellings::of(&secrets.texts).map(Arc::new);
        }
        secrets.spellings.clone()
    }
}

impl Spellings {
    fn of(texts: &[Zeroizing<String>]) -> Option<Self> {
        let patterns: Vec<Spelling> = texts.iter().flat_map(|text| encodings::of(text)).collect();
        let mut finder = AhoCorasick::builder();
        // The other kinds take longer to build, or longer where text resembles a secret.
        finder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
        let of_group = |group: &[Spelling]| finder.build(group.iter().map(|pattern| pattern.as_slice()));
        Some(Self {
            longest: patterns.iter().map(|pattern| pattern.len()).max().unwrap_or_default(),
            within_lines: !patterns.iter().any(|pattern| pattern.contains(&b'\n')),
            // Fails only if the secrets have more than two thousand million bytes.
            groups: patterns.chunks(AT_ONCE).map(of_group).collect::<Result<_, _>>().ok()?,
            count: texts.len(),
        })
    }

    /// Where the secrets of a text are: the first that begins, and of those that begin there the longest; then the first
    /// behind it.
    fn find<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
        let mut next: Vec<_> = self.groups.iter().map(|group| group.find(text)).collect();
        std::iter::from_fn(move || {
            let first =
                next.iter().flatten().min_by_key(|secret| (secret.start(), Reverse(secret.end())))?.range();
            for (group, next) in self.groups.iter().zip(&mut next) {
                if next.is_some_and(|secret| secret.start() < first.end) {
                    *next = group.find(Input::new(text).range(first.end..));
                }
            }
            Some(first)
        })
    }

    /// The end of the part of a text in which every secret that begins is complete.
    fn end_of_whole(&self, text: &[u8]) -> usize {
        let whole = (text.len() + 1).saturating_sub(self.longest).min(text.len());
        // The last line feed after that place ends it later. Only this stretch is searched, because a large document may
        // have no line feed at all.
        let line = text[whole..].iter().rposition(|&byte| byte == b'\n').map(|last| whole + last + 1);
        line.filter(|_| self.within_lines).unwrap_or(whole)
    }
}

/// Passes text on with the secrets hidden, even if a secret is split over several writes.
///
/// It keeps back the end of the text while it could be the beginning of a secret, until the line ends or until
/// [`Write::flush`].
pub struct RedactingWriter<W: Write> {
    inner: W,
    redactor: Redactor,
    spellings: Option<Arc<Spellings>>,
    /// Written by the caller, but not yet passed on.
    held: Vec<u8>,
}

impl<W: Write> RedactingWriter<W> {
    pub fn new(inner: W, redactor: Redactor) -> Self {
        Self { inner, redactor, spellings: None, held: Vec::new() }
    }

    /// Passes a text on up to `end`, or to the end of the secret there; returns how many bytes that is.
    fn pass_on(&mut self, spellings: &Spellings, text: &[u8], end: usize) -> io::Result<usize> {
        let mut done = 0;
        for secret in spellings.find(text).take_while(|secret| secret.start < end) {
            self.inner.write_all(&text[done..secret.start])?;
            self.inner.write_all(HIDDEN.as_bytes())?;
            done = secret.end;
        }
        let rest = done..end.max(done);
        self.inner.write_all(&text[rest.clone()])?;
        Ok(rest.end)
    }

    /// Passes bytes on as they are. In what is packed no secret could be found, and a change would damage it: secrets were
    /// hidden before.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write_packed(&mut self, packed: &[u8]) -> io::Result<()> {
        self.flush()?;
        self.inner.write_all(packed)?;
        self.inner.flush()
    }

    fn refresh(&mut self) {
        let count = self.redactor.count();
        if self.spellings.as_ref().map_or(0, |spellings| spellings.count) != count {
            self.spellings = self.redactor.spellings();
        }
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.refresh();
        let Some(spellings) = self.spellings.clone() else {
            return self.inner.write(text);
        };
        if self.held.is_empty() {
            // A large answer arrives in whole lines, so nothing of it has to be kept.
            let done = self.pass_on(&spellings, text, spellings.end_of_whole(text))?;
            self.held.extend_from_slice(&text[done..]);
        } else {
            // After a failed write it is unknown how much has arrived, so nothing is written twice.
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(text);
            let done = self.pass_on(&spellings, &held, spellings.end_of_whole(&held))?;
            held.drain(..done);
            self.held = held;
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(spellings) = self.spellings.clone() {
            let held = std::mem::take(&mut self.held);
            self.pass_on(&spellings, &held, held.len())?;
        }
        self.inner.flush()
    }
}

impl<W: Write> Drop for RedactingWriter<W> {
    fn drop(&mut self) {
        // A caller that needs the error flushes first.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests;
