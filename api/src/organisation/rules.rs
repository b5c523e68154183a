//! Rules of the organisation: no database, no clock.

use plumbline_entity::{appointment::Role, year_group::YearGroup};

/// The letters of a UPN's check letter, in the order of their values.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Checks a unique pupil number: its form and its check letter (DfE, UPN guide: the sum of each
/// character's value times its position, 2 to 13, modulo 23; the last letter of a temporary number
/// counts by its place in the alphabet of check letters).
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_upn(upn: &str) -> Result<(), String> {
    let bytes = upn.as_bytes();
    if bytes.len() != 13 {
        return Err(format!("A UPN has 13 characters, this one has {}.", bytes.len()));
    }
    let mut sum = 0_usize;
    for (position, byte) in bytes.iter().enumerate().skip(1) {
        let value = match byte {
            b'0'..=b'9' => usize::from(byte - b'0'),
            _ if position == 12 => letter_value(*byte)
                .ok_or("The last character of a UPN is a digit, or the letter of a temporary UPN.")?,
            _ => {
                return Err("A UPN is a letter and 12 digits; only the last may be a letter again (a temporary UPN)."
                    .to_owned());
            }
        };
        sum += value * (position + 1);
    }
    let right = UPN_LETTERS.get(sum % 23).copied().unwrap_or_default();
    if bytes.first() == Some(&right) {
        Ok(())
    } else {
        Err("The first letter of this UPN does not fit its digits: one of them is mistyped.".to_owned())
    }
}

/// The UPN of these twelve digits, with its check letter.
#[must_use]
pub fn upn_of(digits: &str) -> Option<String> {
    UPN_LETTERS.iter().map(|letter| format!("{}{digits}", char::from(*letter))).find(|upn| check_upn(upn).is_ok())
}

fn letter_value(letter: u8) -> Option<usize> {
    UPN_LETTERS.iter().position(|known| *known == letter)
}

/// Checks that an appointment names what its role needs, and nothing else.
///
/// # Errors
/// The field that is missing or too much, and why.
pub fn check_appointment(
    role: Role,
    school: bool,
    phase: bool,
    subject: bool,
    class: bool,
) -> Result<(), (&'static str, String)> {
    let (needs_school, needs_phase, needs_subject, needs_class) = match role {
        Role::ClassTeacher => (true, false, false, true),
        Role::SubjectLeader => (true, false, true, false),
        Role::PhaseLeader => (true, true, false, false),
        Role::Senco | Role::SeniorLeader => (true, false, false, false),
        // A moderator may come from a school; the others are of the whole trust.
        Role::Moderator | Role::TrustLead | Role::TrustAnalyst => (false, false, false, false),
    };
    let given = [
        ("schoolId", school, needs_school),
        ("phaseId", phase, needs_phase),
        ("subjectId", subject, needs_subject),
        ("classId", class, needs_class),
    ];
    for (field, given, needed) in given {
        if given != needed {
            let role = role.code();
            let verb = if needed { "needs" } else { "does not take" };
            return Err((field, format!("An appointment as {role} {verb} `{field}`.")));
        }
    }
    Ok(())
}

/// Checks that a span of year groups begins with its youngest.
///
/// # Errors
/// What is wrong.
pub fn check_span(lowest: YearGroup, highest: YearGroup) -> Result<(), String> {
    if lowest <= highest {
        Ok(())
    } else {
        Err("The youngest year group comes after the oldest; swap them.".to_owned())
    }
}

/// A name without the spaces around it.
///
/// # Errors
/// It is empty, or longer than 100 characters.
pub fn check_name(name: &str) -> Result<String, String> {
    const LONGEST: usize = 100;
    let name = name.trim();
    match name.chars().count() {
        0 => Err("A name is needed.".to_owned()),
        length if length > LONGEST => Err(format!("A name has at most {LONGEST} characters, this one has {length}.")),
        _ => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers_are_right_and_any_one_slip_is_found() {
        for upn in ["B801200005001", "R201100018042", "T20110001804V", "P207000016049"] {
            assert_eq!(check_upn(upn), Ok(()), "{upn}");
            for at in 1..12 {
                let mut slipped = upn.as_bytes().to_vec();
                slipped[at] = b'0' + (slipped[at] - b'0' + 1) % 10;
                let slipped = String::from_utf8_lossy(&slipped).into_owned();
                assert!(check_upn(&slipped).is_err(), "{slipped}");
            }
        }
        assert!(check_upn("B80120000500").is_err());
        assert!(check_upn("").is_err());
        assert!(check_upn("é801200005001").is_err());
        assert_eq!(upn_of("801200005001").as_deref(), Some("B801200005001"));
    }

    #[test]
    fn a_class_teacher_is_appointed_to_a_class_and_an_analyst_to_no_school() {
        assert!(check_appointment(Role::ClassTeacher, true, false, false, true).is_ok());
        assert_eq!(
            check_appointment(Role::ClassTeacher, true, false, false, false).map_err(|(f, _)| f),
            Err("classId")
        );
        assert_eq!(
            check_appointment(Role::TrustAnalyst, true, false, false, false).map_err(|(f, _)| f),
            Err("schoolId")
        );
    }
}
