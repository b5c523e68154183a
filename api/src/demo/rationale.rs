//! What moderators write: the evidence for a grade.

use super::{
    chance::Chance,
    fixed::{MATHEMATICS, READING},
};

const READING_SEEN: [[&str; 3]; 4] = [
    [
        "Decodes most common words with help.",
        "Retells with prompts.",
        "Reads familiar words; loses the thread on a page.",
    ],
    ["Reads accurately but slowly.", "Finds what is stated, seldom infers.", "Answers on vocabulary are thin."],
    [
        "Reads fluently and explains the main points.",
        "Infers feelings and justifies them.",
        "Summarises across paragraphs.",
    ],
    [
        "Compares themes across texts.",
        "Justifies inference with well chosen evidence.",
        "Explains the effect of word choice.",
    ],
];
const WRITING_SEEN: [[&str; 3]; 4] = [
    ["Phrases rather than sentences.", "Writes with a scribe for much of the piece.", "Few words spelt plausibly."],
    ["Paragraphs begin to group ideas.", "Tenses slip in longer pieces.", "Commas for clauses not yet secure."],
    [
        "Writes for a range of purposes and readers.",
        "Cohesion within paragraphs is secure.",
        "Dialogue moves the story on.",
    ],
    ["Chooses register with assurance.", "Manages shifts of formality.", "Punctuates for effect, precisely."],
];
const MATHEMATICS_SEEN: [[&str; 3]; 4] = [
    ["Counts on with apparatus.", "Place value not yet secure to ten.", "Needs pictures for every problem."],
    ["Written methods carried out with slips.", "Recalls some multiplication facts.", "One-step problems only."],
    ["Fluent in the four operations.", "Reasons about fractions with diagrams.", "Solves two-step problems unaided."],
    [
        "Generalises and proves with examples.",
        "Chooses an efficient method and says why.",
        "Solves problems of an unfamiliar form.",
    ],
];
const PIECES: [&str; 4] = ["two pieces", "three pieces", "four pieces", "five pieces"];
const KINDS: [&str; 3] = ["independent", "mostly independent", "independent and edited"];

/// Why a grade (0 to 3) was given.
pub(super) fn rationale(chance: &mut Chance, subject: usize, grade: usize) -> String {
    let seen = match subject {
        READING => READING_SEEN,
        MATHEMATICS => MATHEMATICS_SEEN,
        _ => WRITING_SEEN,
    };
    let sentence = chance.pick(&seen[grade]);
    format!("{sentence} Seen in {}, {}.", chance.pick(&PIECES), chance.pick(&KINDS))
}
