//! The demo in memory: plausible, and what is planted is found, whatever the seed.

mod planning;

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::{assessment_window::Term, class, moderation_exercise::ExerciseState, trust};
use uuid::Uuid;

use super::{
    DemoOptions,
    effects::PlantedEffects,
    exercises::Moderated,
    fixed::{MATHEMATICS, READING, WRITING},
    judgements::{Assessed, Work},
    world::World,
};
use crate::{
    moderation::states::{check_step, is_back},
    organisation::rules::not_held_already,
    rulebook::{Ruled, values::upn},
};
use plumbline_statistics::{AgreementMatrix, AgreementWeights, weighted_kappa};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=12;

fn world(seed: u64) -> World {
    World::new(DemoOptions { seed, ..DemoOptions::default() })
}

fn summers(world: &World, subject: usize) -> Vec<(usize, Assessed)> {
    let windows = world.calendar.windows.iter().enumerate();
    let summers = windows.filter(|(_, window)| window.term == Term::Summer);
    summers.map(|(at, window)| (window.year, world.assess(at, subject))).collect()
}

/// First and moderated grade of the works of all writing exercises.
fn writing_pairs(world: &World) -> Vec<(Work, usize)> {
    let moderated = summers(world, WRITING).into_iter().filter_map(|(_, assessed)| world.moderate(&assessed));
    moderated.flat_map(|moderated: Moderated| moderated.pairs).collect()
}

fn matrix<'a>(pairs: impl Iterator<Item = &'a (Work, usize)>) -> Option<AgreementMatrix> {
    let mut matrix = AgreementMatrix::new(4)?;
    for (work, second) in pairs {
        matrix.add(work.first, *second, 1.0);
    }
    Some(matrix)
}

fn shift(pairs: &[(Work, usize)], which: impl Fn(&Work) -> bool) -> f64 {
    let matrix = matrix(pairs.iter().filter(|(work, _)| which(work)));
    matrix.and_then(|matrix| matrix.mean_shift()).unwrap_or(f64::NAN)
}

/// (lowered - raised) / judged at the boundary of EXS.
fn generosity(pairs: &[(Work, usize)], which: impl Fn(&Work) -> bool) -> f64 {
    let chosen: Vec<_> = pairs.iter().filter(|(work, _)| which(work)).collect();
    let lowered = chosen.iter().filter(|(work, second)| work.first >= 2 && *second < 2).count() as f64;
    let raised = chosen.iter().filter(|(work, second)| work.first < 2 && *second >= 2).count() as f64;
    (lowered - raised) / chosen.len() as f64
}

fn mean_rank(works: &[Work], which: impl Fn(&Work) -> bool) -> f64 {
    let ranks: Vec<f64> = works.iter().filter(|work| which(work)).map(|work| work.first as f64).collect();
    ranks.iter().sum::<f64>() / ranks.len() as f64
}

#[test]
fn agreement_is_as_moderators_know_it() {
    for seed in SEEDS {
        let world = world(seed);
        let pairs = writing_pairs(&world);
        let ordinary = pairs.iter().filter(|(work, _)| ordinary(&world, work) && !work.disadvantaged);
        let matrix = matrix(ordinary).expect("grades");
        let kappa = weighted_kappa(&matrix, AgreementWeights::Quadratic, matrix.total()).expect("kappa").kappa;
        let (exact, within) = (matrix.agreement_within(0).expect("n"), matrix.agreement_within(1).expect("n"));
        println!("seed {seed}: {} pairs, exact {exact:.3} within one {within:.4} kappa {kappa:.3}", pairs.len());
        assert!((0.72..0.84).contains(&exact) && within > 0.985 && (0.6..0.85).contains(&kappa));
    }
}

/// Whether nothing is planted in the judgements of the work's class.
fn ordinary(world: &World, work: &Work) -> bool {
    world.planted.leniency(&world.rolls.classes[work.class], WRITING) == [0.0; 3]
}

