//! Figures of rows made by hand.

use super::super::moderators::JudgedWork;
use super::*;
use crate::comparison::cube::compared;

const fn count(stratum: usize, first: usize, moderated: usize, pupils: u32) -> Count {
    Count { basis: AgreementBasis::Agreed, moderator: Uuid::nil(), stratum, first, moderated, pupils }
}

fn of_agreed() -> AgreementMeasure {
    AgreementMeasure {
        ranks: 3,
        strata: Strata::Weights,
        bases: Bases::asked(Some(AgreementBasis::Agreed)),
        moderators: Moderators::default(),
        alike: Alike::ByRow,
        added_variance: 0.0,
        rules: Rules::withholding(0),
    }
}

/// The figures of a row from true counts.
fn exact(strata: &[Stratum], counts: &[Count]) -> Figures {
    widened(strata, counts, 0.0)
}

fn widened(strata: &[Stratum], counts: &[Count], added_variance: f64) -> Figures {
    let measure = AgreementMeasure { strata: Strata::Drawn(strata.to_vec()), added_variance, ..of_agreed() };
    let sample = measure.sample(counts);
    Figures::of(&sample, &sample)
}

/// Three strata by first grade; the middle one is sampled fully, the others by half.
const STRATA: [Stratum; 3] = [
    Stratum { size: 10.0, moderated: 5.0 },
    Stratum { size: 20.0, moderated: 20.0 },
    Stratum { size: 8.0, moderated: 4.0 },
];
const COUNTS: [Count; 5] =
    [count(0, 0, 0, 4), count(0, 0, 1, 1), count(1, 1, 1, 15), count(1, 1, 0, 5), count(2, 2, 2, 4)];

#[test]
fn agreement_is_weighted_by_the_inclusion_probability() {
    let figures = exact(&STRATA, &COUNTS);
    assert_eq!(figures.n, 29);
    // (4 x 2 + 15 x 1 + 4 x 2) / 38, where the raw rate is 23 / 29.
    assert!((figures.exact.unwrap().estimate - 31.0 / 38.0).abs() < 1e-12);
    assert!((figures.within_one.unwrap().estimate - 1.0).abs() < 1e-12);
    // (1 x 2 - 5 x 1) / 38 grades.
    assert!((figures.shift.unwrap().estimate - -3.0 / 38.0).abs() < 1e-12);
}

#[test]
fn generosity_is_lowered_less_raised_over_judged() {
    let figures = exact(&STRATA, &COUNTS);
    let [lower, upper] = figures.boundaries.as_slice() else { panic!("two boundaries") };
    assert_eq!((lower.rank, lower.raised, lower.lowered), (1, 1, 5));
    assert!((lower.generosity.unwrap().estimate - 3.0 / 38.0).abs() < 1e-12);
    assert_eq!((upper.raised, upper.lowered), (0, 0));
}

#[test]
fn what_disclosure_control_adds_widens_every_interval_and_moves_no_figure() {
    let plain = exact(&STRATA, &COUNTS);
    let wider = widened(&STRATA, &COUNTS, 0.5);
    let known = |figure: Option<Figure>| figure.and_then(|figure| figure.known());
    let pairs = [
        (known(plain.exact), known(wider.exact), 1.4),
        (known(plain.shift), known(wider.shift), 1.4),
        // Their ends are skewed, and move by more than the root of the variance, and by less than itself.
        (plain.kappa, wider.kappa, 1.5),
        (plain.ac2, wider.ac2, 1.5),
        (known(plain.boundaries[0].generosity), known(wider.boundaries[0].generosity), 1.4),
    ];
    for (plain, wider, most) in pairs {
        let (plain, wider) = (plain.unwrap(), wider.unwrap());
        assert!((plain.estimate - wider.estimate).abs() < 1e-12);
        let by = (wider.high - wider.low) / (plain.high - plain.low);
        assert!((1.1..most).contains(&by), "{plain:?} {wider:?}");
    }
    let width =
        |shift: Option<Figure>| shift.and_then(|shift| shift.known()).map(|shift| shift.high - shift.low).unwrap();
    assert!((width(wider.shift) / width(plain.shift) - 1.5_f64.sqrt()).abs() < 1e-9);
}

