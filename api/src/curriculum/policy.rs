//! Subjects belong to the trust: all of its staff see them, its trust leads set them up.

use plumbline_entity::subject;

use crate::{db::tables, organisation::policy::trust_wide};

trust_wide!(subject);

tables!(subject);
