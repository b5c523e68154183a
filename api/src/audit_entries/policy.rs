//! Who may read the audit.

use plumbline_entity::audit_entry;

use crate::{
    db::{Area, Counted, Location, Readers, policy, tables},
    organisation::holds::TRUST_LEAD,
};

tables!(audit_entry);

policy! {
    /// Trust leads read the entries of their trust. Those of no trust are for the console: refused tokens,
    /// of which nobody knows whose they were, and imports of what belongs to no trust.
    audit_entry: Area::Audit => {
        lies Location::trust(C::TrustId);
        read Readers::of(&[&TRUST_LEAD]);
        write [];
        counted Counted::Not;
    }
}