#[test]
fn an_unmoderated_row_has_no_figures_and_does_not_fail() {
    let figures = exact(&STRATA, &[]);
    assert_eq!((figures.n, figures.exact, figures.kappa, figures.shift), (0, None, None, None));
    assert!(shrunken_shifts(&[figures]).iter().all(Option::is_none));
}

#[test]
fn a_shrunken_shift_lies_between_its_own_and_the_mean() {
    let strata = [Stratum { size: 40.0, moderated: 20.0 }];
    let rows: Vec<Figures> = [(0, 1), (2, 0), (5, 1), (1, 3), (9, 0)]
        .iter()
        .map(|(up, down)| {
            let counts = [count(0, 1, 1, 20 - up - down), count(0, 1, 2, *up), count(0, 1, 0, *down)];
            exact(&strata, &counts)
        })
        .collect();
    let shrunken = shrunken_shifts(&rows);
    let raw: Vec<f64> = rows.iter().map(|row| row.shift.unwrap().estimate).collect();
    let spread = |values: &[f64]| {
        values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min)
    };
    let shrunken: Vec<f64> = shrunken.into_iter().map(|shift| shift.unwrap().estimate).collect();
    assert!(spread(&shrunken) < spread(&raw));
}

#[test]
fn the_rest_is_all_other_rows_and_what_is_withheld_is_in_none() {
    let measure = AgreementMeasure { added_variance: 0.5, rules: Rules::withholding(6), ..of_agreed() };
    let key = |school: u128| RowKey {
        school: Some(Uuid::from_u128(school)),
        phase: None,
        year_group: None,
        class: None,
        group: None,
    };
    let one = vec![count(2000, 1, 1, 9), count(2000, 1, 2, 3)];
    let two = vec![count(2000, 1, 1, 6), count(3000, 0, 1, 4)];
    let three = vec![count(2000, 1, 0, 2), count(3000, 2, 2, 10)];
    let small = vec![count(2000, 1, 0, 5)];
    let rows = |all: &[&Vec<Count>]| {
        let rows = (1..).map(key).zip(all.iter().copied().cloned()).collect();
        compared(&measure, rows).into_values().flatten().map(|row| row.difference_to_rest).collect::<Vec<_>>()
    };
    let shown = rows(&[&one, &two, &three]);
    // Of the first: 3 of 12, less (4 x 3 - 2 x 2) / (6 x 2 + 4 x 3 + 2 x 2 + 10 x 3).
    assert!((shown[0].unwrap().estimate - (0.25 - 8.0 / 58.0)).abs() < 1e-12, "{shown:?}");
    assert!(shown.iter().all(|difference| difference.unwrap().known().is_some()));
    assert_eq!(rows(&[&one, &two, &three, &small]), shown, "a row of fewer than six changes no other");
    assert_eq!(rows(&[&one]), [None], "there is no rest");
}

#[test]
fn a_row_of_one_pupil_claims_nothing() {
    let strata = [Stratum { size: 4.0, moderated: 1.0 }];
    let figures = exact(&strata, &[count(0, 1, 2, 1)]);
    let shift = figures.shift.unwrap();
    assert_eq!((shift.estimate, shift.known()), (1.0, None));
    assert_eq!((figures.kappa, figures.ac2), (None, None));
    let exact = figures.exact.unwrap().known().unwrap();
    assert!(exact.low == 0.0 && exact.high > 0.95, "{exact:?}");
    assert!(figures.boundaries.iter().all(|boundary| boundary.generosity.unwrap().known().is_none()));
    let agrees = exact_figures_of(&[count(0, 1, 1, 1)]);
    assert_eq!((agrees.kappa, agrees.ac2, agrees.shift.unwrap().known()), (None, None, None), "it is one piece");
}

