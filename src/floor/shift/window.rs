//! When a shift begins and ends, by its hours in the configuration. Days and times of day are those of a zone. Where its
//! clocks change, a shift is an hour longer or shorter.

use jiff::ZonedDateTime;
use jiff::civil::{Date, Time};

use crate::floor::timeline::Span;
use crate::moment::at;

/// Before this time of day, the day that has just ended is meant by a report.
const MORNING: i8 = 6;

/// When a shift begins and ends on each day. One that ends at an earlier time of day ends on the next day; one that ends
/// when it begins is a whole day, as a centre that never closes counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub start: Time,
    pub end: Time,
}

impl Hours {
    #[must_use]
    pub fn go_over_midnight(self) -> bool {
        self.end <= self.start
    }
}

/// The shift that goes on, else the last that has ended. `ended` is whether one that goes on is not meant.
///
/// # Errors
/// If the day is out of the range of the calendar.
pub fn current(hours: Option<Hours>, ended: bool, now: &ZonedDateTime) -> Result<Span, jiff::Error> {
    let today = now.date();
    let Some(hours) = hours else {
        let is_over = ended || now.hour() < MORNING;
        return of_day(if is_over { today.yesterday()? } else { today }, None, now);
    };
    let is_meant = |shift: &Span| {
        let last = if ended { shift.to } else { shift.from };
        // Clocks that go forward may skip a whole one.
        shift.from < shift.to && last <= now.timestamp() && (ended || shift.from < now.timestamp())
    };
    let mut day = today;
    for _ in 0..3 {
        let shift = of_day(day, Some(hours), now)?;
        if is_meant(&shift) {
            return Ok(shift);
        }
        day = day.yesterday()?;
    }
    of_day(day, Some(hours), now)
}

/// The shift that goes on, or where none does the time since midnight; until now. So what is watched is never counted by
/// a day that is over.
///
/// # Errors
/// If the day is out of the range of the calendar.
pub fn today(hours: Option<Hours>, now: &ZonedDateTime) -> Result<Span, jiff::Error> {
    let (date, to) = (now.date(), now.timestamp());
    // One that went over midnight began yesterday.
    for day in [date, date.yesterday()?] {
        let shift = hours.map(|hours| of_day(day, Some(hours), now)).transpose()?;
        if let Some(shift) = shift.filter(|shift| shift.from < to && to < shift.to) {
            return Ok(Span { to, ..shift });
        }
    }
    Ok(Span { to, ..of_day(date, None, now)? })
}

/// The shift that begins on a day.
///
/// # Errors
/// If the day is out of the range of the calendar.
pub fn of_day(day: Date, hours: Option<Hours>, now: &ZonedDateTime) -> Result<Span, jiff::Error> {
    let hours = hours.unwrap_or(Hours { start: Time::midnight(), end: Time::midnight() });
    let last = if hours.go_over_midnight() { day.tomorrow()? } else { day };
    Ok(Span { from: at(day, hours.start, now)?, to: at(last, hours.end, now)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_shift_that_goes_on_or_else_the_day_since_midnight() {
        let hours = |start, end| {
            Some(Hours { start: Time::constant(start, 0, 0, 0), end: Time::constant(end, 0, 0, 0) })
        };
        let (none, by_day, by_night, of_a_day) = (None, hours(9, 18), hours(22, 6), hours(6, 6));
        for (hours, at, wanted) in [
            (none, "2026-11-27T14:30", "27 00:00 - 27 14:30"),
            (none, "2026-11-27T05:59", "27 00:00 - 27 05:59"),
            (none, "2026-11-27T00:00", "27 00:00 - 27 00:00"),
            (by_day, "2026-11-27T14:30", "27 09:00 - 27 14:30"),
            (by_day, "2026-11-27T08:59", "27 00:00 - 27 08:59"),
            (by_day, "2026-11-27T09:00", "27 00:00 - 27 09:00"),
            (by_day, "2026-11-27T18:00", "27 00:00 - 27 18:00"),
            (by_night, "2026-11-27T23:30", "27 22:00 - 27 23:30"),
            (by_night, "2026-11-27T05:30", "26 22:00 - 27 05:30"),
            (by_night, "2026-11-27T06:00", "27 00:00 - 27 06:00"),
            (by_night, "2026-11-27T12:00", "27 00:00 - 27 12:00"),
            (of_a_day, "2026-11-27T05:59", "26 06:00 - 27 05:59"),
            (of_a_day, "2026-11-27T06:01", "27 06:00 - 27 06:01"),
        ] {
            let now: ZonedDateTime = format!("{at}[Asia/Kolkata]").parse().unwrap();
            let span = today(hours, &now).unwrap();
            let [from, to] = [span.from, span.to]
                .map(|it| it.to_zoned_datetime(now.time_zone().clone()).strftime("%d %R").to_string());
            assert_eq!(format!("{from} - {to}"), wanted, "{hours:?} {at}");
        }
    }
}
