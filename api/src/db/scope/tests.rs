//! The property: the SQL condition of some bounds holds for a row if and only if a permit for a place within those
//! bounds covers the row.
//!
//! Rows are made of few ids, so that they often meet. The test works out in memory where a row lies, from what its
//! table declares.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::{
    academic_year, access_grant, appointment, class, enrolment, judgement, moderation_exercise, moderation_outcome,
    pupil, pupil_characteristics, sample_stratum, sampled_work, school, second_judgement, staff_member,
    year_group::YearGroup,
};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::{
    ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, IdenStatic, Iterable, QueryTrait,
    Statement, Value,
};
use uuid::Uuid;

use super::{Bounds, Described, Dimension, Permit, Place, Policy, PupilSet};

const SET: &str = "of a set";
const YEAR_GROUPS: [YearGroup; 3] = [YearGroup::Reception, YearGroup::Year1, YearGroup::Year6];

type Row = BTreeMap<String, Value>;
type Values = BTreeMap<Dimension, Value>;

/// The ids that rows are made of, and the rows there are.
struct World {
    db: DatabaseConnection,
    chance: ChaCha8Rng,
    rows: BTreeMap<String, Vec<Row>>,
}

/// The school of a class and the trust of a school. Pupils and staff belong to the trusts in turn.
const SCHOOLS: u128 = 3;
const CLASSES: u128 = 5;

const fn id(kind: u128, at: u128) -> Uuid {
    Uuid::from_u128(kind * 1_000 + at)
}

const fn trust(at: u128) -> Uuid {
    id(1, at % 2)
}

impl World {
    async fn new(seed: u64) -> Self {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let db = Database::connect(options).await.unwrap();
        Self { db, chance: ChaCha8Rng::seed_from_u64(seed), rows: BTreeMap::new() }
    }

    fn below(&mut self, most: u128) -> u128 {
        u128::from(self.chance.random_range(0..u64::try_from(most).unwrap()))
    }

    /// A place that can exist: its class belongs to its school, and everything belongs to one trust.
    fn somewhere(&mut self) -> Values {
        let class = self.below(CLASSES);
        let school = class % SCHOOLS;
        let (pupil, owner) = (self.below(4) * 2 + school % 2, self.below(3) * 2 + school % 2);
        let (subject, year) = (self.below(2), self.below(3));
        BTreeMap::from([
            (Dimension::Trust, trust(school).into()),
            (Dimension::School, id(2, school).into()),
            (Dimension::Subject, id(4, subject).into()),
            (Dimension::YearGroup, YEAR_GROUPS[usize::try_from(year).unwrap()].into()),
            (Dimension::Class, id(3, class).into()),
            (Dimension::Pupil, id(5, pupil).into()),
            (Dimension::Owner, id(6, owner).into()),
        ])
    }

    /// Makes rows of a table: each id once if its ids are those of a dimension, otherwise `many` rows at random.
    async fn fill<E: Policy>(&mut self, many: usize) {
        let described = E::location().described();
        let columns: Vec<String> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
        self.db
            .execute_unprepared(&format!("CREATE TABLE \"{}\" ({})", described.table, columns.join(", ")))
            .await
            .unwrap();
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..many {
            let place = self.somewhere();
            let mut row: Row = described
                .columns
                .iter()
                .map(|(dimension, column)| (column.clone(), place[dimension].clone()))
                .collect();
            for link in &described.links {
                let others = self.rows.get(&link.other.table).cloned().unwrap_or_default();
                let same_trust = |other: &&Row| other.get("trust_id") == row.get("trust_id");
                let others: Vec<Row> = others.iter().filter(same_trust).cloned().collect();
                if !row.contains_key(&link.column) && !others.is_empty() {
                    let other = &others[usize::try_from(self.below(others.len() as u128)).unwrap()];
                    row.insert(link.column.clone(), other[&link.names].clone());
                }
            }
            // There is one academic year: the places of a pupil count up to it.
            if columns.iter().any(|column| column == "academic_year_id") {
                row.insert("academic_year_id".to_owned(), id(7, 0).into());
            }
            if columns.iter().any(|column| column == "id") && !row.contains_key("id") {
                row.insert("id".to_owned(), Uuid::now_v7().into());
            }
            let known = |other: &Row| row.contains_key("id") && other.get("id") == row.get("id");
            if !rows.iter().any(known) {
                rows.push(row);
            }
        }
        for row in &rows {
            let names: Vec<&str> = row.keys().map(String::as_str).collect();
            let marks = vec!["?"; names.len()].join(", ");
            let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({marks})", described.table, names.join(", "));
            let values: Vec<Value> = row.values().cloned().collect();
            let backend = self.db.get_database_backend();
            self.db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
        }
        self.rows.insert(described.table, rows);
    }