/// The figures of works of one stratum, a quarter of which was drawn.
fn exact_figures_of(counts: &[Count]) -> Figures {
    let moderated = f64::from(pupils(counts));
    exact(&[Stratum { size: 4.0 * moderated, moderated }], counts)
}

#[test]
fn no_interval_leaves_what_the_grades_allow() {
    for few in [
        [count(0, 0, 2, 1), count(0, 2, 0, 1)],
        [count(0, 0, 2, 2), count(0, 2, 2, 1)],
        [count(0, 1, 0, 3), count(0, 2, 0, 3)],
    ] {
        let figures = exact_figures_of(&few);
        let shift = figures.shift.unwrap().known().unwrap();
        assert!(-2.0 <= shift.low && shift.low <= shift.estimate, "{shift:?}");
        assert!(shift.estimate <= shift.high && shift.high <= 2.0 && shift.low < shift.high, "{shift:?}");
        for generosity in figures.boundaries.iter().filter_map(|boundary| boundary.generosity.unwrap().known()) {
            assert!(-1.0 <= generosity.low && generosity.high <= 1.0, "{generosity:?}");
            assert!(generosity.low < generosity.high, "{generosity:?}");
        }
        for coefficient in [figures.kappa, figures.ac2].into_iter().flatten() {
            assert!(-1.0 <= coefficient.low && coefficient.low <= coefficient.estimate, "{coefficient:?}");
            assert!(coefficient.estimate <= coefficient.high && coefficient.high <= 1.0, "{coefficient:?}");
            assert!(coefficient.low < coefficient.high, "{coefficient:?}");
        }
    }
}

#[test]
fn reliability_is_told_by_the_blind_grade_and_direction_by_the_agreed_one() {
    let of = |basis, first, moderated, pupils| Count { basis, ..count(2000, first, moderated, pupils) };
    let (agreed, blind) = (AgreementBasis::Agreed, AgreementBasis::BlindSecond);
    // Where the second judgement differed, the first one was agreed in half of the cases. One work was agreed without a second.
    let row = vec![of(agreed, 1, 1, 17), of(agreed, 1, 2, 4), of(blind, 1, 1, 12), of(blind, 1, 2, 8)];
    let key = RowKey { school: None, phase: None, year_group: None, class: None, group: None };
    let told = |basis, threshold| {
        let rules = Rules::withholding(threshold);
        let measure = AgreementMeasure { bases: Bases::asked(basis), rules, ..of_agreed() };
        compared(&measure, BTreeMap::from([(key.clone(), row.clone())])).into_values().flatten().next()
    };
    let is = |figure: Option<Figure>, share: f64| (figure.unwrap().estimate - share).abs() < 1e-9;
    let each = told(None, 6).unwrap();
    assert_eq!((each.n, each.judged_twice), (21, 20));
    assert!(is(each.exact, 0.6) && is(each.shift, 4.0 / 21.0));
    assert_eq!(each.matrix, [(1, 1, 17), (1, 2, 4)]);
    let of_agreed = told(Some(agreed), 6).unwrap();
    assert!(is(of_agreed.exact, 17.0 / 21.0) && is(of_agreed.shift, 4.0 / 21.0) && of_agreed.judged_twice == 21);
    let of_blind = told(Some(blind), 6).unwrap();
    assert!(is(of_blind.exact, 0.6) && is(of_blind.shift, 0.4) && of_blind.n == 20);
    let few = told(None, 21).unwrap();
    assert!(few.exact.is_none() && few.kappa.is_none() && few.judged_twice == 0, "twenty are few here");
    assert!(is(few.shift, 4.0 / 21.0));
}

