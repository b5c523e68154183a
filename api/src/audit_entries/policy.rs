//! Who may read the audit.

use plumbline_entity::{audit_entry, audit_segment};

use crate::{
    db::{Area, Counted, Location, Readers, kept_by_service, policy, tables},
    organisation::holds::TRUST_LEAD,
};

tables!(audit_entry, audit_segment);

kept_by_service!(audit_segment);

policy! {
    /// Trust leads read the entries of their trust. Entries of no trust are read at the console alone: refused tokens,
    /// whose owner nobody knows, and imports of data that belongs to no trust.
    audit_entry: Area::Audit => {
        lies Location::trust(C::TrustId);
        read Readers::of(&[&TRUST_LEAD]);
        write [];
        counted Counted::Not;
    }
}
