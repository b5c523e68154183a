//! What is taught in a random world: curricula of the trust and of schools, in all states.

use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus, objective,
    objective::ObjectiveCategory, objective_link, year_group::YearGroup,
};
use uuid::Uuid;

use super::chance::day;
use super::making::{Making, of_trust};

/// Of most subjects a curriculum of the trust, and of some one of a school.
pub fn curricula(making: &mut Making<'_>) {
    for subject in of_trust!(making, subject) {
        if making.chance.percent(80) {
            curriculum(making, subject.id, None, CurriculumStanding::Core);
            for school in of_trust!(making, school) {
                let kinds = [CurriculumStanding::Follows, CurriculumStanding::Adapts, CurriculumStanding::Replaces];
                let standing = *making.chance.pick(&kinds);
                if making.chance.percent(60) {
                    curriculum(making, subject.id, Some(school.id), standing);
                }
            }
        }
    }
}

fn curriculum(making: &mut Making<'_>, subject: Uuid, school: Option<Uuid>, standing: CurriculumStanding) {
    let id = making.chance.id();
    making.world.curriculum.push(curriculum::Model {
        id,
        trust_id: making.trust,
        school_id: school,
        subject_id: subject,
        standing,
        aim: making.chance.percent(50).then(|| "To know more".to_owned()),
        version: 1,
    });
    if standing == CurriculumStanding::Follows {
        return;
    }
    let states = [CurriculumStatus::Retired, CurriculumStatus::Current, CurriculumStatus::Draft];
    let (first, last) = (making.chance.below(3), making.chance.below(3));
    let mut known = Vec::new();
    for (number, status) in (1..).zip(states.into_iter().skip(first).take(last + 1)) {
        let version = making.chance.id();
        let row = curriculum_version::Model {
            id: version,
            trust_id: making.trust,
            school_id: school,
            subject_id: subject,
            curriculum_id: id,
            number,
            status,
            rationale: "As it grew".to_owned(),
            source: making.chance.percent(20).then(|| "National curriculum".to_owned()),
            licence: None,
            current_from: (status != CurriculumStatus::Draft).then(|| day("2024-09-01")),
            retired_on: (status == CurriculumStatus::Retired).then(|| day("2025-09-01")),
            version: 1,
        };
        making.world.curriculum_version.push(row.clone());
        objectives(making, &row, &mut known);
    }
}

/// Objectives of a version: those that the version before had, and another one.
fn objectives(making: &mut Making<'_>, version: &curriculum_version::Model, known: &mut Vec<Uuid>) {
    for _ in 0..making.chance.between(1, 2) {
        known.push(making.chance.id());
    }
    for (nth, key) in known.iter().enumerate() {
        let low = i16::try_from(making.chance.between(0, 5)).expect("small");
        let year = |number| YearGroup::from_number(number).expect("a year group");
        making.world.objective.push(objective::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            school_id: version.school_id,
            subject_id: version.subject_id,
            curriculum_version_id: version.id,
            key: *key,
            code: format!("code-{nth}"),
            category: *making.chance.pick(&[ObjectiveCategory::Knowledge, ObjectiveCategory::Skill]),
            strand: (*making.chance.pick(&["Number", "Shape"])).to_owned(),
            lowest_year_group: year(low),
            highest_year_group: year(low + i16::from(making.chance.percent(20))),
            position: i32::try_from(making.chance.between(1, 3)).expect("small"),
            statement: format!("Know {}", super::making::name(making.chance)),
            reason: None,
            stands_for: None,
            version: 1,
        });
        if let Some(before) = nth.checked_sub(1) {
            making.world.objective_link.push(objective_link::Model {
                id: making.chance.id(),
                trust_id: making.trust,
                school_id: version.school_id,
                subject_id: version.subject_id,
                curriculum_version_id: version.id,
                objective_key: *key,
                builds_on: known[before],
            });
        }
    }
}
