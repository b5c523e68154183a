//! How far moderators differ, against R (`tests/reference/moderators.R`).

use crate::{JudgedBy, moderator_effect};

/// The works of the script: unit, moderator, and by how many grades each moved.
const WORKS: [(usize, usize, &[f64]); 9] = [
    (0, 1, &[0.0, 0.0, 1.0, 0.0, -1.0]),
    (0, 2, &[1.0, 0.0, 1.0]),
    (0, 3, &[-1.0, -1.0, 0.0, -2.0]),
    (1, 1, &[0.0, 1.0, 0.0, 0.0, 0.0, -1.0]),
    (1, 3, &[-1.0, 0.0]),
    (1, 4, &[0.0, 1.0, 1.0]),
    (2, 2, &[0.0, 0.0, 1.0, 0.0]),
    (2, 4, &[1.0, 0.0, 2.0, 1.0, 1.0]),
    (3, 5, &[0.0, -1.0, 0.0]),
];

fn cells(works: &[(usize, usize, &[f64])]) -> Vec<JudgedBy> {
    let cell = |(unit, moderator, steps): &(usize, usize, &[f64])| JudgedBy {
        unit: *unit,
        moderator: *moderator,
        n: steps.len() as f64,
        sum: steps.iter().sum(),
        squares: steps.iter().map(|step| step * step).sum(),
    };
    works.iter().map(cell).collect()
}

#[test]
fn hendersons_method_3() {
    let effect = moderator_effect(&cells(&WORKS)).expect("moderators share units");
    assert!((effect.ratio - 0.721_214_874_4).abs() < 1e-9, "{effect:?}");
    assert!((effect.correlation() - 0.419_015_013_8).abs() < 1e-9);
    assert_eq!(effect.degrees, 3.0, "four are linked; the fifth judged a unit alone and tells nothing");
}

#[test]
fn it_does_not_depend_on_order_or_on_how_works_are_put_together() {
    let whole = moderator_effect(&cells(&WORKS)).expect("moderators share units");
    let mut one_by_one: Vec<(usize, usize, &[f64])> = Vec::new();
    for (unit, moderator, steps) in WORKS.iter().rev() {
        one_by_one.extend(steps.chunks(1).map(|step| (*unit, 9 - *moderator, step)));
    }
    let apart = moderator_effect(&cells(&one_by_one)).expect("moderators share units");
    assert!((whole.ratio - apart.ratio).abs() < 1e-9 && whole.degrees == apart.degrees);
}

#[test]
fn nothing_is_known_where_nothing_can_be_compared() {
    assert_eq!(moderator_effect(&[]), None);
    let alone = [(0, 1, WORKS[0].2), (1, 2, WORKS[1].2), (2, 3, WORKS[2].2)];
    assert_eq!(moderator_effect(&cells(&alone)), None, "each unit had a moderator of its own");
    let single = [(0, 1, &[1.0][..]), (0, 2, &[0.0][..])];
    assert_eq!(moderator_effect(&cells(&single)), None, "no judgement is left to tell the rest by");
    let same = [(0, 1, &[1.0, 1.0][..]), (0, 2, &[0.0, 0.0][..])];
    assert_eq!(moderator_effect(&cells(&same)), None, "nothing varies but the moderators");
    let none = [(0, 1, &[1.0, 0.0, 1.0, 0.0][..]), (0, 2, &[0.0, 1.0, 0.0, 1.0][..])];
    assert_eq!(moderator_effect(&cells(&none)).map(|effect| effect.ratio), Some(0.0), "they do not differ");
}
