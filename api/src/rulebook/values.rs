//! What a value may be. Each rule is stated here once, whoever gives the value.
//!
//! A rule brings a text into the form in which it is kept. It says what is wrong in words for the person who gave it.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use plumbline_entity::year_group::YearGroup;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark, is_nfc};

/// A whole number within bounds, and what it counts.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    what: &'static str,
    least: i32,
    most: i32,
}

/// The unique reference number of a school.
pub const URN: Number = Number::new("A URN", 100_000, 999_999);
/// The number of a local authority.
pub const LA_CODE: Number = Number::new("The number of a local authority", 1, 999);
/// The number of a school within its local authority.
pub const ESTABLISHMENT_NUMBER: Number = Number::new("The number of an establishment", 0, 9_999);
/// A statutory age of pupils.
pub const AGE: Number = Number::new("The age of a pupil", 0, 25);
/// An academic year, by the calendar year in which it starts.
pub const ACADEMIC_YEAR: Number = Number::new("An academic year", 1990, 2100);
/// The calendar year of a date that somebody can mean. Nobody can mean 0205, a slip for 2025.
pub const YEAR_OF_DAY: Number = Number::new("The year of a date", 1800, 2199);
/// The pupils of a school who are eligible for assessment.
pub const ELIGIBLE: Number = Number::new("The number of eligible pupils", 0, 99_999);
/// A share of pupils, in whole per cent.
pub const PER_CENT: Number = Number::new("A share in per cent", 0, 100);
/// The share of each stratum that is drawn, in per cent.
pub const SAMPLE_PERCENT: Number = Number::new("The share to be drawn, in per cent,", 1, 100);
/// For how many days after its last teachers record judgements of a window.
pub const DAYS_OF_GRACE: Number = Number::new("The number of days of grace", 0, 366);
/// The least number of pupils that are drawn of a class.
pub const MINIMUM_PER_CLASS: Number = Number::new("The least number of a class", 0, 100);
/// The most pupils that are drawn of a class.
pub const MAXIMUM_PER_CLASS: Number = Number::new("The most of a class", 1, 100);

impl Number {
    /// What counts from `least` to `most`; `what` begins the sentence that says so.
    #[must_use]
    pub const fn new(what: &'static str, least: i32, most: i32) -> Self {
        Self { what, least, most }
    }

    /// The bounds, as an argument of a command takes them.
    #[must_use]
    pub fn range(&self) -> std::ops::RangeInclusive<i64> {
        self.least.into()..=self.most.into()
    }

    /// The largest number within the bounds.
    #[must_use]
    pub const fn most(&self) -> i32 {
        self.most
    }

    /// Whether a number lies within the bounds.
    #[must_use]
    pub fn holds(&self, number: impl Into<i32>) -> bool {
        (self.least..=self.most).contains(&number.into())
    }

    /// Checks that a number lies within the bounds.
    ///
    /// # Errors
    /// It does not; says what they are.
    pub fn check(&self, number: impl Into<i32>) -> Result<(), String> {
        let number = number.into();
        if self.holds(number) {
            Ok(())
        } else if [i16::MIN, i16::MAX].map(i32::from).contains(&number) {
            // `narrowed` makes these of a number that is too large for its column; which number it was is lost.
            Err(format!("{} is {self}.", self.what))
        } else {
            Err(format!("{} is {self}, not {number}.", self.what))
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} to {}", self.least, self.most)
    }
}

/// A number for a column of 16 bits. One that is too large for it becomes the largest, which no [`Number`] holds.
#[must_use]
pub fn narrowed(number: i32) -> i16 {
    i16::try_from(number).unwrap_or(if number < 0 { i16::MIN } else { i16::MAX })
}

/// Checks a value by a rule, where one is given.
///
/// # Errors
/// Those of the rule.
pub fn if_given<T>(value: Option<T>, rule: impl FnOnce(T) -> Result<(), String>) -> Result<(), String> {
    value.map_or(Ok(()), rule)
}

/// A unique reference number of a school: six digits.
///
/// # Errors
/// It does not have six digits.
pub fn urn(number: i32) -> Result<(), String> {
    if URN.holds(number) { Ok(()) } else { Err("A URN is a number of six digits, such as 138764.".to_owned()) }
}