    /// Bounds of one trust, of each kind in turn, narrowed by chance.
    fn bounds(&mut self) -> Bounds {
        let at = self.below(SCHOOLS);
        let of = trust(at);
        let mut bounds = match self.below(6) {
            0 => Bounds::trust(of),
            1 => Bounds::schools(of, [id(2, at)]),
            2 => Bounds::outside(of, [id(2, at)]),
            3 => Bounds::classes(of, [id(3, at), id(3, at + SCHOOLS)]),
            4 => Bounds::own(of, id(6, at % 2)),
            _ => {
                let members = format!("id IN (x'{}', x'{}')", id(5, at % 2).simple(), id(5, at % 2 + 2).simple());
                let mut ids = sea_orm::sea_query::Query::select();
                ids.column(pupil::Column::Id).from(pupil::Entity).and_where(sea_orm::sea_query::Expr::cust(members));
                Bounds::schools(of, [id(2, at)]).for_pupils(PupilSet { name: SET, ids })
            }
        };
        if self.below(3) == 0 {
            bounds = bounds.in_subject(id(4, 0));
        }
        if self.below(3) == 0 {
            bounds = bounds.in_year_groups(YearGroup::Reception, YearGroup::Year1);
        }
        bounds
    }

    /// Where a row lies: what it says itself, in the dimensions that are asked, and the row that it hangs on where
    /// that row speaks for it.
    fn places(&self, table: &Described, row: &Row, asked: &[Dimension]) -> Vec<(Values, Option<Uuid>)> {
        let own: Values = table.columns.iter().map(|(dimension, column)| (*dimension, row[column].clone())).collect();
        let elsewhere: Vec<Dimension> =
            asked.iter().copied().filter(|dimension| !own.contains_key(dimension)).collect();
        if elsewhere.is_empty() {
            return vec![(own, None)];
        }
        let says_all = |link: &&super::DescribedLink| elsewhere.iter().all(|dimension| link.other.says(*dimension));
        let (Some(link), Some(named)) = (
            table.links.iter().find(says_all),
            table.links.iter().find(says_all).and_then(|link| row.get(&link.column)),
        ) else {
            return Vec::new();
        };
        let others = self.rows[&link.other.table].iter().filter(|other| other.get(&link.names) == Some(named));
        let mut places = Vec::new();
        for other in others {
            for (values, _) in self.places(&link.other, other, &elsewhere) {
                let mut place = own.clone();
                place.extend(elsewhere.iter().map(|dimension| (*dimension, values[dimension].clone())));
                let Value::Uuid(through) = named else { panic!("an id") };
                places.push((place, *through));
            }
        }
        places
    }

    async fn within<E: Policy>(&self, bounds: &Bounds) -> BTreeSet<Uuid> {
        #[expect(clippy::disallowed_methods, reason = "the condition alone is looked at")]
        let select = sea_orm::QueryFilter::filter(E::find(), E::location().within(bounds));
        let rows = self.db.query_all(&select.into_query()).await.unwrap();
        rows.iter().map(|row| row.try_get("", "id").unwrap()).collect()
    }
}

fn uuid(value: &Value) -> Uuid {
    let Value::Uuid(Some(id)) = value else { panic!("an id") };
    *id
}

fn place((values, through): &(Values, Option<Uuid>)) -> Place {
    let mut place = Place::trust(uuid(&values[&Dimension::Trust]));
    if let Some(school) = values.get(&Dimension::School) {
        place = Place::school(place.trust_id(), uuid(school));
    }
    if let Some(class) = values.get(&Dimension::Class) {
        place = place.in_class(uuid(class));
    }
    if let Some(subject) = values.get(&Dimension::Subject) {
        place = place.in_subject(uuid(subject));
    }
    if let Some(value) = values.get(&Dimension::YearGroup) {
        place = place.in_year_group(YEAR_GROUPS.into_iter().find(|group| Value::from(*group) == *value).unwrap());
    }
    if let Some(pupil) = values.get(&Dimension::Pupil) {
        // As in the set of `World::bounds`: the first two pupils of either trust.
        let id = uuid(pupil);
        let among = if id.as_u128() % 1_000 < 4 { vec![SET] } else { Vec::new() };
        place = place.for_pupil(id, among);
    }
    if let Some(owner) = values.get(&Dimension::Owner) {
        place = place.owned_by(uuid(owner));
    }
    match through {
        Some(row) => place.through(*row),
        None => place,
    }
}

