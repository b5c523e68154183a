//! Random trusts, every question of the lattice asked, an attacker who solves the system: the proof obligation.

use super::attacker::audit;
use plumbline::disclosure::{BaseRow, CellId, Geography, Group, Lattice, Release, Table, protect};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many random tables of each kind: `ATTACK_SEEDS`, else few enough for every run of the tests.
fn seeds(usual: u64) -> u64 {
    std::env::var("ATTACK_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(usual)
}

/// The most a random trust may have; classes are of one school.
#[derive(Clone, Copy)]
struct Size {
    schools: usize,
    years: usize,
    classes: usize,
    attributes: usize,
}

const SMALL: Size = Size { schools: 3, years: 3, classes: 3, attributes: 2 };
const LARGE: Size = Size { schools: 6, years: 5, classes: 6, attributes: 4 };

/// A trust of random shape: one- and mixed-age classes, empty ones, rare and common pupil groups.
fn trust(rng: &mut ChaCha8Rng, size: Size) -> Vec<BaseRow> {
    let mut rows = Vec::new();
    let schools = rng.random_range(1..=size.schools);
    let years = rng.random_range(1..=size.years);
    let largest = [3, 6, 12, 30][rng.random_range(0..4)];
    let attributes: Vec<Vec<f64>> = (0..rng.random_range(0..=size.attributes))
        .map(|_| {
            let first = [0.03, 0.2, 0.5][rng.random_range(0..3)];
            if rng.random_bool(0.3) { vec![first, 0.2, 0.8 - first] } else { vec![first, 1.0 - first] }
        })
        .collect();
    for school in 0..schools {
        for class in 0..rng.random_range(1..=size.classes) {
            let from = rng.random_range(0..years);
            let to = if rng.random_bool(0.35) { (from + 1).min(years - 1) } else { from };
            for year_group in from..=to {
                let count = if rng.random_bool(0.1) { 0 } else { rng.random_range(1..=largest) };
                let row = |attribute, value, count| BaseRow {
                    school,
                    phase: year_group / 2,
                    year_group,
                    class,
                    attribute,
                    value,
                    count,
                };
                rows.push(row(None, 0, count));
                for (attribute, shares) in attributes.iter().enumerate() {
                    for value in 0..shares.len() {
                        rows.push(row(Some(attribute), value, 0));
                    }
                    for _ in 0..count {
                        let mut at: f64 = rng.random_range(0.0..1.0);
                        let value = shares.iter().position(|share| {
                            at -= share;
                            at < 0.0
                        });
                        rows.push(row(Some(attribute), value.unwrap_or(0), 1));
                    }
                }
            }
        }
    }
    rows
}

/// Whether pupils of `part` are all in `whole`: the attacker's own reading of the geography.
fn covers(whole: Geography, row: &BaseRow) -> bool {
    match whole {
        Geography::Trust => true,
        Geography::School(school) => school == row.school,
        Geography::Phase(phase) => phase == row.phase,
        Geography::YearGroup(year_group) => year_group == row.year_group,
        Geography::SchoolPhase { school, phase } => (school, phase) == (row.school, row.phase),
        Geography::SchoolYear { school, year_group } => (school, year_group) == (row.school, row.year_group),
        Geography::Class { school, class } => (school, class) == (row.school, row.class),
        Geography::ClassYear { school, class, year_group } => {
            (school, class, year_group) == (row.school, row.class, row.year_group)
        }
    }
}

/// Every true line of the lattice in its plainest form: each margin is the sum of its finest cells, and of the
/// values of each attribute. All other lines follow from these.
fn every_line(keys: &[(Geography, Group)], rows: &[BaseRow]) -> Vec<(usize, Vec<usize>)> {
    let mut lines = Vec::new();
    for (total, (whole, group)) in keys.iter().enumerate() {
        let finest = |geography: Geography| {
            matches!(geography, Geography::ClassYear { .. })
                && rows.iter().any(|row| covers(geography, row) && covers(*whole, row))
        };
        let parts = (0..keys.len()).filter(|part| *part != total && keys[*part].1 == *group && finest(keys[*part].0));
        let parts: Vec<usize> = parts.collect();
        if !parts.is_empty() {
            lines.push((total, parts));
        }
        for attribute in 0..4 {
            let parts: Vec<usize> = (0..keys.len())
                .filter(|part| keys[*part].0 == *whole && keys[*part].1.is_some_and(|(of, _)| of == attribute))
                .collect();
            if group.is_none() && !parts.is_empty() {
                lines.push((total, parts));
            }
        }
    }
    lines
}

/// Asks every question of a random trust, and sets the attacker on the answers.
fn attack(seed: u64, size: Size) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rows = trust(&mut rng, size);
    let threshold = [6, 6, 6, 3, 5, 10, 2][rng.random_range(0..7)];
    let lattice = Lattice::new(&rows).expect("sound rows");
    let keys: Vec<(Geography, Group)> = lattice.keys().collect();
    let safe = lattice.protect(threshold);
    let releases: Vec<Release> =
        keys.iter().map(|(geography, group)| safe.release(*geography, *group).expect("a key")).collect();
    let count = |(whole, group): &(Geography, Group)| {
        let of =
            |row: &&BaseRow| covers(*whole, row) && row.attribute.map(|attribute| (attribute, row.value)) == *group;
        rows.iter().filter(of).map(|row| row.count).sum()
    };
    let counts: Vec<u32> = keys.iter().map(count).collect();
    audit(&counts, &releases, &every_line(&keys, &rows), threshold, &format!("seed {seed}, k {threshold}"));
}

