//! Writing the curriculum of a trust: a version for each subject whose objectives are not what they were.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, Utc};
use plumbline_entity::{
    audit_entry::AuditKind, curriculum, curriculum::CurriculumStanding, curriculum_version,
    curriculum_version::CurriculumStatus, objective, objective_link, subject,
};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, Order};
use uuid::Uuid;

use super::{Difference, Imported, Line, Origin, Taught, read::find};
use crate::audit::{self, Entry};
use crate::curriculum::store::retired;
use crate::db::{Db, Importing, Read as _, Reason as _, Tx};
use crate::error::{Error, Result};
use crate::mis::report::{ImportError, Report, Spot};
use crate::rulebook::Ruled as _;

/// Writes what differs, in one transaction.
pub(super) async fn store(
    db: &Db,
    trust: Uuid,
    taught: &Taught,
    origin: &Origin,
    (file, dry_run): (&str, bool),
    report: &mut Report,
) -> Result<Vec<Imported>, ImportError> {
    let tx = db.begin().await?;
    tx.lock("plumbline import").await?;
    let mut writing = Writing { tx: &tx, trust, today: Utc::now().date_naive(), keys: BTreeMap::new() };
    // All keys first: what builds on another subject names its key.
    let mut subjects = Vec::new();
    for (code, (name, lines)) in taught {
        let subject = writing.subject(code, name, lines).await?;
        if subject.is_being_written {
            let message = format!("A draft of the trust's {code} is being written. Publish or remove it, then import.");
            report.error(Spot::file(file), message);
        }
        subjects.push((code, lines, subject));
    }
    if !report.is_sound() {
        return Err(ImportError::Refused(std::mem::take(report)));
    }
    let mut imported = Vec::new();
    for (code, lines, subject) in subjects {
        imported.push(writing.version(code, lines, subject, taught, origin).await?);
    }
    if dry_run {
        // What was written is undone with the transaction.
        return Ok(imported);
    }
    audit::commit(tx, Entry::at_console(AuditKind::Import, Some(trust), "import curriculum", Utc::now())).await?;
    Ok(imported)
}

/// What is known of a subject.
struct Known {
    subject: Uuid,
    created: bool,
    curriculum: Uuid,
    is_being_written: bool,
    /// The number of its latest version.
    latest: i32,
    current: Option<curriculum_version::Model>,
    objectives: Vec<objective::Model>,
}

struct Writing<'a> {
    tx: &'a Tx,
    trust: Uuid,
    today: NaiveDate,
    /// The key of each objective, by subject and code.
    keys: BTreeMap<(String, String), Uuid>,
}