/// A name without the spaces around it.
///
/// # Errors
/// It is empty, longer than 100 characters, or holds a line break or another control character.
pub fn name(name: &mut String) -> Result<(), String> {
    const LONGEST: usize = 100;
    trim(name);
    match name.chars().count() {
        0 => Err("A name is needed.".to_owned()),
        _ if name.chars().all(is_combining_mark) => Err("A name is needed.".to_owned()),
        length if length > LONGEST => Err(format!("A name has at most {LONGEST} characters, this one has {length}.")),
        _ if name.chars().any(char::is_control) => Err("A name is one line of text, without tabs.".to_owned()),
        _ => match name.chars().find(|letter| shows_nothing(*letter)) {
            // Whoever reads the name knows nothing of it.
            Some(hidden) => {
                let number = u32::from(hidden);
                Err(format!("The name holds U+{number:04X}, a character that cannot be seen; leave it out."))
            }
            None => Ok(()),
        },
    }
}

/// A span of year groups, which begins with its youngest.
///
/// # Errors
/// It begins with its oldest.
pub fn span(lowest: YearGroup, highest: YearGroup) -> Result<(), String> {
    if lowest <= highest {
        Ok(())
    } else {
        Err("The youngest year group comes after the oldest; swap them.".to_owned())
    }
}

/// A short name that files and filters use.
///
/// # Errors
/// It is not 1 to 40 lower-case letters, digits and hyphens.
pub fn code(code: &str) -> Result<(), String> {
    code_of_most(code, 40, "writing")
}

/// As [`code`], for what there are many of, which want longer names.
///
/// # Errors
/// It is not 1 to 150 lower-case letters, digits and hyphens.
pub fn long_code(code: &str) -> Result<(), String> {
    code_of_most(code, 150, "ma-place-value-3")
}

fn code_of_most(code: &str, most: usize, example: &str) -> Result<(), String> {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=most).contains(&code.len()) && code.chars().all(sound) {
        Ok(())
    } else {
        Err(format!("A code has 1 to {most} lower-case letters, digits and hyphens, such as `{example}`."))
    }
}

/// The code of a grade, without the spaces around it.
///
/// # Errors
/// It is not 1 to 10 characters without spaces.
pub fn grade_code(code: &mut String) -> Result<(), String> {
    const LONGEST: usize = 10;
    trim(code);
    if (1..=LONGEST).contains(&code.chars().count()) && !code.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(())
    } else {
        Err(format!("The code of a grade has 1 to {LONGEST} characters and no spaces, such as EXS."))
    }
}

/// An email address in lower case, as it is kept. Only its shape and its letters are looked at: whether it can be
/// reached shows when somebody writes to it.
///
/// Letters are those of ASCII alone. Others look like them (a Cyrillic `а`, a Latin `ı`), and an account whose address looks
/// like that of somebody else passes for theirs. No provider that schools use gives addresses with other letters; a domain
/// of other letters has a form in ASCII, `xn--…`, which shows what it is.
///
/// # Errors
/// It is no address of the shape `name@place.uk`, or has another letter or sign; says which.
pub fn email(email: &mut String) -> Result<(), String> {
    const LONGEST: usize = 254;
    // Without bringing its letters into one form: the Kelvin sign would become a `K`.
    *email = email.trim().to_owned();
    // Before it is put in lower case: the Kelvin sign would become a `k`.
    if let Some(other) = email.chars().find(|c| !(c.is_ascii_alphanumeric() || IN_ADDRESSES.contains(*c))) {
        let shown = if other.is_control() || other.is_whitespace() { String::new() } else { format!("`{other}`, ") };
        return Err(format!(
            "An email address has the letters a to z, digits and {IN_ADDRESSES} alone; this one has {shown}U+{:04X}, \
             which may look like one of them.",
            u32::from(other)
        ));
    }
    email.make_ascii_lowercase();
    let shaped = email.split_once('@').is_some_and(|(name, place)| {
        let labels = place.split('.').collect::<Vec<_>>();
        !name.is_empty() && !place.contains('@') && labels.len() > 1 && labels.iter().all(|label| !label.is_empty())
    });
    if shaped && email.len() <= LONGEST {
        Ok(())
    } else {
        Err("This is not an email address, such as ann.lee@school.example.".to_owned())
    }
}

/// The signs in an address beside letters and digits (RFC 5322, 3.2.3: `atext`, and the dot).
const IN_ADDRESSES: &str = ".@-_+'!#$%&*/=?^`{|}~";

/// The id by which an issuer knows a client application.
///
/// # Errors
/// It is not 1 to 200 printable ASCII characters without spaces.
pub fn client_id(client_id: &str) -> Result<(), String> {
    if (1..=200).contains(&client_id.len()) && client_id.chars().all(|c| c.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("A client id has 1 to 200 printable ASCII characters without spaces, as in the tokens of its issuer."
            .to_owned())
    }
}