#[test]
fn no_question_asked_of_a_random_trust_gives_away_a_child() {
    (0..seeds(80)).for_each(|seed| attack(seed, SMALL));
}

#[test]
#[ignore = "takes minutes: linear programmes of hundreds of cells"]
fn no_question_asked_of_a_larger_random_trust_gives_away_a_child() {
    (0..seeds(40)).for_each(|seed| attack(4_000_000 + seed, LARGE));
}

/// A table no school would have: leaves, and lines over any of them, several of a kind nested and crossed.
fn odd_table(rng: &mut ChaCha8Rng) -> (Vec<u32>, Vec<(usize, Vec<usize>)>) {
    let largest = [2, 7, 20][rng.random_range(0..3)];
    let mut counts: Vec<u32> = (0..rng.random_range(2..12)).map(|_| rng.random_range(0..=largest)).collect();
    let mut lines = Vec::new();
    for _ in 0..rng.random_range(1..10) {
        let mut parts: Vec<usize> = (0..counts.len()).collect();
        parts.shuffle(rng);
        parts.truncate(rng.random_range(1..5));
        counts.push(parts.iter().map(|part| counts[*part]).sum());
        lines.push((counts.len() - 1, parts));
    }
    (counts, lines)
}

#[test]
fn no_table_of_any_shape_gives_away_a_small_count() {
    for seed in 0..seeds(300) {
        let mut rng = ChaCha8Rng::seed_from_u64(1_000_000 + seed);
        let (counts, lines) = odd_table(&mut rng);
        let threshold = rng.random_range(0..8);
        let mut table = Table::new();
        let cells: Vec<CellId> = counts.iter().map(|count| table.cell(*count)).collect();
        for (total, parts) in &lines {
            table.line(cells[*total], parts.iter().map(|part| cells[*part]).collect());
        }
        audit(&counts, &protect(&table, threshold), &lines, threshold, &format!("table {seed}, k {threshold}"));
    }
}

#[test]
fn the_same_rows_in_any_order_give_the_same_answer() {
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(2_000_000 + seed);
        let mut rows = trust(&mut rng, SMALL);
        let first = Lattice::new(&rows).expect("sound rows").protect(6);
        rows.shuffle(&mut rng);
        let second = Lattice::new(&rows).expect("sound rows").protect(6);
        for (geography, group) in first.lattice().keys() {
            assert_eq!(first.release(geography, group), second.release(geography, group), "seed {seed}");
        }
    }
}

#[test]
fn lines_in_any_order_give_the_same_answer_and_cells_in_any_order_the_same_small_counts() {
    for seed in 0..100 {
        let mut rng = ChaCha8Rng::seed_from_u64(3_000_000 + seed);
        let (counts, mut lines) = odd_table(&mut rng);
        let mut answer = |order: &[usize], shuffled: bool| {
            let mut table = Table::new();
            let mut cells = vec![None; counts.len()];
            for cell in order {
                cells[*cell] = Some(table.cell(counts[*cell]));
            }
            let id = |cell: usize| cells[cell].expect("every cell is in");
            if shuffled {
                lines.shuffle(&mut rng);
                lines.iter_mut().for_each(|(_, parts)| parts.shuffle(&mut rng));
            }
            for (total, parts) in &lines {
                table.line(id(*total), parts.iter().map(|part| id(*part)).collect());
            }
            let releases = protect(&table, 6);
            (0..counts.len()).map(|cell| releases[id(cell).index()]).collect::<Vec<Release>>()
        };
        let order: Vec<usize> = (0..counts.len()).collect();
        let turned: Vec<usize> = order.iter().rev().copied().collect();
        let first = answer(&order, false);
        assert_eq!(first, answer(&order, true), "seed {seed}");
        let other = answer(&turned, true);
        for cell in order {
            let small = (1..6).contains(&counts[cell]);
            assert!(!small || !(first[cell].is_shown() || other[cell].is_shown()), "seed {seed}");
        }
    }
}
