//! Leave to write, which only the policy of a slice can give.

use std::marker::PhantomData;
use std::str::FromStr;

use plumbline_entity::client_application::ClientScope;
use sea_orm::{ActiveModelTrait, ActiveValue, Value};
use uuid::Uuid;

use super::{Area, Place, Policy};
use crate::{error::Error, viewer::Viewer};

/// Leave to write rows of `E` at one place. Every write of [`Tx`](super::Tx) asks for one, and the
/// only way to one is the table's [`Policy::writable`].
#[derive(Clone, Debug)]
pub struct Permit<E> {
    place: Place,
    entity: PhantomData<fn() -> E>,
}

/// Whether the client application that speaks, if one does, leaves room to write at `place`: in its
/// schools alone, and for a person only where it was registered for writing such rows. What decides who may see and
/// do what has a scope of its own: by it an application could give itself all others.
fn client_may<E: Policy>(viewer: &Viewer, place: &Place) -> bool {
    let Some(client) = viewer.client_application() else { return true };
    let needed = if matches!(E::area(), Area::Staff) { ClientScope::WriteStaff } else { ClientScope::Write };
    let registered = viewer.staff_member().is_none() || client.has(needed);
    let within = |schools: &Vec<Uuid>| place.school.is_some_and(|school| schools.contains(&school));
    registered && client.schools.as_ref().is_none_or(within)
}

/// The viewer may not write there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Your appointments do not allow this here.")]
pub struct Denied;

impl<E: Policy> Permit<E> {
    /// Asks the policy of `E`.
    ///
    /// # Errors
    /// [`Denied`] where it says no, or the place is in another trust.
    pub fn ask(viewer: &Viewer, place: Place) -> Result<Self, Denied> {
        let may = viewer.is_operator()
            || (place.trust == viewer.trust() && client_may::<E>(viewer, &place) && E::writable(viewer, &place));
        if may { Ok(Self { place, entity: PhantomData }) } else { Err(Denied) }
    }

    /// The trust that the permit is for.
    pub(super) const fn trust(&self) -> Uuid {
        self.place.trust
    }

    /// Checks that a row lies where the permit was given for: a permit for one school cannot write
    /// into another, whatever the caller put into the row.
    pub(super) fn covers<A>(&self, row: &A) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        let Place { trust, school, class } = self.place;
        for (name, wanted) in [("trust_id", Some(trust)), ("school_id", school), ("class_id", class)] {
            let (Some(wanted), Ok(column)) = (wanted, E::Column::from_str(name)) else {
                continue;
            };
            let given: Option<Uuid> = match row.get(column) {
                ActiveValue::Set(Value::Uuid(id)) | ActiveValue::Unchanged(Value::Uuid(id)) => id,
                _ => continue,
            };
            if given != Some(wanted) {
                return Err(Error::internal(format!("a permit was used outside its place: {name}")));
            }
        }
        Ok(())
    }
}
