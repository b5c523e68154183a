//! The states of an exercise, and the steps between them: pure.

use plumbline_entity::moderation_exercise::ExerciseState;

/// The states into which a trust lead may take an exercise by hand. DRAFT becomes JUDGING by drawing the sample, which
/// is a mutation of its own. A step back is possible until the exercise is closed.
#[must_use]
pub const fn may_follow(state: ExerciseState) -> &'static [ExerciseState] {
    use ExerciseState::{Closed, Discussing, Draft, Judging, Released};
    match state {
        Draft | Closed => &[],
        Judging => &[Discussing],
        Discussing => &[Judging, Released],
        Released => &[Discussing, Closed],
    }
}

/// Whether a step leads back: to a state that the exercise had before.
#[must_use]
pub const fn is_back(from: ExerciseState, to: ExerciseState) -> bool {
    use ExerciseState::{Discussing, Judging, Released};
    matches!((from, to), (Discussing, Judging) | (Released, Discussing))
}

/// Checks a step.
///
/// # Errors
/// There is no such step. The error names the steps that there are.
pub fn check_step(from: ExerciseState, to: ExerciseState) -> Result<(), String> {
    let allowed = may_follow(from);
    if allowed.contains(&to) {
        return Ok(());
    }
    let from = from.code();
    if allowed.is_empty() {
        let hint = if from == "DRAFT" { " Draw its sample first." } else { "" };
        return Err(format!("An exercise that is {from} does not become {}.{hint}", to.code()));
    }
    let allowed = allowed.iter().map(|state| state.code()).collect::<Vec<_>>().join(" or ");
    Err(format!("An exercise that is {from} becomes {allowed}, not {}.", to.code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn an_exercise_goes_forward_one_step_at_a_time_and_back_until_it_is_closed() {
        use ExerciseState::{Closed, Discussing, Draft, Judging, Released};
        for step in [
            (Judging, Discussing),
            (Discussing, Released),
            (Released, Closed),
            (Released, Discussing),
            (Discussing, Judging),
        ] {
            assert_eq!(check_step(step.0, step.1), Ok(()), "{step:?}");
            // States are told in the order in which an exercise has them.
            let at = |state| ExerciseState::iter().position(|one| one == state);
            assert_eq!(is_back(step.0, step.1), at(step.1) < at(step.0), "{step:?}");
        }
        for step in [(Draft, Judging), (Judging, Released), (Closed, Released), (Judging, Judging)] {
            assert!(check_step(step.0, step.1).is_err(), "{step:?}");
        }
        assert!(ExerciseState::iter().all(|state| check_step(Closed, state).is_err()));
    }
}
