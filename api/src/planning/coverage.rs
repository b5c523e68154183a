//! `curriculumCoverage`: how much of the curriculum is planned and taught, from the cells.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use plumbline_entity::{academic_year, coverage_cell, objective::ObjectiveCategory, phase, year_group::YearGroup};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition, FromQueryResult, Order, QuerySelect as _};
use uuid::Uuid;

use crate::{
    curriculum::{Subject, subject_by_code},
    db::{Read as _, Scoped},
    error::{Error, Result},
    graphql::{Ref, RequestContext as _, always, load, runs_on},
    organisation::{AcademicYear, Class, Phase, School, rules::phase_of},
};

/// Most rows of one answer.
const MOST_ROWS: usize = 2_000;

/// By what coverage is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum CoverageDimension {
    /// By school.
    School,
    /// By phase, as the trust divides its year groups.
    Phase,
    /// By year group.
    YearGroup,
    /// By class.
    Class,
    /// By subject.
    Subject,
    /// By strand of a subject.
    Strand,
    /// By knowledge and skill.
    Category,
}

/// Which objectives are counted.
#[derive(InputObject)]
pub struct CoverageWhere {
    /// The academic year, by the calendar year in which it starts; the current one, if it is left out.
    academic_year: Option<i32>,
    /// The subject, by code.
    subject: Option<String>,
    /// The school.
    school_id: Option<Ref<School>>,
    /// The class.
    class_id: Option<Ref<Class>>,
    /// The year group.
    year_group: Option<YearGroup>,
    /// The strand.
    strand: Option<String>,
    /// Knowledge or skill.
    category: Option<ObjectiveCategory>,
}

/// How many objectives, each counted once for each class that it is intended for.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject)]
pub struct CoverageCounts {
    /// Objectives of the curriculum that are for the year groups of the classes.
    pub intended: i64,
    /// Of these, those that a plan for the class serves.
    pub planned: i64,
    /// Of these, those that were taught.
    pub taught: i64,
    /// Of these, those that were planned and not taught.
    pub planned_not_taught: i64,
    /// Of these, those that no plan covers.
    pub not_planned: i64,
    /// Of these, those that were taught on more than one day.
    pub revisited: i64,
    /// Of these, those that were taught until pupils were secure.
    pub secure: i64,
    /// When those that were taught were first taught.
    pub by_term: CoverageByTerm,
}

/// How many objectives were taught by the end of each term, from the beginning of the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SimpleObject)]
pub struct CoverageByTerm {
    /// By the end of the autumn term, on 31 December.
    pub autumn: i64,
    /// By the end of the spring term, on Easter Sunday.
    pub spring: i64,
    /// By the end of the summer term.
    pub summer: i64,
}

impl CoverageCounts {
    fn new(figures: &Figures) -> Self {
        let figure = |value: Option<i64>| value.unwrap_or_default();
        let (autumn, spring) = (figure(figures.autumn), figure(figures.autumn) + figure(figures.spring));
        Self {
            intended: figure(figures.intended),
            planned: figure(figures.planned),
            taught: figure(figures.taught),
            planned_not_taught: figure(figures.planned_not_taught),
            not_planned: figure(figures.intended) - figure(figures.planned),
            revisited: figure(figures.revisited),
            secure: figure(figures.secure),
            by_term: CoverageByTerm { autumn, spring, summer: spring + figure(figures.summer) },
        }
    }

    /// Adds a cell.
    pub fn add(&mut self, cell: &coverage_cell::Model) {
        let (autumn, spring) = (i64::from(cell.autumn), i64::from(cell.autumn + cell.spring));
        self.plus(&Self {
            intended: cell.intended.into(),
            planned: cell.planned.into(),
            taught: cell.taught.into(),
            planned_not_taught: cell.planned_not_taught.into(),
            not_planned: (cell.intended - cell.planned).into(),
            revisited: cell.revisited.into(),
            secure: cell.secure.into(),
            by_term: CoverageByTerm { autumn, spring, summer: spring + i64::from(cell.summer) },
        });
    }

    fn plus(&mut self, other: &Self) {
        self.intended += other.intended;
        self.planned += other.planned;
        self.taught += other.taught;
        self.planned_not_taught += other.planned_not_taught;
        self.not_planned += other.not_planned;
        self.revisited += other.revisited;
        self.secure += other.secure;
        self.by_term.autumn += other.by_term.autumn;
        self.by_term.spring += other.by_term.spring;
        self.by_term.summer += other.by_term.summer;
    }
}

/// What a row is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    subject: Option<Uuid>,
    school: Option<Uuid>,
    phase: Option<Uuid>,
    year_group: Option<YearGroup>,
    class: Option<Uuid>,
    strand: Option<String>,
    category: Option<String>,
}

/// How much of the curriculum is planned and taught, in a part of the trust.
pub struct CoverageRow {
    key: Key,
    category: Option<ObjectiveCategory>,
    counts: CoverageCounts,
}

