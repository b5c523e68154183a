//! The attacks, on what the service does: none may tell more than guessing, or more than docs/disclosure.md says.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::attacker::{
    Learnt, Tries, average_over_groups, lay_editions_side_by_side, mark_a_work, read_off_the_only_one,
};
use super::trusts::trust;
use super::ways::{Row, Way, true_table};

/// Adds up an attack over this many random trusts.
pub fn over(trusts: u64, from: u64, attack: impl Fn(&mut ChaCha8Rng) -> Tries) -> Tries {
    let mut all = Tries::default();
    for seed in 0..trusts {
        all.add(attack(&mut ChaCha8Rng::seed_from_u64(from + seed)));
    }
    all
}

/// Three standard errors of a share of this many tries: chance does not go beyond that.
fn chance(tries: &Tries) -> f64 {
    3.0 * (0.25 / f64::from(tries.tries.max(1))).sqrt()
}

pub fn counts(way: Way, trusts: u64, from: u64) -> Tries {
    let learnt = Learnt::of(way, 30, &mut ChaCha8Rng::seed_from_u64(from ^ 0xA77A));
    over(trusts, from, |rng| {
        let records = trust(rng.random_range(3..12), rng);
        let shown = way.protect(&records, rng);
        learnt.guess_counts(&true_table(&records), &shown)
    })
}

pub fn averages(way: Way, trusts: u64, from: u64) -> Tries {
    over(trusts, from, |rng| {
        let records = trust(rng.random_range(3..12), rng);
        let shown = way.protect(&records, rng);
        average_over_groups(&records, &true_table(&records), &shown)
    })
}

pub fn only_ones(way: Way, trusts: u64, from: u64) -> Tries {
    over(trusts, from, |rng| {
        let records = trust(rng.random_range(3..12), rng);
        let shown = way.protect(&records, rng);
        read_off_the_only_one(&records, &shown)
    })
}

pub fn marks(way: Way, trusts: u64, from: u64, kind: usize) -> Tries {
    over(trusts, from, |rng| {
        let records = trust(8, rng);
        mark_a_work(&records, way, rng)[kind]
    })
}

pub fn editions(way: Way, trusts: u64, from: u64) -> Tries {
    over(trusts, from, |rng| {
        let records = trust(8, rng);
        lay_editions_side_by_side(&records, way, rng)
    })
}

fn is_no_better_than_guessing(tries: &Tries, what: &str) {
    let (right, guessed) = (tries.share(tries.right), tries.share(tries.guessed));
    assert!(right <= guessed + chance(tries), "{what}: {right:.3} right, {guessed:.3} by guessing, {tries:?}");
}

#[test]
fn nobody_is_sure_of_a_small_count_by_grade() {
    let tries = counts(Way::Ours, 40, 100);
    assert!(tries.tries > 10_000);
    assert_eq!(tries.sure, 0, "{tries:?}");
    // The same attacker is sure of each where counts are open.
    let open = counts(Way::Open, 4, 100);
    assert_eq!(open.sure, open.tries);
}

/// A second outcome of the same pupils is exchanged anew and counted by the same lots: no attack gets further with both.
#[test]
fn two_outcomes_of_the_same_pupils_tell_no_more_than_one() {
    let tries = counts(Way::OursTwice, 40, 150);
    assert_eq!(tries.sure, 0, "{tries:?}");
    let once = counts(Way::Ours, 40, 150);
    assert!(tries.share(tries.right) < once.share(once.right) + 0.06, "{tries:?} {once:?}");
    is_no_better_than_guessing(&only_ones(Way::OursTwice, 150, 350), "the only one in a row");
    for (kind, what) in ["school", "class", "sex", "SEN"].into_iter().enumerate() {
        is_no_better_than_guessing(&marks(Way::OursTwice, 400, 450, kind), what);
    }
    is_no_better_than_guessing(&editions(Way::OursTwice, 400, 550), "two editions");
}

#[test]
fn adding_up_groups_tells_a_small_count_no_better_than_the_count_itself() {
    let tries = averages(Way::Ours, 40, 200);
    let once = over(40, 200, |rng| {
        let records = trust(rng.random_range(3..12), rng);
        let (truth, shown) = (true_table(&records), Way::Ours.protect(&records, rng));
        let mut tries = Tries::default();
        let small = |row: Row, count: i64| matches!(row, Row::School(_)) && (1..6).contains(&count);
        for (cell, count) in truth.iter().filter(|((row, _), count)| small(*row, **count)) {
            tries.tries += 1;
            tries.right += u32::from(shown.get(cell) == Some(count));
        }
        tries
    });
    assert_eq!((tries.tries, tries.right), (once.tries, once.right), "sums of groups are the count itself");
}

#[test]
fn the_only_one_in_a_row_has_what_anybody_may_have() {
    let tries = only_ones(Way::Ours, 150, 300);
    assert!(tries.tries > 500, "{tries:?}");
    is_no_better_than_guessing(&tries, "the only one in a row");
    let bare = only_ones(Way::Lots(0.5), 40, 300);
    assert!(bare.share(bare.right) > bare.share(bare.guessed) + 0.2, "the attack works where nothing is exchanged");
}

#[test]
fn a_marked_work_turns_up_anywhere() {
    for (kind, what) in ["school", "class", "sex", "SEN"].into_iter().enumerate() {
        is_no_better_than_guessing(&marks(Way::Ours, 400, 400, kind), what);
    }
    let bare = marks(Way::Lots(0.5), 100, 400, 1);
    assert!(bare.share(bare.right) > 0.6, "the attack works where nothing is exchanged: {bare:?}");
}

#[test]
fn two_editions_side_by_side_do_not_tell_whose_work_was_changed() {
    let tries = editions(Way::Ours, 400, 500);
    is_no_better_than_guessing(&tries, "two editions");
    let open = editions(Way::Open, 50, 500);
    assert!(open.share(open.right) > 0.9, "the attack works where nothing is protected: {open:?}");
}
