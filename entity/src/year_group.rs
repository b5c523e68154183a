//! The year group of a pupil: a closed vocabulary, so an enum and not a table.

/// A National Curriculum year group, from the younger nursery year to Year 13.
///
/// Stored as a small integer in the order of age (Reception is 0), so that a column of year
/// groups sorts and compares as schools do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
    async_graphql::Enum,
    serde::Serialize,
    serde::Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
#[graphql(rename_items = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum YearGroup {
    /// First year of nursery (N1).
    #[sea_orm(num_value = -2)]
    #[graphql(name = "NURSERY_1")]
    #[serde(rename = "NURSERY_1")]
    Nursery1,
    /// Second year of nursery (N2).
    #[sea_orm(num_value = -1)]
    #[graphql(name = "NURSERY_2")]
    #[serde(rename = "NURSERY_2")]
    Nursery2,
    /// Reception (R): the year in which children turn five.
    #[sea_orm(num_value = 0)]
    Reception,
    /// Year 1.
    #[sea_orm(num_value = 1)]
    #[graphql(name = "YEAR_1")]
    #[serde(rename = "YEAR_1")]
    Year1,
    /// Year 2.
    #[sea_orm(num_value = 2)]
    #[graphql(name = "YEAR_2")]
    #[serde(rename = "YEAR_2")]
    Year2,
    /// Year 3.
    #[sea_orm(num_value = 3)]
    #[graphql(name = "YEAR_3")]
    #[serde(rename = "YEAR_3")]
    Year3,
    /// Year 4.
    #[sea_orm(num_value = 4)]
    #[graphql(name = "YEAR_4")]
    #[serde(rename = "YEAR_4")]
    Year4,
    /// Year 5.
    #[sea_orm(num_value = 5)]
    #[graphql(name = "YEAR_5")]
    #[serde(rename = "YEAR_5")]
    Year5,
    /// Year 6.
    #[sea_orm(num_value = 6)]
    #[graphql(name = "YEAR_6")]
    #[serde(rename = "YEAR_6")]
    Year6,
    /// Year 7.
    #[sea_orm(num_value = 7)]
    #[graphql(name = "YEAR_7")]
    #[serde(rename = "YEAR_7")]
    Year7,
    /// Year 8.
    #[sea_orm(num_value = 8)]
    #[graphql(name = "YEAR_8")]
    #[serde(rename = "YEAR_8")]
    Year8,
    /// Year 9.
    #[sea_orm(num_value = 9)]
    #[graphql(name = "YEAR_9")]
    #[serde(rename = "YEAR_9")]
    Year9,
    /// Year 10.
    #[sea_orm(num_value = 10)]
    #[graphql(name = "YEAR_10")]
    #[serde(rename = "YEAR_10")]
    Year10,
    /// Year 11.
    #[sea_orm(num_value = 11)]
    #[graphql(name = "YEAR_11")]
    #[serde(rename = "YEAR_11")]
    Year11,
    /// Year 12.
    #[sea_orm(num_value = 12)]
    #[graphql(name = "YEAR_12")]
    #[serde(rename = "YEAR_12")]
    Year12,
    /// Year 13.
    #[sea_orm(num_value = 13)]
    #[graphql(name = "YEAR_13")]
    #[serde(rename = "YEAR_13")]
    Year13,
}

impl YearGroup {
    /// The number of the year group: Reception is 0, Year 1 is 1, the nursery years are negative.
    #[must_use]
    pub const fn number(self) -> i16 {
        self as i16 - 2
    }

    /// The year group of a number, `None` outside -2 to 13.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        use sea_orm::Iterable;
        Self::iter().find(|year_group| year_group.number() == number)
    }
}

/// As people say it: Year 4, Reception.
impl std::fmt::Display for YearGroup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nursery1 => formatter.write_str("Nursery 1"),
            Self::Nursery2 => formatter.write_str("Nursery 2"),
            Self::Reception => formatter.write_str("Reception"),
            year => write!(formatter, "Year {}", year.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::YearGroup;
    use sea_orm::{ActiveEnum, Iterable};

    #[test]
    fn the_number_of_a_year_group_is_the_number_that_is_stored() {
        for year_group in YearGroup::iter() {
            assert_eq!(year_group.number(), year_group.to_value());
            assert_eq!(YearGroup::from_number(year_group.number()), Some(year_group));
        }
        assert_eq!(YearGroup::from_number(14), None);
    }
}
