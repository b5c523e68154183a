//! The rules of disclosure control, one by one.

use super::attacker::audit;
use plumbline::disclosure::{BaseRow, CellId, Geography, Lattice, LatticeFault, Reason, Release, Table, protect};

const SHOWN: Release = Release::Shown;
const SMALL: Release = Release::Withheld(Reason::SmallCount);
const COMPLEMENTARY: Release = Release::Withheld(Reason::Complementary);
const UNSTATED: Release = Release::Withheld(Reason::Unstated);

/// The releases of a table of these counts and lines at k = 6, checked by the attacker.
fn released(counts: &[u32], lines: &[(usize, &[usize])]) -> Vec<Release> {
    let mut table = Table::new();
    let cells: Vec<CellId> = counts.iter().map(|count| table.cell(*count)).collect();
    for (total, parts) in lines {
        table.line(cells[*total], parts.iter().map(|part| cells[*part]).collect());
    }
    let releases = protect(&table, 6);
    let lines: Vec<(usize, Vec<usize>)> = lines.iter().map(|(total, parts)| (*total, parts.to_vec())).collect();
    audit(counts, &releases, &lines, 6, &format!("{counts:?}"));
    releases
}

#[test]
fn one_to_five_is_withheld_and_six_and_zero_are_shown() {
    assert_eq!(released(&[0, 1, 5, 6], &[]), [SHOWN, SMALL, SMALL, SHOWN]);
}

#[test]
fn where_no_part_is_small_nothing_is_withheld() {
    assert_eq!(released(&[24, 10, 14], &[(0, &[1, 2])]), [SHOWN; 3]);
}

#[test]
fn girls_are_not_had_by_taking_boys_from_all() {
    // URN 116298: n 17, boys 13 are published, so that girls, withheld, are 4. `reference/statistics.md`, 7.
    assert_eq!(released(&[17, 13, 4], &[(0, &[1, 2])]), [SHOWN, COMPLEMENTARY, SMALL]);
}

#[test]
fn a_zero_is_no_complement() {
    // A part beside zeros alone is the total: nothing can be taken from anything.
    assert_eq!(released(&[13, 13, 0], &[(0, &[1, 2])]), [SHOWN; 3]);
    // 0 is shown, and what is left has to hide the 4.
    assert_eq!(released(&[17, 13, 4, 0], &[(0, &[1, 2, 3])]), [SHOWN, COMPLEMENTARY, SMALL, SHOWN]);
}

#[test]
fn two_small_parts_that_may_be_anything_need_no_complement() {
    assert_eq!(released(&[6, 3, 3], &[(0, &[1, 2])]), [SHOWN, SMALL, SMALL]);
}

#[test]
fn two_small_parts_of_a_total_that_tells_too_much_need_one() {
    // 9 = 4 + 5 would tell that neither is below 4. Better a part than the total, if there is one.
    assert_eq!(released(&[9, 4, 5], &[(0, &[1, 2])]), [COMPLEMENTARY, SMALL, SMALL]);
    assert_eq!(released(&[21, 4, 5, 12], &[(0, &[1, 2, 3])]), [SHOWN, SMALL, SMALL, COMPLEMENTARY]);
}

#[test]
fn a_small_total_is_not_broken_down() {
    // Published, 2 gives its parts away; withheld as small, it would still tell that neither part is 5; so the
    // parts say nothing of their size, and a zero among them says nothing of the others.
    assert_eq!(released(&[2, 1, 1], &[(0, &[1, 2])]), [SMALL, UNSTATED, UNSTATED]);
    assert_eq!(released(&[3, 3, 0], &[(0, &[1, 2])]), [SMALL, UNSTATED, UNSTATED]);
}

#[test]
fn a_zero_that_follows_from_another_is_shown_even_in_a_small_total() {
    // Nobody in column 2 (cell 5), so nobody in it in row 0: cells 0 = 1 + 2, 5 = 2 + 4, 6 = 3 + 4.
    let releases = released(&[3, 3, 0, 8, 0, 0, 8], &[(0, &[1, 2]), (5, &[2, 4]), (6, &[3, 4])]);
    assert_eq!(releases[2], SHOWN);
    assert!(!releases[0].is_shown() && !releases[1].is_shown());
}

#[test]
fn the_smallest_complement_that_does_is_taken() {
    let releases = released(&[60, 2, 9, 8, 41], &[(0, &[1, 2, 3, 4])]);
    // 8 could give only 2 of the 3 that lift 2 to 5 and stay 6 or more; 9 can.
    assert_eq!(releases, [SHOWN, SMALL, COMPLEMENTARY, SHOWN, SHOWN]);
}

#[test]
fn in_a_table_of_rows_and_columns_a_rectangle_is_withheld() {
    // 3 x 3, row totals, column totals, grand total.
    let counts = [4, 20, 20, 20, 30, 30, 20, 30, 30, 44, 80, 80, 44, 80, 80, 204];
    let lines: [(usize, &[usize]); 8] = [
        (9, &[0, 1, 2]),
        (10, &[3, 4, 5]),
        (11, &[6, 7, 8]),
        (12, &[0, 3, 6]),
        (13, &[1, 4, 7]),
        (14, &[2, 5, 8]),
        (15, &[9, 10, 11]),
        (15, &[12, 13, 14]),
    ];
    let releases = released(&counts, &lines);
    assert_eq!(releases.iter().filter(|release| !release.is_shown()).count(), 4);
    assert!(releases[9..].iter().all(|release| release.is_shown()));
}