/// The purpose of a grant, without the spaces around it.
///
/// # Errors
/// It is not 10 to 500 characters on one line.
pub fn purpose(purpose: &mut String) -> Result<(), String> {
    trim(purpose);
    if (10..=500).contains(&purpose.chars().count()) && !purpose.chars().any(char::is_control) {
        Ok(())
    } else {
        Err("Say in 10 to 500 characters, on one line, what the pupils' data are needed for.".to_owned())
    }
}

/// A text for people, of any number of lines, without the spaces around it; `what` is what it is, such as `A reason`.
///
/// # Errors
/// It is not 1 to `most` characters.
pub fn text(text: &mut String, what: &str, most: usize) -> Result<(), String> {
    trim(text);
    if text.chars().all(|letter| letter.is_whitespace() || shows_nothing(letter) || is_combining_mark(letter)) {
        text.clear();
    }
    if (1..=most).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(format!("{what} has 1 to {} characters.", grouped(most)))
    }
}

/// A number as people write it: 2,000.
fn grouped(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

/// The rationale of a judgement, without the spaces around it.
///
/// # Errors
/// It is not 1 to 2,000 characters.
pub fn rationale(rationale: &mut String) -> Result<(), String> {
    text(rationale, "A rationale", 2_000)
}

/// The reason for which something is taken back, without the spaces around it.
///
/// # Errors
/// It is not 1 to 500 characters.
pub fn reason(reason: &mut String) -> Result<(), String> {
    text(reason, "A reason", 500)
}

/// Brings a text into the form in which texts are kept: without the spaces around it, and each letter written in one way
/// (Unicode's form C). An accent may come with its letter or after it, and both look alike.
fn trim(text: &mut String) {
    let trimmed = text.trim();
    if trimmed.len() < text.len() || !is_nfc(trimmed) {
        *text = trimmed.nfc().collect();
    }
}

/// A text that is looked for in a column, in the form in which that column keeps it.
#[must_use]
pub fn as_kept(column: &str, text: &str) -> String {
    match column {
        "email" => text.trim().to_lowercase(),
        "upn" => text.trim().to_uppercase(),
        _ => text.nfc().collect(),
    }
}

/// Whether a letter cannot be seen by itself: spaces of no width, marks of direction, joiners, fillers, blank patterns, tags.
#[must_use]
pub const fn shows_nothing(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A date that somebody can mean.
///
/// # Errors
/// It lies before 1800 or after 2199.
pub fn day(day: NaiveDate) -> Result<(), String> {
    if YEAR_OF_DAY.holds(day.year()) {
        Ok(())
    } else {
        Err(format!("{day} is no day that can be meant here; a date is written as 2025-09-01."))
    }
}

/// A time that ends no earlier than it begins.
///
/// # Errors
/// It ends earlier.
pub fn order(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<(), String> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(format!("The last day, {until}, lies before the first, {from}."))
        }
        _ => Ok(()),
    }
}

/// The letters of a UPN's check letter, in the order of their values.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// A unique pupil number in upper case: its form and its check letter (DfE, UPN guide: the sum of each
/// character's value times its position, 2 to 13, modulo 23; the last letter of a temporary number
/// counts by its place in the alphabet of check letters).
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn upn(upn: &mut String) -> Result<(), String> {
    *upn = upn.trim().to_uppercase();
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
    if bytes.first() == check_letter(sum) {
        Ok(())
    } else {
        Err("The first letter of this UPN does not fit its digits: one of them is mistyped.".to_owned())
    }
}

/// The UPN of these twelve digits, with its check letter.
#[must_use]
pub fn upn_of(digits: &str) -> Option<String> {
    let candidates = UPN_LETTERS.iter().map(|letter| format!("{}{digits}", char::from(*letter)));
    candidates.into_iter().find(|candidate| upn(&mut candidate.clone()).is_ok())
}

fn check_letter(sum: usize) -> Option<&'static u8> {
    UPN_LETTERS.get(sum % 23)
}

