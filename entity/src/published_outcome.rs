//! A published key stage 2 result of a school: public figures, to set beside the trust's own.

use sea_orm::entity::prelude::*;

use crate::vocabulary::text_enum;

text_enum! {
    /// A measure of the key stage 2 performance tables, as a share of the eligible pupils.
    Ks2Measure {
        /// Expected standard in reading, writing and mathematics (`PTRWM_EXP`).
        RwmExpected = "RWM_EXPECTED",
        /// Higher standard in reading, writing and mathematics (`PTRWM_HIGH`).
        RwmHigher = "RWM_HIGHER",
        /// Expected standard in reading (`PTREAD_EXP`).
        ReadingExpected = "READING_EXPECTED",
        /// High score in reading (`PTREAD_HIGH`).
        ReadingHigher = "READING_HIGHER",
        /// Expected standard in writing, by teacher assessment (`PTWRITTA_EXP`).
        WritingExpected = "WRITING_EXPECTED",
        /// Greater depth in writing, by teacher assessment (`PTWRITTA_HIGH`).
        WritingGreaterDepth = "WRITING_GREATER_DEPTH",
        /// Expected standard in mathematics (`PTMAT_EXP`).
        MathematicsExpected = "MATHEMATICS_EXPECTED",
        /// High score in mathematics (`PTMAT_HIGH`).
        MathematicsHigher = "MATHEMATICS_HIGHER",
        /// Expected standard in grammar, punctuation and spelling (`PTGPS_EXP`).
        GpsExpected = "GPS_EXPECTED",
        /// High score in grammar, punctuation and spelling (`PTGPS_HIGH`).
        GpsHigher = "GPS_HIGHER",
    }
}

text_enum! {
    /// Whether a published table gives a figure, and if not, why.
    PublishedStatus {
        /// The figure was published.
        Published = "PUBLISHED",
        /// The cohort or group was of 1 to 5 pupils (`SUPP`).
        Suppressed = "SUPPRESSED",
        /// No figure: no pupils, or not applicable (blank, `NA`, `NE`, `LOWCOV`, ...).
        NotAvailable = "NOT_AVAILABLE",
    }
}

text_enum! {
    /// What a published table puts in the place of a figure.
    PublishedInstead {
        /// Not applicable.
        NotApplicable = "NA",
        /// Not published.
        NotPublished = "NP",
        /// No pupils were entered, or there were none.
        NoEntries = "NE",
        /// Too few pupils have known results.
        LowCoverage = "LOWCOV",
        /// The school is new.
        NewSchool = "NEW",
        /// The school submitted no results.
        NotSubmitted = "DNS",
    }
}

/// A published key stage 2 result of a school: public figures, to set beside the trust's own.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "published_outcome")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique reference number under which it was published.
    pub urn: i32,
    /// The academy that the school had become by publication, where the file says so.
    pub converted_urn: Option<i32>,
    /// Local authority.
    pub la_code: i16,
    /// Name as published.
    pub school_name: String,
    /// Whether it is a special school (record type 2).
    pub special: bool,
    /// Academic year, by its start: 2018 is 2018/19.
    pub year: i16,
    /// What was measured.
    pub measure: Ks2Measure,
    /// Pupils eligible for assessment; none where the file gives none.
    pub eligible: Option<i32>,
    /// Share of eligible pupils who reached it, in whole per cent; none unless published.
    pub percentage: Option<i16>,
    /// Whether a figure was published.
    pub status: PublishedStatus,
    /// What stands in its place; none where a figure or nothing does, or where an earlier build imported it.
    pub instead: Option<PublishedInstead>,
}

impl ActiveModelBehavior for ActiveModel {}