async fn hold<E>(world: &mut World) -> usize
where
    E: Policy,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    let described = E::location().described();
    let rows = world.rows[&described.table].clone();
    let as_active = |row: &Row| {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        for column in E::Column::iter() {
            if let Some(value) = row.get(column.as_str()) {
                active.set(column, value.clone());
            }
        }
        active
    };
    let mut within = 0;
    for _ in 0..120 {
        let bounds = world.bounds();
        let by_condition = world.within::<E>(&bounds).await;
        within += by_condition.len();
        let asked = bounds.dimensions();
        let places: Vec<Vec<Place>> = rows
            .iter()
            .map(|row| {
                world.places(&described, row, &asked).iter().map(place).filter(|at| bounds.contains(at)).collect()
            })
            .collect();
        for (row, own) in rows.iter().zip(&places) {
            let (id, active) = (uuid(&row["id"]), as_active(row));
            let covered = own.iter().any(|place| Permit::<E>::given(place.clone()).covers(&active).is_ok());
            assert_eq!(by_condition.contains(&id), covered, "{} {row:?} within {bounds:?}", described.table);
            // If the row lies outside the bounds, no permit for any other place within them covers it either.
            for other in places.iter().flatten() {
                let covered = Permit::<E>::given(other.clone()).covers(&active).is_ok();
                assert!(!covered || by_condition.contains(&id), "{} {row:?} by {other:?}", described.table);
            }
        }
    }
    within
}

macro_rules! each {
    ($world:ident, $($entity:ident),+ $(,)?) => {$(
        let within = hold::<$entity::Entity>(&mut $world).await;
        assert!(within > 0, "no row of {} lay within any bounds", stringify!($entity));
    )+};
}

#[tokio::test]
async fn a_row_lies_within_bounds_if_and_only_if_a_permit_for_its_place_covers_it() {
    for seed in 0..3 {
        let mut world = World::new(seed).await;
        world.fill::<academic_year::Entity>(0).await;
        let year = format!("INSERT INTO academic_year (id, starts_on) VALUES (x'{}', '2025-09-01')", id(7, 0).simple());
        world.db.execute_unprepared(&year).await.unwrap();
        world.fill::<school::Entity>(20).await;
        world.fill::<class::Entity>(20).await;
        world.fill::<appointment::Entity>(20).await;
        world.fill::<staff_member::Entity>(20).await;
        world.fill::<access_grant::Entity>(10).await;
        world.fill::<enrolment::Entity>(20).await;
        world.fill::<judgement::Entity>(30).await;
        world.fill::<pupil::Entity>(30).await;
        world.fill::<pupil_characteristics::Entity>(15).await;
        world.fill::<moderation_exercise::Entity>(5).await;
        world.fill::<sample_stratum::Entity>(10).await;
        world.fill::<sampled_work::Entity>(20).await;
        world.fill::<second_judgement::Entity>(25).await;
        world.fill::<moderation_outcome::Entity>(15).await;
        each!(
            world,
            school,
            class,
            appointment,
            staff_member,
            access_grant,
            enrolment,
            judgement,
            pupil,
            pupil_characteristics,
            moderation_exercise,
            sample_stratum,
            sampled_work,
            second_judgement,
            moderation_outcome,
        );
    }
}

#[test]
fn what_a_table_does_not_say_is_covered_by_nothing() {
    // A grade is of a trust and of nothing narrower.
    use plumbline_entity::grade;
    let location = grade::Entity::location();
    for bounds in [
        Bounds::schools(trust(0), [id(2, 0)]),
        Bounds::own(trust(0), id(6, 0)),
        Bounds::trust(trust(0)).in_subject(id(4, 0)),
    ] {
        let rows = format!("{:?}", location.within(&bounds));
        assert_eq!(rows, format!("{:?}", super::nothing()));
    }
    let mut row = <grade::ActiveModel as ActiveModelTrait>::default();
    row.set(grade::Column::TrustId, trust(0).into());
    assert!(Permit::<grade::Entity>::given(Place::trust(trust(0))).covers(&row).is_ok());
    assert!(Permit::<grade::Entity>::given(Place::school(trust(0), id(2, 0))).covers(&row).is_err());
}