#[test]
fn planted_shifts_are_found_with_every_seed() {
    for seed in SEEDS {
        let world = world(seed);
        let PlantedEffects { lenient_school, severe_teacher, overlooked_group, .. } =
            world.planted.told(&world.schools, &world.rolls.classes, &world.staff.people);
        let pairs = writing_pairs(&world);
        let school = |work: &Work| world.rolls.classes[work.class].school;
        let lenient = |work: &Work| world.schools[school(work)].id == lenient_school.school.id;
        let class = |work: &Work| world.rolls.classes[work.class].id;
        let severe = |work: &Work| severe_teacher.class_ids.contains(&class(work));
        let parallel = |work: &Work| {
            let class = &world.rolls.classes[work.class];
            world.schools[class.school].id == severe_teacher.school.id && class.name == severe_teacher.parallel_class
        };
        let (lower, generous) = (shift(&pairs, lenient), generosity(&pairs, lenient));
        let (higher, beside) = (shift(&pairs, severe), shift(&pairs, parallel));
        let others = |work: &Work| !work.disadvantaged;
        let gap = shift(&pairs, |work| work.disadvantaged) - shift(&pairs, others);
        println!(
            "seed {seed}: lenient {lower:.3} generosity {generous:.3} severe {higher:.3} beside {beside:.3} gap {gap:.3}"
        );
        assert!(lenient_school.shift.found_in(lower) && lenient_school.generosity_at_exs.found_in(generous));
        assert!(severe_teacher.shift.found_in(higher) && higher > beside + 0.25, "{higher} {beside}");
        assert!(overlooked_group.difference.found_in(gap), "{gap}");
        let most = (0..world.schools.len()).min_by(|a, b| {
            let of = |at: usize| shift(&pairs, |work| school(work) == at);
            of(*a).total_cmp(&of(*b))
        });
        assert_eq!(most.map(|at| world.schools[at].id), Some(lenient_school.school.id));
    }
}

#[test]
fn the_planted_dip_is_found_with_every_seed() {
    for seed in SEEDS {
        let world = world(seed);
        let dip = world.planted.told(&world.schools, &world.rolls.classes, &world.staff.people).dipping_cohort;
        let gap = |year: usize| {
            let of_cohort = |work: &Work| {
                let class = &world.rolls.classes[work.class];
                let year_group = dip.year_group - (world.calendar.last() - year) as i16;
                world.schools[class.school].id == dip.school.id && work.year_group == year_group
            };
            let of = |subject: usize| {
                let assessed = summers(&world, subject).into_iter().find(|(at, _)| *at == year);
                assessed.map_or(f64::NAN, |(_, assessed)| mean_rank(&assessed.works, of_cohort))
            };
            of(MATHEMATICS) - of(READING)
        };
        let gaps = [gap(0), gap(1), gap(2)];
        println!("seed {seed}: mathematics less reading {gaps:.2?}");
        assert!(dip.difference.found_in(gaps[1]) && dip.difference.found_in(gaps[2]));
        assert!(gaps[0] - gaps[2] > 0.2, "{gaps:?}");
    }
}

#[test]
fn grades_are_spread_as_in_the_country() {
    let mut all: Vec<Work> = Vec::new();
    for seed in SEEDS {
        let world = world(seed);
        for subject in [READING, WRITING, MATHEMATICS] {
            let works = summers(&world, subject).into_iter().flat_map(|(_, assessed)| assessed.works);
            all.extend(works.filter(|work| work.year_group == 6));
        }
    }
    let share = |grade: usize| all.iter().filter(|work| work.first >= grade).count() as f64 / all.len() as f64;
    println!("Year 6, summer: WTS+ {:.3} EXS+ {:.3} GDS {:.3}", share(1), share(2), share(3));
    assert!((0.70..0.76).contains(&share(2)) && (0.15..0.21).contains(&share(3)) && share(1) > 0.9);
}

