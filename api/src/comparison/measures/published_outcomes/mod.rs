//! Published outcomes: what the Department publishes of schools, year by year, with the limits
//! within which chance alone would leave them. Public figures, so no disclosure control of ours;
//! what the Department suppressed stays so.

mod figures;
mod reads;
mod types;

use std::collections::HashMap;

use async_graphql::{Context, Object, Result};
use plumbline_entity::published_outcome;

use crate::error::Error;
use crate::graphql::cost::{list_size, names};
use crate::graphql::{RequestContext, Wraps};
use crate::organisation::{School, Urn};
use reads::OwnSchools;
use types::{PublishedOutcomes, PublishedOutcomesWhere, PublishedResult, PublishedRow, PublishedYear};

/// Published outcomes.
#[derive(Default)]
pub struct PublishedOutcomesQuery;

#[Object]
impl PublishedOutcomesQuery {
    /// Published key stage 2 results of schools, year by year: each year's schools set side by side on
    /// a funnel, and those of your trust matched across years, whatever number they had then.
    #[graphql(
        directive = list_size::apply(None, names(&["where.academicYears"]), names(&["years"])),
        directive = crate::graphql::cost::kept::apply()
    )]
    async fn published_outcomes(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which outcomes to compare.")] filter: PublishedOutcomesWhere,
    ) -> Result<PublishedOutcomes> {
        let years = academic_years(&filter.academic_years)?;
        let (db, viewer) = (ctx.db()?, ctx.viewer()?);
        let (outcomes, schools) = reads::gathered(db, viewer, &filter, &years).await?;
        let mut by_year: HashMap<i16, Vec<published_outcome::Model>> = HashMap::new();
        for outcome in outcomes {
            by_year.entry(outcome.year).or_default().push(outcome);
        }
        let years =
            years.into_iter().map(|year| published_year(year, by_year.remove(&year).unwrap_or_default(), &schools));
        Ok(PublishedOutcomes { measure: filter.measure, years: years.collect() })
    }
}

/// The years, each once, in the order asked for.
fn academic_years(asked: &[i32]) -> Result<Vec<i16>, Error> {
    const MOST: usize = 10;
    if !(1..=MOST).contains(&asked.len()) {
        return Err(Error::bad_input(format!("Give 1 to {MOST} `academicYears`; there are {}.", asked.len())));
    }
    let mut years = Vec::new();
    for year in asked {
        match i16::try_from(*year) {
            Ok(year @ 1990..=2100) if !years.contains(&year) => years.push(year),
            Ok(1990..=2100) => {}
            _ => {
                let message = format!("{year} is not an academic year. Give the year it starts in: 2018 for 2018/19.");
                return Err(Error::bad_input(message));
            }
        }
    }
    Ok(years)
}

fn published_year(year: i16, outcomes: Vec<published_outcome::Model>, schools: &OwnSchools) -> PublishedYear {
    let (mut year, rows) = figures::compare(year, outcomes);
    let rows = rows.into_iter().map(|(key, row)| PublishedRow {
        urn: Urn(key.urn),
        school: schools.of(&key).cloned().map(School::wrap),
        school_name: key.school_name,
        result: row.unwrap_or_else(PublishedResult::Withheld),
    });
    year.schools = rows.collect();
    year
}

#[cfg(test)]
mod tests {
    use super::academic_years;

    #[test]
    fn years_are_checked_and_come_once() {
        assert_eq!(academic_years(&[2018, 2016, 2018]).ok(), Some(vec![2018, 2016]));
        for wrong in [&[][..], &[18], &[201_819], &[2010; 11]] {
            assert!(academic_years(wrong).is_err(), "{wrong:?}");
        }
    }
}