fn letter_value(letter: u8) -> Option<usize> {
    UPN_LETTERS.iter().position(|known| *known == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_of(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// The text as a rule keeps it.
    fn kept(rule: fn(&mut String) -> Result<(), String>, text: &str) -> Result<String, String> {
        let mut text = text.to_owned();
        rule(&mut text).map(|()| text)
    }

    #[test]
    fn the_published_numbers_are_right_and_any_one_slip_is_found() {
        for number in ["B801200005001", "R201100018042", "T20110001804V", "P207000016049"] {
            assert_eq!(kept(upn, number).as_deref(), Ok(number));
            assert_eq!(kept(upn, &format!(" {} ", number.to_lowercase())).as_deref(), Ok(number));
            for at in 1..12 {
                let mut slipped = number.as_bytes().to_vec();
                slipped[at] = b'0' + (slipped[at] - b'0' + 1) % 10;
                let slipped = String::from_utf8_lossy(&slipped).into_owned();
                assert!(kept(upn, &slipped).is_err(), "{slipped}");
            }
        }
        for bad in ["B80120000500", "", "é801200005001"] {
            assert!(kept(upn, bad).is_err(), "{bad}");
        }
        assert_eq!(upn_of("801200005001").as_deref(), Some("B801200005001"));
    }

    #[test]
    fn a_name_is_one_line_without_spaces_around_it() {
        assert_eq!(kept(name, "  Kingfisher ").as_deref(), Ok("Kingfisher"));
        assert!(kept(name, &"x".repeat(100)).is_ok());
        for bad in ["", "  ", "two\nlines", &"x".repeat(101), &"x".repeat(3_000)] {
            assert!(kept(name, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_email_address_is_kept_in_lower_case() {
        assert_eq!(kept(email, " Ann.Lee@School.Example ").as_deref(), Ok("ann.lee@school.example"));
        for bad in ["", "ann", "@school.example", "ann@school", "ann@school.", "a b@school.example", "a@b@c.example"] {
            assert!(kept(email, bad).is_err(), "{bad}");
        }
        assert_eq!(
            kept(email, "siobhan.o'neill+y6@xn--caf-dma.example").as_deref(),
            Ok("siobhan.o'neill+y6@xn--caf-dma.example")
        );
        for (alike, shown) in [
            ("\u{430}nn.lee@school.example", "`\u{430}`, U+0430"),
            ("ann.lee@sch\u{43e}ol.example", "`\u{43e}`, U+043E"),
            ("ann.l\u{3b5}e@school.example", "`\u{3b5}`, U+03B5"),
            ("\u{212a}im@school.example", "`\u{212a}`, U+212A"),
            ("ann\u{ff20}school.example", "U+FF20"),
            ("k\u{131}m@school.example", "U+0131"),
            ("ann\u{200b}@school.example", "U+200B"),
            ("a b@school.example", "has U+0020"),
        ] {
            let refused = kept(email, alike).expect_err(alike);
            assert!(refused.contains(shown), "{refused}");
        }
    }

    #[test]
    fn other_texts_keep_to_their_length_and_letters() {
        assert_eq!(kept(grade_code, " EXS ").as_deref(), Ok("EXS"));
        assert_eq!(kept(purpose, "  Audit of KS2  ").as_deref(), Ok("Audit of KS2"));
        assert_eq!(kept(rationale, " Why.\nAnd why. ").as_deref(), Ok("Why.\nAnd why."));
        assert!(client_id("mis-1").is_ok() && code("ks2-ta").is_ok());
        let long = "x".repeat(2_001);
        for bad in ["", "two words", &long] {
            assert!(kept(grade_code, bad).is_err() && code(bad).is_err() && client_id(bad).is_err(), "{bad}");
        }
        assert!(code("Upper").is_err() && client_id("é").is_err());
        for bad in ["too short", "a line\nand another one", &long] {
            assert!(kept(purpose, bad).is_err(), "{bad}");
        }
        assert!(kept(rationale, " ").is_err() && kept(rationale, &long).is_err());
    }

    #[test]
    fn a_number_outside_its_bounds_is_refused_even_where_it_is_too_large_for_its_column() {
        assert_eq!((LA_CODE.check(999_i16), LA_CODE.check(narrowed(999))), (Ok(()), Ok(())));
        assert_eq!(LA_CODE.check(1_000), Err("The number of a local authority is 1 to 999, not 1000.".to_owned()));
        for number in [70_000, -70_000] {
            let refused = LA_CODE.check(narrowed(number));
            assert_eq!(refused, Err("The number of a local authority is 1 to 999.".to_owned()));
        }
        assert!(urn(99_999).is_err() && urn(100_000).is_ok() && urn(999_999).is_ok() && urn(1_000_000).is_err());
    }

    #[test]
    fn a_day_can_be_meant_and_a_time_does_not_end_before_it_begins() {
        for (text, sound) in [("1799-12-31", false), ("1800-01-01", true), ("2199-12-31", true), ("2200-01-01", false)]
        {
            assert_eq!(day(day_of(text)).is_ok(), sound, "{text}");
        }
        assert!(order(Some(day_of("2025-09-02")), Some(day_of("2025-09-01"))).is_err());
        assert!(order(None, Some(day_of("2025-09-01"))).is_ok());
    }
}