#[test]
fn rolls_and_rates_are_believable() {
    for seed in SEEDS {
        let world = world(seed);
        let rolls = &world.rolls;
        let mut taken = 0;
        for (at, class) in rolls.classes.iter().enumerate() {
            let year = &world.calendar.years[class.year];
            let at_start = world.seats_of(class.year).iter().filter(|s| s.class == at && s.taken_on(year.starts_on));
            let size = at_start.count();
            assert!((17..=33).contains(&size), "{} of {size}", class.name);
            taken += size;
        }
        for pupil in &rolls.pupils {
            assert_eq!(upn(&mut pupil.upn.clone()), Ok(()), "{}", pupil.upn);
        }
        let numbers: BTreeSet<&str> = rolls.pupils.iter().map(|pupil| pupil.upn.as_str()).collect();
        assert_eq!(numbers.len(), rolls.pupils.len());
        let recorded: Vec<_> =
            rolls.seats.iter().map(|s| rolls.pupils[s.pupil].circumstances.recorded(s.year_group)).collect();
        let rate = |which: &dyn Fn(&super::pupils::Recorded) -> bool| {
            recorded.iter().filter(|recorded| which(recorded)).count() as f64 / recorded.len() as f64
        };
        use plumbline_entity::pupil_characteristics::SenProvision;
        let (disadvantaged, support) = (rate(&|r| r.disadvantaged()), rate(&|r| r.sen == SenProvision::Support));
        let plan = rate(&|r| r.sen == SenProvision::Plan);
        println!(
            "seed {seed}: {} pupils, {:.1} a class, disadvantaged {disadvantaged:.3} support {support:.3} plan {plan:.3}",
            rolls.pupils.len(),
            taken as f64 / rolls.classes.len() as f64
        );
        assert!(
            (0.17..0.32).contains(&disadvantaged) && (0.10..0.18).contains(&support) && (0.02..0.06).contains(&plan)
        );
    }
}

/// How a row breaks the rule book, in words. The demo must write each row in the form in which the service keeps it.
fn broken<Beside, R: Ruled<Beside> + Clone + PartialEq + std::fmt::Debug>(row: &R, beside: Beside) -> Option<String> {
    match row.clone().checked(beside) {
        Ok(kept) if kept == *row => None,
        Ok(kept) => Some(format!("{row:?} is kept as {kept:?}")),
        Err(faults) => Some(format!("{row:?}: {faults}")),
    }
}

#[test]
fn every_row_passes_the_rules_that_mutations_and_imports_go_through() {
    for seed in SEEDS {
        let world = world(seed);
        let mut wrong: Vec<String> = Vec::new();
        let (years, windows, classes) = (world.year_rows(), world.window_rows(), world.class_rows());
        let today = years.last().expect("a year").ends_on;
        let trust = trust::Model { id: world.trust, name: super::TRUST_NAME.to_owned(), version: 1 };
        wrong.extend(broken(&trust, ()));
        wrong.extend(world.school_rows().iter().filter_map(|row| broken(row, ())));
        wrong.extend(years.iter().filter_map(|row| broken(row, ())));
        wrong.extend(world.phase_rows().iter().filter_map(|row| broken(row, ())));
        wrong.extend(world.subject_rows().iter().filter_map(|row| broken(row, ())));
        wrong.extend(classes.iter().filter_map(|row| broken(row, ())));
        wrong.extend(world.staff_rows().iter().filter_map(|row| broken(row, ())));
        wrong.extend(world.client_rows().iter().filter_map(|row| broken(row, ())));
        wrong.extend(world.pupil_rows().iter().filter_map(|row| broken(row, today)));
        wrong.extend(broken(&world.framework_row(), ()));
        wrong.extend(broken(&world.grade_rows(), ()));
        let classes: BTreeMap<Uuid, &class::Model> = classes.iter().map(|class| (class.id, class)).collect();
        let mut appointments = world.appointment_rows();
        wrong.extend(appointments.iter().filter_map(|row| broken(row, row.class_id.map(|class| classes[&class]))));
        while let Some(appointment) = appointments.pop() {
            wrong.extend(not_held_already(&appointment, &appointments).err().map(|fault| fault.message));
        }
        for (at, year) in years.iter().enumerate() {
            wrong.extend(world.enrolment_rows(at).iter().filter_map(|row| broken(row, (classes[&row.class_id], year))));
            wrong.extend(world.characteristics_rows(at).iter().filter_map(|row| broken(row, ())));
        }
        let ranks: BTreeMap<Uuid, Option<i16>> =
            world.grade_rows().iter().map(|grade| (grade.id, grade.rank)).collect();
        for (at, window) in windows.iter().enumerate() {
            let year = years.iter().find(|year| year.id == window.academic_year_id).expect("its year");
            wrong.extend(broken(window, year));
            for subject in [READING, WRITING, MATHEMATICS] {
                let assessed = world.assess(at, subject);
                wrong.extend(assessed.judgements.iter().filter_map(|row| broken(row, (window, today))));
                let Some(moderated) = world.moderate(&assessed) else { continue };
                wrong.extend(broken(&moderated.exercise, ()));
                wrong.extend(moderated.seconds.iter().filter_map(|row| broken(row, ())));
                let first: BTreeMap<Uuid, Uuid> =
                    assessed.judgements.iter().map(|judgement| (judgement.id, judgement.grade_id)).collect();
                let works: BTreeMap<Uuid, Uuid> =
                    moderated.works.iter().map(|work| (work.id, work.judgement_id)).collect();
                wrong.extend(moderated.outcomes.iter().filter_map(|row| {
                    let agreed = row.agreed_grade_id.and_then(|grade| ranks[&grade]);
                    broken(row, (ranks[&first[&works[&row.work_id]]], agreed))
                }));
            }
        }
        assert!(
            wrong.is_empty(),
            "seed {seed}: {} rows break a rule, such as {:#?}",
            wrong.len(),
            &wrong[..wrong.len().min(5)]
        );
    }
}

