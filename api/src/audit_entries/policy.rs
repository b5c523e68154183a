//! Who may read the audit.

use plumbline_entity::audit_entry;

use crate::{
    db::{Area, Counted, Hold, Location, Policy, Readers, tables},
    organisation::holds::TRUST_LEAD,
};

tables!(audit_entry);

/// Trust leads read the entries of their trust. Those of no trust are for the console: refused tokens,
/// of which nobody knows whose they were, and imports of what belongs to no trust.
impl Policy for audit_entry::Entity {
    fn area() -> Area<audit_entry::Column> {
        Area::Audit
    }

    fn location() -> Location<Self> {
        Location::trust(audit_entry::Column::TrustId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD])
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<audit_entry::Column> {
        Counted::Not
    }
}