/// Works of three schools by three moderators, the third of whom is severe; the first school was judged by the first alone.
fn differing() -> (AgreementMeasure, [Vec<Count>; 3]) {
    let moderator = |nth: u128| Uuid::from_u128(nth);
    let works = |nth, stratum, up, stays| {
        let of = |moderated, pupils| Count { moderator: moderator(nth), ..count(stratum, 1, moderated, pupils) };
        vec![of(1, stays), of(2, up)]
    };
    let rows = [
        works(1, 2000, 6, 14),
        [works(1, 2000, 2, 6), works(2, 2000, 2, 6), works(3, 2000, 7, 1)].concat(),
        [works(1, 2000, 3, 5), works(2, 2000, 2, 6), works(3, 2000, 6, 2)].concat(),
    ];
    let judged = rows.iter().zip(1..).flat_map(|(row, school)| {
        row.iter().flat_map(move |count| {
            let work = JudgedWork {
                moderator: count.moderator,
                school: Uuid::from_u128(school),
                class: Uuid::from_u128(school),
                year_group: plumbline_entity::year_group::YearGroup::Year2,
                first: count.first,
                second: count.moderated,
            };
            std::iter::repeat_n(work, count.pupils as usize)
        })
    });
    let works = BTreeMap::from([(AgreementBasis::Agreed, judged.collect())]);
    let moderators = Moderators::of(&works, 3, &BTreeMap::new());
    (AgreementMeasure { moderators, ..of_agreed() }, rows)
}

#[test]
fn what_one_moderator_judged_tells_less_than_what_several_did() {
    let (measure, rows) = differing();
    let width = |measure: &AgreementMeasure, row: usize, of: &dyn Fn(&Figures) -> Option<Estimate>| {
        let figures = measure.figures(&rows.iter().collect::<Vec<_>>());
        of(&figures[row]).map(|figure| figure.high - figure.low).unwrap()
    };
    let plain = AgreementMeasure { moderators: Moderators::default(), ..measure.clone() };
    for of in [
        &(|figures: &Figures| figures.shift?.known()) as &dyn Fn(&Figures) -> Option<Estimate>,
        &|figures: &Figures| figures.exact?.known(),
        &|figures: &Figures| figures.boundaries[1].generosity?.known(),
        &|figures: &Figures| figures.difference_to_rest?.known(),
    ] {
        let [one, several] = [0, 1].map(|row| width(&measure, row, of) / width(&plain, row, of));
        assert!(one > 1.2 && one > several && several > 0.999, "{one} {several}");
    }
    let figures = measure.figures(&rows.iter().collect::<Vec<_>>());
    assert!(
        figures[0].ac2.is_none() && figures[1].ac2.is_some(),
        "twenty works of one moderator tell as much as one or two"
    );
    assert_eq!(figures.iter().map(|row| row.moderators).collect::<Vec<_>>(), [Some(1), Some(3), Some(3)]);
    let shift =
        |measure: &AgreementMeasure| measure.figures(&rows.iter().collect::<Vec<_>>())[0].shift.unwrap().estimate;
    assert!((shift(&measure) - shift(&plain)).abs() < 1e-12, "no figure moves");
}

#[test]
fn what_the_moderators_of_a_row_share_with_the_rest_falls_out_of_the_difference() {
    let (measure, rows) = differing();
    let whole = measure.whole(&rows);
    let shares = |row: &Vec<Count>| Shares::of(&measure.strata.of(row), row);
    let apart = |row: &Vec<Count>| shares(row).apart_from_rest(&whole.shares).unwrap();
    assert!(apart(&rows[0]) > 0.2 && apart(&rows[1]) < 0.15, "{} {}", apart(&rows[0]), apart(&rows[1]));
    assert!((shares(&rows[0]).alike().unwrap() - 1.0).abs() < 1e-9);
    assert_eq!(shares(&vec![count(2000, 1, 1, 1)]).alike(), None, "one work is like none");
}
