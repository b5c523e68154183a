//! What cells of public files on schools mean: pure rules, each with words for a cell that means nothing.

use chrono::NaiveDate;

use crate::rulebook::values;

/// A cell as it is quoted in a message: short.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 30;
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

/// Reads nothing from an empty cell, and by `rule` from any other.
///
/// # Errors
/// Those of `rule`.
pub(super) fn optional<T>(text: &str, rule: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { rule(text).map(Some) }
}

/// A unique reference number: six digits.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn urn(text: &str) -> Result<i32, String> {
    if text.is_empty() {
        return Err("The unique reference number is missing. Give the six digits of the school's URN.".to_owned());
    }
    let number = number_of(text, values::URN);
    number.ok_or_else(|| format!("{} is not a unique reference number. Give the six digits of the URN.", quoted(text)))
}

/// The number of a local authority.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn la_code(text: &str) -> Result<i16, String> {
    number_of(text, values::LA_CODE).ok_or_else(|| {
        format!("{} is not the number of a local authority. Give its three digits, such as 936.", quoted(text))
    })
}

/// The number of a school within its local authority: up to four digits.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn establishment_number(text: &str) -> Result<i16, String> {
    number_of(text, values::ESTABLISHMENT_NUMBER)
        .ok_or_else(|| format!("{} is not an establishment number. Give its four digits, such as 2092.", quoted(text)))
}

/// An age of pupils, in whole years.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn age(text: &str) -> Result<i16, String> {
    let ages = values::AGE;
    number_of(text, ages).ok_or_else(|| {
        format!("{} is not an age of pupils. Give {ages} in whole years, or leave it empty.", quoted(text))
    })
}

/// A number of pupils, 0 or more.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn pupils(text: &str) -> Result<i32, String> {
    number_of(text, values::ELIGIBLE).ok_or_else(|| {
        format!("{} is not a whole number. Give the number of eligible pupils, or leave it empty.", quoted(text))
    })
}

/// A day as the public files write it: 31-05-2022 or 31/05/2022, the day first.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let read = ["%d-%m-%Y", "%d/%m/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    // `%Y` also takes years of two digits and of five: those are no dates, and not dates of long ago.
    let read = read.filter(|_| text.len() == "31-05-2022".len()).ok_or_else(|| {
        format!("{} is not a date. Give day, month and year as in 31-05-2022, or leave it empty.", quoted(text))
    })?;
    let years = values::YEAR_OF_DAY;
    values::day(read)
        .map(|()| read)
        .map_err(|_| format!("{} cannot be meant. Give a day of the years {years}, or leave it empty.", quoted(text)))
}

/// The name of a school or a trust, on one line.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn name(text: &str) -> Result<String, String> {
    let mut name = one_line(text);
    match values::name(&mut name) {
        Ok(()) => Ok(name),
        Err(_) if name.is_empty() => Err("The name is missing. Give it.".to_owned()),
        Err(message) => Err(format!("{message} Give the name by which people know it.")),
    }
}

/// Words with one space between them.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Digits and nothing else, within bounds: no sign, no point, no thousands.
fn number_of<N: TryFrom<i32>>(text: &str, bounds: values::Number) -> Option<N> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number: &i32| digits && bounds.holds(*number));
    number.and_then(|number| N::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{age, day, establishment_number, la_code, name, optional, pupils, quoted, urn};

    #[test]
    fn a_urn_has_six_digits() {
        assert_eq!(urn("138764"), Ok(138_764));
        for wrong in ["", "13876", "1387641", "012345", "+38764", "13876A", "138 764", "138764.0", "99999999999999"] {
            assert!(urn(wrong).is_err_and(|message| message.contains("six digits")), "{wrong}");
        }
    }

    #[test]
    fn days_are_read_in_both_forms_and_the_day_comes_first() {
        let expected = NaiveDate::from_ymd_opt(2022, 5, 31);
        assert_eq!((day("31-05-2022").ok(), day("31/05/2022").ok()), (expected, expected));
        for wrong in ["05-31-2022", "2022-05-31", "31-05-22", "31-02-2022", "31.05.2022", "31-05-2022 00:00"] {
            assert!(day(wrong).is_err_and(|message| message.contains("is not a date")), "{wrong}");
        }
        for wrong in ["01-06-1500", "31-12-1799", "01-01-2200"] {
            let told = day(wrong);
            assert!(told.is_err_and(|message| message.contains("a day of the years 1800 to 2199")), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_read_on_one_line_and_keeps_to_its_length() {
        assert_eq!(name(" Danetree \n  Primary ").as_deref(), Ok("Danetree Primary"));
        assert!(name(" ").is_err_and(|message| message.contains("missing")));
        assert!(name(&"x".repeat(3_000)).is_err_and(|message| message.contains("at most 100 characters")));
    }

    #[test]
    fn numbers_keep_to_their_bounds() {
        assert_eq!((la_code("936"), la_code("001")), (Ok(936), Ok(1)));
        assert_eq!((establishment_number("2092"), establishment_number("0")), (Ok(2_092), Ok(0)));
        assert_eq!((age("4"), pupils("0"), pupils("1234")), (Ok(4), Ok(0), Ok(1_234)));
        assert!(la_code("0").is_err() && la_code("1000").is_err() && establishment_number("10000").is_err());
        assert!(age("26").is_err_and(|message| message.contains("Give 0 to 25 in whole years")));
        assert!(age("100").is_err() && pupils("-1").is_err() && pupils("1.5").is_err() && pupils("1,000").is_err());
    }

    #[test]
    fn an_empty_cell_may_mean_nothing() {
        assert_eq!(optional("", age), Ok(None));
        assert_eq!(optional("7", age), Ok(Some(7)));
        assert!(optional("seven", age).is_err());
    }

    #[test]
    fn a_long_cell_is_cut_in_messages() {
        assert_eq!(quoted("abc"), "`abc`");
        assert_eq!(quoted(&"x".repeat(40)), format!("`{}…`", "x".repeat(30)));
    }
}