#[test]
fn nested_totals_are_withheld_as_far_up_as_need_be() {
    // 8 = 7 + 1 within 20 = 8 + 12: 7 could not be 3 and say that it is 6 or more, so its total gives way, and
    // then what stands beside the total.
    let releases = released(&[20, 8, 12, 7, 1], &[(0, &[1, 2]), (1, &[3, 4])]);
    assert_eq!(releases, [SHOWN, COMPLEMENTARY, COMPLEMENTARY, SHOWN, SMALL]);
    // With no cell beside it, the chain gives way to its top.
    let releases = released(&[9, 9, 4, 5], &[(0, &[1]), (1, &[2, 3])]);
    assert_eq!(releases, [COMPLEMENTARY, COMPLEMENTARY, SMALL, SMALL]);
}

#[test]
fn a_reason_that_tells_too_much_is_not_given() {
    // 10 = 4 + 6 by sex and 5 + 5 by another attribute: were 6 said to be 6 or more, and 10 at most 5 + 5, then 4
    // could not be 5.
    let releases = released(&[10, 4, 6, 5, 5], &[(0, &[1, 2]), (0, &[3, 4])]);
    assert_eq!(releases[1], SMALL);
    assert!(releases.contains(&UNSTATED));
}

#[test]
fn at_the_lowest_thresholds_a_single_pupil_is_still_not_told() {
    let mut table = Table::new();
    let cells = [7, 1, 6].map(|count| table.cell(count));
    table.line(cells[0], vec![cells[1], cells[2]]);
    assert_eq!(protect(&table, 0), [SHOWN; 3]);
    assert_eq!(protect(&table, 1), [SHOWN; 3]);
    assert_eq!(protect(&table, 2), [SHOWN, UNSTATED, COMPLEMENTARY]);
}

#[test]
fn a_table_that_contradicts_itself_is_withheld_whole() {
    let mut table = Table::new();
    let cells = [7, 1, 7].map(|count| table.cell(count));
    table.line(cells[0], vec![cells[1], cells[2]]);
    assert_eq!(protect(&table, 6), [UNSTATED; 3]);

    let mut other = Table::new();
    let cell = other.cell(9);
    other.line(cells[2], vec![cell]);
    assert_eq!(protect(&other, 6), [UNSTATED]);
    assert_eq!(protect(&Table::new(), 6), []);
}

#[test]
fn lines_that_go_round_or_name_a_cell_twice_do_no_harm() {
    assert_eq!(released(&[8, 8], &[(0, &[1]), (1, &[0])]), [SHOWN; 2]);
    assert_eq!(released(&[3, 3], &[(0, &[1]), (1, &[0])]), [SMALL; 2]);
    assert_eq!(released(&[8, 0], &[(0, &[0, 1])]), [SHOWN; 2]);
    assert_eq!(released(&[8, 4], &[(0, &[1, 1])]), [UNSTATED, SMALL]);
    assert_eq!(released(&[0, 9], &[(0, &[])]), [SHOWN; 2]);
}

#[test]
fn a_margin_finds_its_release() {
    let row = |school, class, attribute: Option<usize>, value, count| BaseRow {
        school,
        phase: 1,
        year_group: 6,
        class,
        attribute,
        value,
        count,
    };
    let mut rows = Vec::new();
    for (school, boys, girls) in [(1, 13, 4), (2, 20, 20)] {
        rows.push(row(school, 0, None, 0, boys + girls));
        rows.push(row(school, 0, Some(0), 0, girls));
        rows.push(row(school, 0, Some(0), 1, boys));
    }
    let safe = Lattice::new(&rows).expect("sound rows").protect(6);
    assert_eq!(safe.shown_count(Geography::Trust, None), Some(57));
    assert_eq!(safe.shown_count(Geography::School(1), None), Some(17));
    assert_eq!(safe.release(Geography::School(1), Some((0, 0))), Some(SMALL));
    assert_eq!(safe.release(Geography::School(1), Some((0, 1))), Some(COMPLEMENTARY));
    // The class is the school's only one: the same cell by another name.
    assert_eq!(safe.release(Geography::Class { school: 1, class: 0 }, Some((0, 0))), Some(SMALL));
    assert_eq!(safe.release(Geography::School(9), None), None);
}

#[test]
fn rows_that_contradict_themselves_make_no_lattice() {
    let row = |year_group, phase, attribute, count| BaseRow {
        school: 0,
        phase,
        year_group,
        class: 0,
        attribute,
        value: 0,
        count,
    };
    assert_eq!(
        Lattice::new(&[row(1, 1, None, 9), row(1, 2, None, 9)]).err(),
        Some(LatticeFault::YearGroupInTwoPhases(1))
    );
    let split = Lattice::new(&[row(1, 1, None, 9), row(1, 1, Some(3), 8)]).err();
    assert!(matches!(split, Some(LatticeFault::SplitDoesNotAddUp { attribute: 3, .. })));
    assert_eq!(Lattice::new(&[row(1, 1, None, u32::MAX), row(1, 1, None, 1)]).err(), Some(LatticeFault::TooLarge));
}

#[test]
fn the_attacker_finds_what_the_department_leaves() {
    // The attacker has teeth: given the Department's own publication of URN 116298, it finds the 4 girls.
    let counts = [17, 13, 4];
    let lines = [(0, vec![1, 2])];
    let published = super::attacker::Published::new(&counts, &[SHOWN, SHOWN, SMALL], &lines, 6);
    assert_eq!(published.determined(), [2]);
    // And by bounds what algebra leaves open: 2 = 1 + 1 with the total shown; 9 = 4 + 5.
    let published = super::attacker::Published::new(&[2, 1, 1], &[SHOWN, SMALL, SMALL], &lines, 6);
    assert!((published.range(1).end() - 1.0).abs() < 1e-6);
    let published = super::attacker::Published::new(&[9, 4, 5], &[SHOWN, SMALL, SMALL], &lines, 6);
    assert!((published.range(1).start() - 4.0).abs() < 1e-6);
}
