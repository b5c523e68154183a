//! Rules of assessment: no database, no clock.

use chrono::NaiveDate;
use plumbline_entity::assessment_window;

/// Checks that a judgement is dated inside its window and not in the future.
///
/// # Errors
/// What is wrong, in words for the person who recorded it.
pub fn check_day(window: &assessment_window::Model, day: NaiveDate, today: NaiveDate) -> Result<(), String> {
    if day > today {
        return Err(format!("{day} is in the future."));
    }
    if day < window.opens_on || day > window.closes_on {
        return Err(format!(
            "{day} lies outside the window, which runs from {} to {}.",
            window.opens_on, window.closes_on
        ));
    }
    Ok(())
}
