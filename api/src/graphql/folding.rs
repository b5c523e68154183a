//! Texts without regard to case and accents: as a text is folded here, so is a column in both databases.

use sea_orm::sea_query::{Expr, Func};

/// Letters with accents, by the letter without. Those of Latin-1 and Latin Extended-A that stand in names, Welsh and Romanian ones,
/// and apostrophes.
const LETTERS: &[(char, &str)] = &[
    ('a', "àáâãäåāăą"),
    ('c', "çćĉċč"),
    ('d', "ďđð"),
    ('e', "èéêëēĕėęě"),
    ('g', "ĝğġģ"),
    ('h', "ĥħ"),
    ('i', "ìíîïĩīĭįı"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "ĺļľŀł"),
    ('n', "ñńņň"),
    ('o', "òóôõöøōŏő"),
    ('r', "ŕŗř"),
    ('s', "śŝşšș"),
    ('t', "ţťŧț"),
    ('u', "ùúûüũūŭůűų"),
    ('w', "ŵẁẃẅ"),
    ('y', "ýÿŷỳ"),
    ('z', "źżž"),
    ('\'', "\u{2018}\u{2019}"),
];

/// Letters that are written with two.
const PAIRS: &[(&str, &str)] =
    &[("æ", "ae"), ("Æ", "ae"), ("œ", "oe"), ("Œ", "oe"), ("ß", "ss"), ("ẞ", "ss"), ("þ", "th"), ("Þ", "th")];

/// Each letter with an accent, small and capital, and the one without.
fn letters() -> impl Iterator<Item = (char, char)> {
    LETTERS.iter().flat_map(|(plain, accented)| {
        let capital = |letter: char| letter.to_uppercase().next().filter(|capital| *capital != letter);
        let both = move |letter: char| std::iter::once(letter).chain(capital(letter));
        // The capital of the dotless i is a plain one.
        accented.chars().flat_map(both).filter(|letter| !letter.is_ascii()).map(|letter| (letter, *plain))
    })
}

/// A text, folded.
pub fn text(text: &str) -> String {
    let text = PAIRS.iter().fold(text.to_owned(), |text, (letter, pair)| text.replace(letter, pair));
    let plain = |letter: char| letters().find(|(accented, _)| *accented == letter).map_or(letter, |(_, plain)| plain);
    text.chars().map(plain).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The same of a column. SQLite has no function that exchanges many letters at once.
pub(super) fn column(column: Expr, is_postgres: bool) -> Expr {
    let replaced =
        |column: Expr, letter: String, by: String| Expr::expr(Func::cust("REPLACE").arg(column).arg(letter).arg(by));
    let column =
        PAIRS.iter().fold(column, |column, (letter, pair)| replaced(column, (*letter).to_owned(), (*pair).to_owned()));
    if is_postgres {
        let capitals = ('A'..='Z').map(|capital| (capital, capital.to_ascii_lowercase()));
        let (from, to): (String, String) = letters().chain(capitals).unzip();
        return Expr::expr(Func::cust("TRANSLATE").arg(column).arg(from).arg(to));
    }
    let column = letters().fold(column, |column, (letter, plain)| replaced(column, letter.into(), plain.into()));
    Expr::expr(Func::lower(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_are_gone_and_nothing_else() {
        for (given, folded) in [
            ("Zoë", "zoe"),
            ("ZOË", "zoe"),
            ("Siân Ó Ceallaigh", "sian o ceallaigh"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("Søren Æbelø", "soren aebelo"),
            ("Ştefan Țîrlea", "stefan tirlea"),
            ("O\u{2019}Brien", "o'brien"),
            ("Straße", "strasse"),
            ("李 Δ %_\\", "李 Δ %_\\"),
        ] {
            assert_eq!(text(given), folded, "{given}");
        }
    }

    #[test]
    fn each_letter_is_exchanged_for_one() {
        let mut accented: Vec<char> = letters().map(|(accented, _)| accented).collect();
        let all = accented.len();
        accented.sort_unstable();
        accented.dedup();
        assert_eq!(accented.len(), all, "none is there twice");
        assert!(letters().all(|(_, plain)| plain.is_ascii()));
    }
}
