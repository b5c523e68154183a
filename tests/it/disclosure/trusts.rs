//! Random trusts for disclosure control: small and large schools, mixed ages, schools of one class, groups of one,
//! pupils of unknown group, and outcomes that hardly anybody has.

use plumbline_disclosure::{Outcome, Record};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The moderated judgements of a trust with this many schools.
pub fn trust(schools: usize, rng: &mut ChaCha8Rng) -> Vec<Record> {
    let mut records = Vec::new();
    let mut classes = 0;
    for school in 0..schools {
        let (years, mixed) = (if rng.random_bool(0.1) { 1 } else { rng.random_range(3..=7) }, rng.random_bool(0.2));
        let parallel = rng.random_range(1..=2);
        for year_group in 0..years {
            // A mixed class goes on with the next year group.
            if !mixed || year_group % 2 == 0 {
                classes += parallel;
            }
            for class in 0..parallel {
                let pupils = if rng.random_bool(0.08) { rng.random_range(1..6) } else { rng.random_range(6..=16) };
                for _ in 0..pupils {
                    records.push(Record {
                        school,
                        class: classes - class - 1,
                        year_group,
                        phase: year_group / 3,
                        groups: groups(rng),
                        outcome: outcome(school, rng),
                    });
                }
            }
        }
    }
    records
}

/// Half are of each sex, a quarter disadvantaged; 15 % have SEN support and 3 % a plan; a tenth have EAL. One in
/// forty is unknown. No number stands for values of two attributes.
fn groups(rng: &mut ChaCha8Rng) -> [usize; Record::ATTRIBUTES] {
    let sex = usize::from(rng.random_bool(0.5));
    let mut known = |value: usize, unknown: usize| if rng.random_bool(0.025) { unknown } else { value };
    let (disadvantaged, sen, eal) = (known(0, 2), known(0, 3), known(0, 2));
    let disadvantaged = if disadvantaged == 0 { usize::from(rng.random_bool(0.25)) } else { disadvantaged };
    let sen = match (sen, rng.random_range(0..100)) {
        (3, _) => 3,
        (_, 0..3) => 2,
        (_, 3..18) => 1,
        _ => 0,
    };
    let eal = if eal == 0 { usize::from(rng.random_bool(0.1)) } else { eal };
    [sex, 10 + disadvantaged, 20 + sen, 30 + eal]
}

/// Three in four stay; the rest move by a grade, hardly any by two.
fn outcome(school: usize, rng: &mut ChaCha8Rng) -> Outcome {
    let first = [0, 1, 1, 1, 2][rng.random_range(0..5)];
    let lenient = school == 0;
    let moderated = match rng.random_range(0..200) {
        0 => (first + 2) % 3,
        1..30 if first < 2 => first + 1,
        30..60 if first > 0 => first - 1,
        60..100 if lenient && first > 0 => first - 1,
        _ => first,
    };
    Outcome { first, moderated }
}
