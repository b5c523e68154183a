//! By which version of which curriculum a school taught on a day.

use std::cmp::Reverse;

use chrono::NaiveDate;
use plumbline_entity::{curriculum_version, curriculum_version::CurriculumStatus};
use uuid::Uuid;

/// The version by which a school teaches a subject on a day, among the versions of that subject: the school's own where it had one that
/// day, else the trust's. Where neither had one yet, the first that came: what was taught before is told by that. `None` where there is
/// no version but drafts.
#[must_use]
pub fn in_force(
    versions: &[curriculum_version::Model],
    school: Uuid,
    on: NaiveDate,
) -> Option<&curriculum_version::Model> {
    let of_school = |version: &&curriculum_version::Model| {
        version.status != CurriculumStatus::Draft && version.school_id.is_none_or(|owner| owner == school)
    };
    let by_that_day = |version: &curriculum_version::Model| {
        version.current_from.is_some_and(|from| from <= on) && version.retired_on.is_none_or(|until| until > on)
    };
    versions.iter().filter(of_school).max_by_key(|version| {
        let began = Reverse(version.current_from);
        (by_that_day(version), version.school_id.is_some(), began, Reverse(version.number), version.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn version(
        school: Option<u128>,
        number: i32,
        from: Option<&str>,
        until: Option<&str>,
    ) -> curriculum_version::Model {
        let status = match (from, until) {
            (None, _) => CurriculumStatus::Draft,
            (_, None) => CurriculumStatus::Current,
            _ => CurriculumStatus::Retired,
        };
        curriculum_version::Model {
            id: Uuid::from_u128(u128::try_from(number).unwrap_or_default() + school.unwrap_or_default() * 100),
            trust_id: Uuid::nil(),
            school_id: school.map(Uuid::from_u128),
            subject_id: Uuid::nil(),
            curriculum_id: Uuid::nil(),
            number,
            status,
            rationale: String::new(),
            source: None,
            licence: None,
            current_from: from.map(day),
            retired_on: until.map(day),
            version: 1,
        }
    }

    #[test]
    fn the_school_s_own_goes_before_the_trust_s_from_its_day_on() {
        let core = version(None, 1, Some("2023-09-01"), Some("2025-09-01"));
        let next = version(None, 2, Some("2025-09-01"), None);
        let own = version(Some(7), 1, Some("2024-09-01"), None);
        let other = version(Some(8), 1, Some("2023-09-01"), None);
        let draft = version(Some(7), 2, None, None);
        let all = [next.clone(), draft, own.clone(), other, core.clone()];
        let by = |on: &str| in_force(&all, Uuid::from_u128(7), day(on)).cloned();
        assert_eq!(by("2024-07-20"), Some(core.clone()));
        assert_eq!(by("2024-09-01"), Some(own.clone()));
        assert_eq!(by("2026-01-01"), Some(own));
        let of_another = |on: &str| in_force(&all, Uuid::from_u128(9), day(on)).cloned();
        assert_eq!(of_another("2025-08-31"), Some(core.clone()));
        assert_eq!(of_another("2025-09-01"), Some(next));
        // Before there was any: by the first that came.
        assert_eq!(of_another("2020-01-01"), Some(core));
        assert_eq!(in_force(&[version(None, 1, None, None)], Uuid::from_u128(9), day("2026-01-01")), None);
    }
}