#[test]
fn a_pupil_is_in_one_place_at_a_time_and_goes_up_each_year() {
    let world = world(4);
    let mut places: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for seat in &world.rolls.seats {
        places.entry(seat.pupil).or_default().push(seat);
    }
    for seats in places.values() {
        for pair in seats.windows(2) {
            assert!(pair[0].until.is_some_and(|until| pair[0].from <= until && until < pair[1].from));
            let years = world.rolls.classes[pair[1].class].year - world.rolls.classes[pair[0].class].year;
            assert_eq!(pair[1].year_group - pair[0].year_group, years as i16);
        }
    }
}

#[test]
fn exercises_are_where_they_should_be_and_nobody_moderates_their_own_school() {
    let world = world(2);
    let schools_of = |id| world.staff.people.iter().find(|person| person.id == id).and_then(|person| person.school);
    let mut titles = Vec::new();
    for window in 0..world.calendar.windows.len() {
        for subject in [READING, WRITING, MATHEMATICS] {
            let Some(moderated) = world.moderate(&world.assess(window, subject)) else {
                continue;
            };
            let judging = moderated.exercise.state == ExerciseState::Judging;
            assert_eq!(judging, subject == READING);
            titles.push(moderated.exercise.title);
            let works: BTreeMap<_, _> = moderated.works.iter().map(|work| (work.id, work)).collect();
            for second in &moderated.seconds {
                let school = schools_of(second.moderator_id).map(|at| world.schools[at].id);
                assert_ne!(school, works.get(&second.work_id).map(|work| work.school_id));
            }
            assert!(!judging || (moderated.outcomes.is_empty() && moderated.seconds.len() < works.len() / 5));
            // It came to where it is a step at a time, each later than the one before; one back has its reason.
            assert_eq!(works.is_empty(), moderated.exercise.state == ExerciseState::Draft);
            let (mut state, mut at) = (ExerciseState::Draft, None);
            for step in &moderated.steps {
                assert_eq!(step.previous_state, state);
                assert!(step.state == ExerciseState::Judging || check_step(state, step.state).is_ok(), "{step:?}");
                assert_eq!(step.taken_because.is_some(), is_back(state, step.state), "{step:?}");
                assert!(at.is_none_or(|before| before < step.taken_at), "{step:?}");
                (state, at) = (step.state, Some(step.taken_at));
            }
            assert_eq!(state, moderated.exercise.state);
        }
    }
    assert_eq!(
        titles,
        [
            "Writing, summer 2023/24",
            "Writing, summer 2024/25",
            "Mathematics, spring 2025/26",
            "Reading, summer 2025/26",
            "Writing, summer 2025/26",
            "Mathematics, summer 2025/26"
        ]
    );
}

#[test]
fn the_ids_of_works_tell_a_moderator_no_more_than_their_codes() {
    let world = world(1);
    let mut exercises = 0;
    for subject in [READING, WRITING, MATHEMATICS] {
        for moderated in summers(&world, subject).iter().filter_map(|(_, assessed)| world.moderate(assessed)) {
            exercises += 1;
            assert!(
                moderated.works.is_sorted_by_key(|work| work.id) && moderated.works.is_sorted_by_key(|work| &work.code)
            );
        }
    }
    assert!(exercises > 3);
}
