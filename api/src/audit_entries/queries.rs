//! Asking the audit.

use async_graphql::InputObject;
use plumbline_entity::{audit_entry, audit_entry::AuditKind};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition};

use super::AuditEntry;
use crate::{
    error::Result,
    graphql::{DateTimeFilter, EnumFilter, Filtering, IdFilter, Ref, StringFilter, filter, listed, order, root},
    organisation::{Pupil, StaffMember},
};

/// Conditions on the pupils whom an entry is about.
#[derive(Clone, Debug, InputObject)]
pub struct AuditedPupilFilter {
    /// This one is among them. Looks through all entries that the other conditions leave: give a time.
    pub includes: Ref<Pupil>,
}

impl AuditedPupilFilter {
    /// The condition on the column of the subjects: the bytes of the id are among its own.
    ///
    /// # Errors
    /// None: as the other operators.
    pub fn on(&self, column: audit_entry::Column, _by: Filtering<'_>) -> Result<Condition> {
        let id = self.includes.uuid().as_bytes().to_vec();
        let place = Func::cust("instr").arg(Expr::col(column.as_column_ref())).arg(Expr::val(id));
        Ok(Condition::all().add(Expr::from(place).gt(0)))
    }
}

filter! {
    /// Which entries.
    AuditEntryFilter of audit_entry {
        /// By when it was.
        at: DateTimeFilter => At,
        /// By what it records.
        kind: EnumFilter<AuditKind> => Kind,
        /// By who asked, or for whom it was asked.
        staff_member: IdFilter<StaffMember> => StaffMemberId,
        /// By the fields asked for, the mutation, or the command.
        operation: StringFilter => Operation,
        /// By the request.
        request_id: StringFilter => RequestId,
        /// By the pupils whom it is about.
        pupil: AuditedPupilFilter => Subjects,
    }
}

order! {
    /// In which order entries come.
    AuditEntryOrder of audit_entry {
        /// The newest first.
        Newest => [At desc, Sequence desc],
        /// The oldest first.
        Oldest => [At, Sequence],
    }
}

listed!(AuditEntry by AuditEntryFilter, AuditEntryOrder);

root! {
    /// What there is to ask of the audit.
    AuditQuery {
        /// The audit of the trust: who read, changed or was refused what. For trust leads; that they
        /// read it is recorded.
        audit_entries: [AuditEntry],
    }
}
