use jiff::tz::TimeZone;

use super::*;
use crate::commands::shift::samples::{HOSTILE, report};
use crate::output::presentation::Format;

fn written(report: &ShiftReport) -> String {
    let presentation = Presentation {
        format: Format::Table,
        width: None,
        color: false,
        zone: TimeZone::UTC,
        now: report.frame.now,
        time: None,
        mask: report.frame.mask,
        headers: true,
        columns: None,
        guard: true,
    };
    page(report, &presentation).expect("no column is chosen")
}

#[test]
fn no_text_is_more_than_text() {
    let page = written(&report(HOSTILE, HOSTILE, false));
    assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{1b}'), "{page}");
    let shown = "=1+1&lt;script&gt;alert('x')&lt;/script&gt;\\u{202e}␛[31m&amp;&quot;";
    // In both tables, in the list of reasons and of kinds, as the longest break, and beside the bar.
    assert!(page.matches(shown).count() >= 6, "{page}");
}

#[test]
fn what_the_bars_mean_is_in_words_too() {
    let page = written(&report("asha", "Tea", false));
    for words in ["10:00–10:30 Tea", "over the limit", "17:20–18:00 not recorded", "not recorded (hatched)"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn the_head_has_window_zone_coverage_and_when_it_was_made() {
    let page = written(&report("asha", "Tea", false));
    for words in ["09:00–18:00 (Asia/Kolkata)", "came): 92 %", "19:00 (Asia/Kolkata)"] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn phone_numbers_are_masked_where_that_is_wanted() {
    let page = written(&report("asha", "call 919876543210", true));
    assert!(page.contains("call •••••••••210") && !page.contains("call 9198"), "{page}");
}
