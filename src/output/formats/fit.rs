//! Which columns of a table fit into a terminal, and how wide each becomes. Numbers only: it must
//! not know texts, colours or where the table goes.

/// Columns between two columns.
pub const GAP: u16 = 2;

/// Columns that are worth filling with the beginning of a text that would not fit otherwise.
const SLIVER: usize = 8;

/// What a column would like.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Columns of its widest cell.
    pub natural: usize,
    /// Columns below which it is of no use.
    pub least: usize,
    /// The highest goes first when space lacks.
    pub rank: usize,
}

/// What a column gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the columns.
    pub column: usize,
    /// Its width.
    pub width: usize,
}

/// Gives each column its natural width if there is room; else drops those with the highest rank
/// until the rest is of use, and takes the missing space from the widest. One always stays.
#[must_use]
pub fn fit(wishes: &[Wish], room: usize) -> Vec<Place> {
    let mut kept: Vec<(usize, Wish)> = wishes.iter().copied().enumerate().collect();
    let mut last_dropped = None;
    while kept.len() > 1 && total(&kept, 0) > room {
        let last = (0..kept.len()).max_by_key(|&at| kept[at].1.rank);
        last_dropped = last.map(|at| kept.remove(at));
    }
    // Rather the beginning of a text than an empty edge.
    let spare = room.saturating_sub(total(&kept, room) + usize::from(GAP));
    if let Some((column, wish)) = last_dropped
        && wish.least < wish.natural
        && spare >= SLIVER
    {
        kept.push((column, Wish { least: SLIVER.min(wish.least), ..wish }));
        kept.sort_unstable_by_key(|(column, _)| *column);
    }
    share(&kept, room)
}

/// Takes what is too much from the widest columns, and hands out what even shares leave over.
fn share(kept: &[(usize, Wish)], room: usize) -> Vec<Place> {
    let cap = (0..=room).rev().find(|&cap| total(kept, cap) <= room).unwrap_or(0);
    let mut left = room.saturating_sub(total(kept, cap));
    let place = |&(column, wish): &(usize, Wish)| {
        let width = capped(wish, cap);
        let more = usize::from(left > 0 && width < wish.natural);
        left -= more;
        Place { column, width: (width + more).min(room.max(1)) }
    };
    kept.iter().map(place).collect()
}

fn total(kept: &[(usize, Wish)], cap: usize) -> usize {
    kept.iter().map(|(_, wish)| capped(*wish, cap)).sum::<usize>()
        + usize::from(GAP) * kept.len().saturating_sub(1)
}

fn capped(wish: Wish, cap: usize) -> usize {
    wish.natural.min(cap.max(wish.least))
}

#[cfg(test)]
mod tests;