impl Writing<'_> {
    /// Finds or makes a subject and the trust's curriculum of it.
    async fn subject(&mut self, code: &str, name: &str, lines: &[Line]) -> Result<Known> {
        let (tx, trust) = (self.tx, self.trust);
        let rows = Importing.of::<subject::Entity>().filter(subject::COLUMN.trust_id.eq(trust));
        let known = tx.one(rows.filter(subject::COLUMN.code.eq(code)).rows()).await?;
        let (subject, created) = match known {
            Some(subject) => (subject, false),
            None => {
                let row = subject::Model {
                    id: Uuid::now_v7(),
                    trust_id: trust,
                    code: code.to_owned(),
                    name: name.to_owned(),
                    version: 1,
                };
                let row = row.checked(()).map_err(Error::internal)?;
                (tx.insert(&Importing.permit(trust), row.into_active_model().reset_all()).await?, true)
            }
        };
        let of_trust = Importing
            .of::<curriculum::Entity>()
            .filter(curriculum::COLUMN.subject_id.eq(subject.id))
            .filter(curriculum::Column::SchoolId.is_null());
        let curriculum = match tx.one(of_trust.rows().to_change()).await? {
            Some(curriculum) => curriculum,
            None => {
                let row = curriculum::Model {
                    id: Uuid::now_v7(),
                    trust_id: trust,
                    school_id: None,
                    subject_id: subject.id,
                    standing: CurriculumStanding::Core,
                    aim: None,
                    version: 1,
                };
                tx.insert(&Importing.permit(trust), row.into_active_model().reset_all()).await?
            }
        };
        let versions = Importing
            .of::<curriculum_version::Entity>()
            .filter(curriculum_version::COLUMN.curriculum_id.eq(curriculum.id))
            .rows()
            .order_by(curriculum_version::Column::Number, Order::Desc);
        let versions = tx.all(versions.to_change()).await?;
        let current = versions.iter().find(|version| version.status == CurriculumStatus::Current).cloned();
        let objectives = match &current {
            Some(version) => {
                let of_version = objective::COLUMN.curriculum_version_id.eq(version.id);
                tx.all(Importing.of::<objective::Entity>().filter(of_version).rows()).await?
            }
            None => Vec::new(),
        };
        let by_code: HashMap<&str, Uuid> = objectives.iter().map(|row| (row.code.as_str(), row.key)).collect();
        for line in lines {
            let key = by_code.get(line.code.as_str()).copied().unwrap_or_else(Uuid::now_v7);
            self.keys.insert((code.to_owned(), line.code.clone()), key);
        }
        Ok(Known {
            subject: subject.id,
            created,
            curriculum: curriculum.id,
            is_being_written: versions.iter().any(|version| version.status == CurriculumStatus::Draft),
            latest: versions.first().map_or(0, |version| version.number),
            current,
            objectives,
        })
    }

    /// Makes a version of the lines by which is taught from today, unless it would say what the current one says.
    async fn version(
        &self,
        code: &str,
        lines: &[Line],
        known: Known,
        taught: &Taught,
        origin: &Origin,
    ) -> Result<Imported> {
        let version = Uuid::now_v7();
        let key = |subject: &str, code: &str| self.keys.get(&(subject.to_owned(), code.to_owned())).copied();
        let rows: Vec<objective::Model> = lines
            .iter()
            .filter_map(|line| {
                let row = line.row(version, known.subject);
                Some(objective::Model { trust_id: self.trust, key: key(code, &line.code)?, ..row })
            })
            .collect();
        let rows: Vec<objective::Model> =
            rows.into_iter().map(|row| row.checked(()).map_err(Error::internal)).collect::<Result<_>>()?;
        let mut links: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
        for line in lines {
            for earlier in &line.builds_on {
                let other = find(taught, code, earlier).and_then(|(subject, line)| key(subject, &line.code));
                links.extend(key(code, &line.code).zip(other));
            }
        }
        let (objectives, count) = (rows.len(), links.len());
        let had = match &known.current {
            Some(current) => self.links_of(current).await?,
            None => BTreeSet::new(),
        };
        let difference = difference(&known.objectives, &rows, &had, &links);
        let told = |number, changed| Imported {
            subject: code.to_owned(),
            created: known.created,
            version: number,
            changed,
            objectives,
            links: count,
            difference: difference.clone(),
        };
        if let Some(current) = &known.current
            && difference == Difference::default()
        {
            return Ok(told(current.number, false));
        }
        let number = known.latest + 1;
        let permit = Importing.permit::<curriculum_version::Entity>(self.trust);
        if let Some(current) = &known.current {
            self.tx.amend(&permit, current, retired(current, self.today)).await?;
        }
        let row = curriculum_version::Model {
            id: version,
            trust_id: self.trust,
            school_id: None,
            subject_id: known.subject,
            curriculum_id: known.curriculum,
            number,
            status: CurriculumStatus::Current,
            rationale: origin.rationale.clone(),
            source: origin.source.clone(),
            licence: origin.licence.clone(),
            current_from: Some(self.today),
            retired_on: None,
            version: 1,
        };
        let row = row.checked(()).map_err(Error::internal)?;
        self.tx.insert(&permit, row.into_active_model().reset_all()).await?;
        let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
        self.tx.load(&Importing.permit::<objective::Entity>(self.trust), rows.collect()).await?;
        let links = links.into_iter().map(|(objective_key, builds_on)| {
            let link = objective_link::Model {
                id: Uuid::now_v7(),
                trust_id: self.trust,
                school_id: None,
                subject_id: known.subject,
                curriculum_version_id: version,
                objective_key,
                builds_on,
            };
            link.into_active_model().reset_all()
        });
        self.tx.load(&Importing.permit::<objective_link::Entity>(self.trust), links.collect()).await?;
        Ok(told(number, true))
    }

    /// What builds on what in a version.
    async fn links_of(&self, version: &curriculum_version::Model) -> Result<BTreeSet<(Uuid, Uuid)>> {
        let of_version = objective_link::COLUMN.curriculum_version_id.eq(version.id);
        let known = self.tx.all(Importing.of::<objective_link::Entity>().filter(of_version).rows()).await?;
        Ok(known.into_iter().map(|link| (link.objective_key, link.builds_on)).collect())
    }
}

/// What becomes of the objectives that a version has, if these are to be its own, with these links.
fn difference(
    has: &[objective::Model],
    wanted: &[objective::Model],
    had: &BTreeSet<(Uuid, Uuid)>,
    links: &BTreeSet<(Uuid, Uuid)>,
) -> Difference {
    let plain = |row: &objective::Model| objective::Model {
        id: Uuid::nil(),
        curriculum_version_id: Uuid::nil(),
        version: 1,
        ..row.clone()
    };
    let of = |key: Uuid, links: &BTreeSet<(Uuid, Uuid)>| -> Vec<(Uuid, Uuid)> {
        links.range((key, Uuid::nil())..=(key, Uuid::max())).copied().collect()
    };
    let before: BTreeMap<Uuid, objective::Model> = has.iter().map(|row| (row.key, plain(row))).collect();
    let after: BTreeSet<Uuid> = wanted.iter().map(|row| row.key).collect();
    let changed = |row: &&objective::Model| {
        before.get(&row.key).is_some_and(|known| *known != plain(row) || of(row.key, had) != of(row.key, links))
    };
    let mut removed: Vec<String> =
        has.iter().filter(|row| !after.contains(&row.key)).map(|row| row.code.clone()).collect();
    removed.sort_unstable();
    Difference {
        added: wanted.iter().filter(|row| !before.contains_key(&row.key)).count(),
        changed: wanted.iter().filter(changed).count(),
        removed,
    }
}
