//! What units of the demo are called, and what stands in them.

use plumbline_entity::objective;

use super::chance::Chance;

/// How a unit begins.
const OPENINGS: [&str; 4] = [
    "We begin with a short task that shows what pupils bring, and end with one that shows what they can do now.",
    "The first lessons call back what was taught before; new words go up on the wall as they come.",
    "Each week has a lesson of teaching, one of practice and one of use.",
    "Pupils meet the idea in things they can handle, then in pictures, then in words and signs.",
];

/// What a unit is called. Schools have their own ways of it.
pub(super) fn title(school: usize, subject: &str, of_year: i16, objectives: &[&objective::Model]) -> String {
    let mut strands: Vec<String> = Vec::new();
    for row in objectives {
        let strand = if strands.is_empty() { row.strand.clone() } else { row.strand.to_lowercase() };
        if !strands.iter().any(|known| known.eq_ignore_ascii_case(&strand)) {
            strands.push(strand);
        }
    }
    let what = if strands.len() > 2 { subject.to_owned() } else { strands.join(" with ") };
    let year = if of_year == 0 { "Reception".to_owned() } else { format!("Year {of_year}") };
    match school % 3 {
        0 => format!("{what} in {year}"),
        1 => format!("{year}: {}", what.to_lowercase()),
        _ => format!("{what}, {year}"),
    }
}

/// What is taught in it, in which order and why, from the statements of the curriculum.
pub(super) fn outline(chance: &mut Chance, objectives: &[&objective::Model]) -> String {
    let mut text = chance.pick(&OPENINGS).to_owned();
    for row in objectives {
        text += &format!("\n\n{}: {}", row.strand, row.statement);
        if let Some(reason) = &row.reason {
            text += &format!(" Why here: {reason}");
        }
    }
    text
}
