//! What is wrong with a row: plain data, for whoever has to correct it.

use std::fmt;

use super::Ruled;

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The value cannot be used.
    Invalid,
    /// There is one like it already.
    Duplicate,
    /// What it belongs to is not in a state in which this can be done.
    WrongState,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: Kind,
    /// The field that it is about, as the API calls it: a dotted path, such as `grades.3.code`.
    pub field: String,
    /// For people: what is wrong and how to mend it.
    pub message: String,
    /// Whether it tells its reader something that they may not see.
    pub tells: bool,
}

impl Fault {
    /// A value that cannot be used.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, field: field.to_owned(), message: message.into(), tells: false }
    }

    /// One like it is there already.
    pub fn duplicate(field: &str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Duplicate, ..Self::invalid(field, message) }
    }

    /// What it belongs to is not in a state in which this can be done.
    pub fn wrong_state(field: &str, message: impl Into<String>) -> Self {
        Self { kind: Kind::WrongState, ..Self::invalid(field, message) }
    }

    /// Where the field stands for whoever gave it: a column of a file, an argument of a command. None for a field that
    /// `places` does not have.
    #[must_use]
    pub fn place(&self, places: &[(&str, &'static str)]) -> Option<&'static str> {
        places.iter().find(|(field, _)| *field == self.field).map(|(_, place)| *place)
    }
}

/// All that is wrong with a row: for each field the first fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    found: Vec<Fault>,
    /// The path of the part that is being checked; noted fields lie below it.
    below: String,
}

impl Faults {
    /// Notes what a rule found at a field. Returns whether it found nothing.
    pub fn at(&mut self, field: &str, found: Result<(), String>) -> bool {
        let fault = found.map_err(|message| Fault::invalid(field, message)).err();
        self.extend(fault.clone());
        fault.is_none()
    }

    /// As [`Faults::at`], for a rule whose finding tells its reader something that they may not see, such as that a
    /// decision does not fit a judgement. The audit records who provokes one.
    pub fn telling_at(&mut self, field: &str, found: Result<(), String>) {
        self.extend(found.map_err(|message| Fault { tells: true, ..Fault::invalid(field, message) }).err());
    }

    /// Checks a row and notes what is wrong with it. Returns the row, which may be kept if nothing is.
    pub fn check<Beside, R: Ruled<Beside>>(&mut self, mut row: R, beside: Beside) -> R {
        row.rule(beside, self);
        row
    }

    /// Notes what `find` finds in a part of the whole, each field below the part's path.
    pub fn below(&mut self, path: &str, find: impl FnOnce(&mut Self)) {
        let below = format!("{}{path}.", self.below);
        let above = std::mem::replace(&mut self.below, below);
        find(self);
        self.below = above;
    }

    /// Succeeds if nothing is wrong.
    ///
    /// # Errors
    /// What is wrong.
    pub fn none(self) -> Result<(), Self> {
        if self.found.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Each, in the order in which it was found.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.found.iter()
    }

    /// What is wrong now and was not before.
    #[must_use]
    pub(super) fn but_for(mut self, old: &Self) -> Self {
        self.found.retain(|fault| !old.found.contains(fault));
        self
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        for fault in faults {
            let field = format!("{}{}", self.below, fault.field);
            if self.found.iter().all(|known| known.field != field) {
                self.found.push(Fault { field, ..fault });
            }
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { found: vec![fault], below: String::new() }
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.found.iter().map(|fault| format!("{}: {}", fault.field, fault.message));
        formatter.write_str(&told.collect::<Vec<_>>().join(" "))
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_below_its_path_and_a_field_once() {
        let mut faults = Faults::default();
        faults.below("grades.1", |faults| {
            assert!(!faults.at("code", Err("One.".to_owned())));
            assert!(!faults.at("code", Err("Another.".to_owned())));
            assert!(faults.at("name", Ok(())));
        });
        faults.extend([Fault::duplicate("code", "Taken.")]);
        assert_eq!(faults.to_string(), "grades.1.code: One. code: Taken.");
        assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [Kind::Invalid, Kind::Duplicate]);
    }

    #[test]
    fn a_field_has_a_place_for_whoever_gave_it() {
        let places = [("name", "EstablishmentName")];
        assert_eq!(Fault::invalid("name", "").place(&places), Some("EstablishmentName"));
        assert_eq!(Fault::invalid("urn", "").place(&places), None);
    }
}