/// How much of the curriculum is planned and taught, in a part of the trust.
#[Object]
impl CoverageRow {
    /// The school; null where the answer is not by school.
    async fn school(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<School>> {
        Ok(one(ctx, self.key.school).await?)
    }

    /// The phase; null where the answer is not by phase, or where no phase has the year group.
    async fn phase(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Phase>> {
        Ok(one(ctx, self.key.phase).await?)
    }

    /// The year group; null where the answer is not by year group.
    async fn year_group(&self) -> Option<YearGroup> {
        self.key.year_group
    }

    /// The class; null where the answer is not by class.
    async fn class(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Class>> {
        Ok(one(ctx, self.key.class).await?)
    }

    /// The subject; null where the answer is not by subject.
    async fn subject(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Subject>> {
        Ok(one(ctx, self.key.subject).await?)
    }

    /// The strand; null where the answer is not by strand.
    async fn strand(&self) -> Option<&str> {
        self.key.strand.as_deref()
    }

    /// Knowledge or skill; null where the answer is not by category.
    async fn category(&self) -> Option<ObjectiveCategory> {
        self.category
    }

    /// The figures.
    async fn counts(&self) -> &CoverageCounts {
        &self.counts
    }
}

async fn one<T: crate::graphql::Wraps>(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<T>> {
    match id {
        Some(id) => Ok(Some(always(ctx, id).await?)),
        None => Ok(None),
    }
}

/// A group of cells, added up.
#[derive(Clone, Debug, Default, FromQueryResult)]
struct Figures {
    school_id: Option<Uuid>,
    year_group: Option<YearGroup>,
    class_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    strand: Option<String>,
    category: Option<ObjectiveCategory>,
    intended: Option<i64>,
    planned: Option<i64>,
    taught: Option<i64>,
    planned_not_taught: Option<i64>,
    revisited: Option<i64>,
    secure: Option<i64>,
    autumn: Option<i64>,
    spring: Option<i64>,
    summer: Option<i64>,
}

/// How much of the curriculum is planned and taught, a row for each part of the trust that the dimensions make. Three statements at the
/// most.
///
/// # Errors
/// There is no such year or subject, there are too many rows for an answer, or the database failed.
pub async fn coverage(ctx: &Context<'_>, asked: CoverageWhere, by: Vec<CoverageDimension>) -> Result<Vec<CoverageRow>> {
    use CoverageDimension as D;
    use coverage_cell::Column as C;
    let (db, viewer) = (ctx.db()?, ctx.viewer()?);
    let Placed { year, school } = placed(ctx, &asked).await?;
    let subject = match &asked.subject {
        None => None,
        Some(code) => {
            let found = subject_by_code(db, viewer, code).await?;
            let unknown =
                || Error::bad_input(format!("The trust has no subject `{code}`; `subjects` lists those that it has."));
            Some(found.ok_or_else(unknown)?.id)
        }
    };
    let wanted = Condition::all()
        .add(C::AcademicYearId.eq(year.id))
        .add_option(subject.map(|subject| C::SubjectId.eq(subject)))
        .add_option(school.map(|school| C::SchoolId.eq(school)))
        .add_option(asked.class_id.map(|class| C::ClassId.eq(class.uuid())))
        .add_option(asked.year_group.map(|year_group| C::YearGroup.eq(year_group)))
        .add_option(asked.strand.as_ref().map(|strand| C::Strand.eq(strand.as_str())))
        .add_option(asked.category.map(|category| C::Category.eq(category)));
    let by_year_group = by.contains(&D::YearGroup) || by.contains(&D::Phase);
    let groups = [
        (C::SchoolId, "school_id", "uuid", by.contains(&D::School)),
        (C::YearGroup, "year_group", "smallint", by_year_group),
        (C::ClassId, "class_id", "uuid", by.contains(&D::Class)),
        (C::SubjectId, "subject_id", "uuid", by.contains(&D::Subject)),
        (C::Strand, "strand", "text", by.contains(&D::Strand)),
        (C::Category, "category", "text", by.contains(&D::Category)),
    ];
    let sums = [
        (C::Intended, "intended"),
        (C::Planned, "planned"),
        (C::Taught, "taught"),
        (C::PlannedNotTaught, "planned_not_taught"),
        (C::Revisited, "revisited"),
        (C::Secure, "secure"),
        (C::Autumn, "autumn"),
        (C::Spring, "spring"),
        (C::Summer, "summer"),
    ];
    let figures = Scoped::<coverage_cell::Entity>::of(viewer).filter(wanted).aggregate::<Figures>(|mut select| {
        for (column, name, kind, grouped) in groups {
            select = match grouped {
                true => select.column(column).group_by(column),
                false => select.expr_as(Expr::null().cast_as(kind), name),
            };
        }
        sums.into_iter().fold(select, |select, (column, name)| select.column_as(column.sum(), name))
    });
    let figures = db.figures(figures).await?;
    if figures.iter().all(|figures| figures.intended.is_none()) {
        refuse_nothing(ctx, &year, school, asked.strand.as_deref()).await?;
    }
    let phases = match by.contains(&D::Phase) {
        true => phase_of(&db.all(Scoped::<phase::Entity>::of(viewer)).await?),
        false => BTreeMap::new(),
    };
    let mut rows: BTreeMap<Key, CoverageRow> = BTreeMap::new();
    for figures in figures.iter().filter(|figures| figures.intended.is_some()) {
        let phase = figures.year_group.and_then(|year_group| phases.get(&year_group).copied());
        let key = Key {
            subject: figures.subject_id,
            school: figures.school_id,
            phase,
            year_group: figures.year_group.filter(|_| by.contains(&D::YearGroup)),
            class: figures.class_id,
            strand: figures.strand.clone(),
            category: figures.category.map(|category| category.code().to_owned()),
        };
        let row = rows.entry(key.clone()).or_insert_with(|| CoverageRow {
            key,
            category: figures.category,
            counts: CoverageCounts::default(),
        });
        row.counts.plus(&CoverageCounts::new(figures));
    }
    if rows.len() > MOST_ROWS {
        let message = format!(
            "These are {} rows, more than the {MOST_ROWS} of an answer. Ask of one school or subject, or by less.",
            rows.len()
        );
        return Err(Error::bad_input(message));
    }
    Ok(rows.into_values().collect())
}

/// Where and when a question is about.
struct Placed {
    year: academic_year::Model,
    school: Option<Uuid>,
}

/// The academic year and the school of a question, which a class says as well.
async fn placed(ctx: &Context<'_>, asked: &CoverageWhere) -> Result<Placed> {
    let unknown = |what: &str| Error::bad_input(format!("There is no such {what} that you may see."));
    let class = match asked.class_id {
        Some(class) => Some(load::<Class>(ctx, class.uuid()).await?.ok_or_else(|| unknown("class"))?.0),
        None => None,
    };
    let school = match asked.school_id {
        Some(school) => Some(load::<School>(ctx, school.uuid()).await?.ok_or_else(|| unknown("school"))?.0.id),
        None => None,
    };
    let Some(class) = class else { return Ok(Placed { year: year_of(ctx, asked.academic_year).await?, school }) };
    let year = always::<AcademicYear>(ctx, class.academic_year_id).await?.0;
    if asked.academic_year.is_some_and(|asked| asked != i32::from(year.year)) {
        return Err(Error::bad_input(format!("The class is of {}: leave `academicYear` out.", year.year)));
    }
    if school.is_some_and(|school| school != class.school_id) {
        return Err(Error::bad_input("The class is of another school: leave `schoolId` out."));
    }
    Ok(Placed { year, school: Some(class.school_id) })
}

/// Says why there is nothing: the school is not the viewer's to see, or there is no such strand.
async fn refuse_nothing(
    ctx: &Context<'_>,
    year: &academic_year::Model,
    school: Option<Uuid>,
    strand: Option<&str>,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Strand {
        strand: String,
    }
    use coverage_cell::Column as C;
    let wanted =
        Condition::all().add(C::AcademicYearId.eq(year.id)).add_option(school.map(|school| C::SchoolId.eq(school)));
    let strands = Scoped::<coverage_cell::Entity>::of(ctx.viewer()?).filter(wanted);
    let strands = strands.aggregate::<Strand>(|select| select.column(C::Strand).group_by(C::Strand));
    let mut strands: Vec<String> = ctx.db()?.figures(strands).await?.into_iter().map(|row| row.strand).collect();
    if strands.is_empty() && school.is_some() {
        let message =
            "You see nothing of what was taught there: it is for colleagues of the school, trust leads and analysts.";
        return Err(Error::Forbidden(message.to_owned()));
    }
    strands.sort_unstable();
    match strand {
        Some(strand) if !strands.iter().any(|known| known == strand) => {
            let message = format!("There is no strand `{strand}`; there are {}.", strands.join(", "));
            Err(Error::bad_input(message))
        }
        _ => Ok(()),
    }
}

/// The academic year of a question: by its number, or the one in which today lies.
///
/// # Errors
/// There is no such year, or the database failed.
pub async fn year_of(ctx: &Context<'_>, year: Option<i32>) -> Result<academic_year::Model> {
    use academic_year::Column as C;
    let (db, viewer) = (ctx.db()?, ctx.viewer()?);
    let years = Scoped::<academic_year::Entity>::of(viewer).order_by(C::Year, Order::Desc);
    let found = match year {
        Some(year) => db.one(years.filter(C::Year.eq(year))).await?,
        None => db.one(years.filter(runs_on(C::StartsOn, C::EndsOn, viewer.today().into()))).await?,
    };
    found.ok_or_else(|| match year {
        Some(year) => {
            Error::bad_input(format!("The trust has no academic year {year}; `academicYears` lists those that it has."))
        }
        None => Error::bad_input("Today lies in no academic year: name one as `academicYear`."),
    })
}
