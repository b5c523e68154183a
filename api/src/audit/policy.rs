//! Who may read the audit.

use plumbline_entity::{appointment::Role, audit_entry};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, nothing},
};

/// Trust leads read the entries of their trust. Those of no trust are for the console: refused tokens,
/// of which nobody knows whose they were, and imports of what belongs to no trust.
impl Policy for audit_entry::Entity {
    fn area() -> Area<audit_entry::Column> {
        Area::Staff
    }

    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            Condition::all().add(audit_entry::Column::TrustId.eq(viewer.trust()))
        } else {
            nothing()
        }
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}
