//! Several profiles: when each is polled, and that none waits for another.

use super::*;

#[tokio::test(start_paused = true)]
async fn many_profiles_are_spread_over_the_interval_and_never_more_than_the_jobs_at_once() {
    let mut floor = Floor::of(seconds(600), |_| Answer::After(Duration::from_millis(200))).times(200);
    floor.watch().await.0.unwrap();
    assert!(floor.profiles[0].most_under_way.get() <= 16);
    // All of them share one list of moments.
    let polled = floor.polled();
    assert!(polled.len() >= 200 * 600 / 6, "{} polls", polled.len());
    let mut buckets = vec![0_usize; 600];
    for at in polled.iter().filter(|at| **at < seconds(600)) {
        buckets[usize::try_from(at.as_secs()).unwrap()] += 1;
    }
    let most = buckets.into_iter().max().unwrap();
    assert!(most <= 80, "{most} of 200 in one second");
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_holds_up_nobody_else() {
    let mut floor = Floor::of(seconds(300), |_| Answer::Nothing).times(2);
    let (slow, quick) = (Rc::default(), Rc::default());
    floor.profiles[0].script = Rc::new(|_| Answer::After(seconds(15)));
    floor.profiles[0].polled = Rc::clone(&slow);
    floor.profiles[1].polled = Rc::clone(&quick);
    floor.watch().await.0.unwrap();
    assert!((14..=20).contains(&slow.borrow().len()), "{:?}", slow.borrow());
    assert!(quick.borrow().len() >= 54, "{:?}", quick.borrow());
}
