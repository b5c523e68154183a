//! What the rules look up in a world, gathered once.

use std::collections::{HashMap, HashSet};

use chrono::{Duration, NaiveDate};
use plumbline_entity::{
    enrolment, judgement, moderation_exercise, moderation_exercise::ExerciseState, plan, pupil, pupil_characteristics,
    pupil_characteristics::SenProvision, sampled_work,
};
use uuid::Uuid;

use super::world::World;

/// What the rules look up in a world.
pub struct Facts<'w> {
    pub world: &'w World,
    /// The places of each pupil.
    pub places: HashMap<Uuid, Vec<&'w enrolment::Model>>,
    /// The judgements of each pupil.
    pub judged: HashMap<Uuid, Vec<&'w judgement::Model>>,
    /// Pupils with special educational needs, as the document says who has them.
    pub with_needs: HashSet<Uuid>,
    pub judgements: HashMap<Uuid, &'w judgement::Model>,
    pub exercises: HashMap<Uuid, &'w moderation_exercise::Model>,
    pub works: HashMap<Uuid, &'w sampled_work::Model>,
    /// The rank of each grade among those of its framework; none for a code that is not a grade.
    pub ranks: HashMap<Uuid, Option<i16>>,
    /// The agreed grade of each work, or else the grade of its earliest second judgement that is current.
    pub moderated: HashMap<Uuid, Uuid>,
    /// The grade of each work's earliest second judgement.
    pub second: HashMap<Uuid, Uuid>,
    /// What is recorded of a pupil for a year.
    pub recorded: HashMap<(Uuid, Uuid), &'w pupil_characteristics::Model>,
    pub pupils: HashMap<Uuid, &'w pupil::Model>,
    /// The first day of each academic year.
    pub begins: HashMap<Uuid, NaiveDate>,
    /// The academic year of each window.
    pub years: HashMap<Uuid, Uuid>,
    pub plans: HashMap<Uuid, &'w plan::Model>,
}

impl<'w> Facts<'w> {
    /// The facts of a world on a day.
    pub fn of(world: &'w World, today: NaiveDate) -> Self {
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for place in &world.enrolment {
            places.entry(place.pupil_id).or_default().push(place);
        }
        let mut judged: HashMap<_, Vec<_>> = HashMap::new();
        for judgement in &world.judgement {
            judged.entry(judgement.pupil_id).or_default().push(judgement);
        }
        // "For an academic year that has begun and that ended, or will end, not more than 365 days ago."
        let counts = |year: Uuid| {
            let year = world.academic_year.iter().find(|row| row.id == year).expect("a year");
            year.starts_on <= today && today - year.ends_on <= Duration::days(365)
        };
        let needs = world
            .pupil_characteristics
            .iter()
            .filter(|row| row.sen.is_some_and(|sen| sen != SenProvision::None) && counts(row.academic_year_id));
        Self {
            with_needs: needs.map(|row| row.pupil_id).collect(),
            judgements: world.judgement.iter().map(|row| (row.id, row)).collect(),
            exercises: world.moderation_exercise.iter().map(|row| (row.id, row)).collect(),
            works: world.sampled_work.iter().map(|row| (row.id, row)).collect(),
            ranks: world.grade.iter().map(|row| (row.id, row.rank)).collect(),
            moderated: moderated(world),
            second: second(world),
            recorded: world
                .pupil_characteristics
                .iter()
                .map(|row| ((row.pupil_id, row.academic_year_id), row))
                .collect(),
            pupils: world.pupil.iter().map(|row| (row.id, row)).collect(),
            begins: world.academic_year.iter().map(|row| (row.id, row.starts_on)).collect(),
            years: world.assessment_window.iter().map(|row| (row.id, row.academic_year_id)).collect(),
            plans: world.plan.iter().map(|row| (row.id, row)).collect(),
            world,
            places,
            judged,
        }
    }

    /// The places of a pupil.
    pub fn places_of(&self, pupil: Uuid) -> &[&'w enrolment::Model] {
        self.places.get(&pupil).map_or(&[], Vec::as_slice)
    }

    /// The judgements of a pupil.
    pub fn judgements_of(&self, pupil: Uuid) -> &[&'w judgement::Model] {
        self.judged.get(&pupil).map_or(&[], Vec::as_slice)
    }

    /// Whether the schools may see what came of an exercise.
    pub fn is_released(&self, exercise: Uuid) -> bool {
        matches!(self.exercises[&exercise].state, ExerciseState::Released | ExerciseState::Closed)
    }
}

/// The grade of the earliest second judgement of each work.
fn second(world: &World) -> HashMap<Uuid, Uuid> {
    let mut seconds: Vec<_> = world.second_judgement.iter().filter(|row| row.is_current).collect();
    // The latest come first, so that the earliest is put in last and stays.
    seconds.sort_by_key(|row| std::cmp::Reverse((row.recorded_at, row.id)));
    seconds.into_iter().map(|row| (row.work_id, row.grade_id)).collect()
}

fn moderated(world: &World) -> HashMap<Uuid, Uuid> {
    let agreed = world.moderation_outcome.iter().filter_map(|row| Some((row.work_id, row.agreed_grade_id?)));
    second(world).into_iter().chain(agreed).collect()
}
