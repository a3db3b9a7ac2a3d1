use proptest::prelude::*;

use super::*;

fn wish(natural: usize, least: usize, rank: usize) -> Wish {
    Wish { natural, least, rank }
}

fn fitted(wishes: &[Wish], room: usize) -> Vec<(usize, usize)> {
    fit(wishes, room).iter().map(|place| (place.column, place.width)).collect()
}

#[test]
fn columns_are_as_wide_as_they_like_where_there_is_room() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(8, 8, 1)];
    assert_eq!(fitted(&wishes, 52), [(0, 10), (1, 30), (2, 8)]);
    assert_eq!(fitted(&wishes, 500), [(0, 10), (1, 30), (2, 8)]);
}

#[test]
fn the_widest_column_gives_first() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(20, 10, 1)];
    assert_eq!(fitted(&wishes, 60), [(0, 10), (1, 26), (2, 20)]);
    assert_eq!(fitted(&wishes, 49), [(0, 10), (1, 18), (2, 17)]);
}

#[test]
fn the_highest_rank_goes_first_and_the_most_useful_column_stays() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(20, 10, 1)];
    assert_eq!(fitted(&wishes, 40), [(0, 10), (1, 16), (2, 10)]);
    assert_eq!(fitted(&wishes, 39), [(0, 10), (2, 20)]);
    assert_eq!(fitted(&wishes, 31), [(0, 10), (2, 19)]);
    assert_eq!(fitted(&wishes, 19), [(0, 10)]);
    assert_eq!(fitted(&wishes, 4), [(0, 4)]);
    assert_eq!(fitted(&wishes, 0), [(0, 1)]);
}

#[test]
fn an_empty_edge_is_filled_with_the_beginning_of_what_was_dropped() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(10, 10, 1)];
    assert_eq!(fitted(&wishes, 32), [(0, 10), (1, 8), (2, 10)]);
    assert_eq!(fitted(&wishes, 35), [(0, 10), (1, 11), (2, 10)]);
    assert_eq!(fitted(&wishes, 31), [(0, 10), (2, 10)]);
    // Half a number would mislead.
    assert_eq!(fitted(&[wish(10, 10, 0), wish(20, 20, 1)], 31), [(0, 10)]);
}

#[test]
fn of_equal_ranks_the_right_one_goes() {
    assert_eq!(fitted(&[wish(9, 9, 3), wish(9, 9, 3)], 12), [(0, 9)]);
}

#[test]
fn nothing_to_fit_is_nothing() {
    assert_eq!(fitted(&[], 80), []);
}

proptest! {
    #[test]
    fn what_is_placed_fits(
        wishes in prop::collection::vec((1_usize..300, 1_usize..40, 0_usize..300), 1..40),
        room in 1_usize..600,
    ) {
        let wishes: Vec<Wish> =
            wishes.into_iter().map(|(natural, least, rank)| wish(natural, least.min(natural), rank)).collect();
        let places = fit(&wishes, room);
        let used = places.iter().map(|place| place.width).sum::<usize>() + usize::from(GAP) * (places.len() - 1);
        prop_assert!(used <= room);
        prop_assert!(places.is_sorted_by(|one, next| one.column < next.column));
        let useful = wishes.iter().map(|wish| wish.rank).min();
        prop_assert!(places.iter().any(|place| Some(wishes[place.column].rank) == useful));
        // No column is cut while another part of the line stays empty.
        let cut = places.iter().any(|place| place.width < wishes[place.column].natural);
        prop_assert!(!cut || used == room);
    }
}
