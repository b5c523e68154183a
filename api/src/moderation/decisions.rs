//! Decisions on sampled work: pure.

use plumbline_entity::moderation_outcome::Decision;

/// Whether a decision needs an agreed grade.
#[must_use]
pub const fn agrees_a_grade(decision: Decision) -> bool {
    matches!(decision, Decision::Confirmed | Decision::Raised | Decision::Lowered)
}

/// Checks that an agreed grade is given if the decision needs one, and only then.
///
/// # Errors
/// The grade is missing, or one is given that the decision does not take.
pub fn fits_agreement(decision: Decision, agreed: bool) -> Result<(), String> {
    match (agrees_a_grade(decision), agreed) {
        (true, false) => Err("This decision needs the grade that was agreed.".to_owned()),
        (false, true) => Err("With this decision no grade is agreed; leave it out.".to_owned()),
        _ => Ok(()),
    }
}

/// Checks that a decision fits the ranks of the grades.
///
/// # Errors
/// What does not fit. The error does not name the first grade.
pub fn check_decision(decision: Decision, first: Option<i16>, agreed: Option<i16>) -> Result<(), String> {
    let fits = match decision {
        Decision::Confirmed => agreed == first,
        Decision::Raised => agreed > first,
        Decision::Lowered => agreed < first,
        Decision::MoreEvidence | Decision::Unresolved => true,
    };
    let word = decision.code();
    if fits {
        Ok(())
    } else {
        Err(format!("The agreed grade and the first judgement do not fit {word}: one of them is mistaken."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_says_what_is_so() {
        assert!(check_decision(Decision::Confirmed, Some(1), Some(1)).is_ok());
        assert!(check_decision(Decision::Raised, Some(1), Some(2)).is_ok());
        assert!(check_decision(Decision::Lowered, Some(1), Some(2)).is_err());
        assert!(check_decision(Decision::Confirmed, Some(1), Some(2)).is_err());
        assert!(agrees_a_grade(Decision::Raised) && !agrees_a_grade(Decision::Unresolved));
    }
}
