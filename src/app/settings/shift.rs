//! How the keys of `[shift]` are read.

use std::time::Duration;

use jiff::civil::Time;

use crate::floor::kind::WantedKind;
use crate::moment::{clock, duration};
use crate::words::plain;

pub(super) fn time_of_day(text: &str) -> Result<Time, String> {
    clock(text).ok_or_else(|| format!("{text:?} is not a time of day; write for example 9:00 or 17:45"))
}

/// `lunch=45m`, or `tea=2x15m` for two of fifteen minutes.
pub(super) fn allowance(text: &str) -> Result<(String, Duration), String> {
    let wrong = || format!("{text:?} is not an allowance; write for example 45m, or 2x15m for two of them");
    let (reason, value) =
        text.rsplit_once('=').filter(|(reason, _)| !plain(reason).is_empty()).ok_or_else(wrong)?;
    let (count, length) = match value.split_once(['x', '×']) {
        Some((count, length)) => (count.trim().parse().map_err(|_| wrong())?, length),
        None => (1, value),
    };
    let length = duration(length).map_err(|_| wrong())?;
    let whole = length.checked_mul(count).filter(|whole| !whole.is_zero()).ok_or_else(wrong)?;
    Ok((reason.to_owned(), whole))
}

pub(super) fn kinds(text: &str) -> Result<Vec<WantedKind>, String> {
    let kind =
        |kind: &str| kind.parse().map_err(|error| format!("{error}; write for example missed,voicemail"));
    text.split(',').map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_a_length_or_so_many_of_one() {
        let minutes = |text: &str| allowance(text).map(|(reason, length)| (reason, length.as_secs() / 60));
        assert_eq!(minutes("lunch=45m"), Ok(("lunch".to_owned(), 45)));
        assert_eq!(minutes("tea=2x15m"), Ok(("tea".to_owned(), 30)));
        assert_eq!(minutes("tea=2 × 15 min"), Ok(("tea".to_owned(), 30)));
        for wrong in [
            "=45m",
            "tea",
            "tea=0x15m",
            "tea=-1x15m",
            "tea=2x",
            "tea=x15m",
            "tea=soon",
            "tea=99999999999x300d",
        ] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
