//! Subjects are the trust's: seen by all of its staff, set up by its trust leads.

use plumbline_entity::subject;

use crate::{db::tables, organisation::policy::trust_wide};

trust_wide!(subject);

tables!(subject);
