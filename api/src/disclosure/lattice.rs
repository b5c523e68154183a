//! The lattice of a trust's schools: every margin that can be asked, and every line between them.

use std::collections::{BTreeMap, BTreeSet};

use super::geography::{BaseRow, Geography, Group, LatticeFault, margins, steps};
use super::protect::protect;
use super::table::{CellId, Release, Table};

/// Every cell that can be asked, with its lines. Rows in any order give the same lattice.
#[derive(Debug, Clone)]
pub struct Lattice {
    table: Table,
    cells: BTreeMap<(Geography, Group), CellId>,
}

impl Lattice {
    /// Builds the lattice of these rows.
    ///
    /// # Errors
    /// Where the rows contradict themselves: see [`LatticeFault`].
    pub fn new(rows: &[BaseRow]) -> Result<Self, LatticeFault> {
        let mut phase_of = BTreeMap::new();
        let mut groups: BTreeSet<Group> = BTreeSet::from([None]);
        let mut counts: BTreeMap<(Geography, Group), u32> = BTreeMap::new();
        let mut lines: BTreeMap<(Geography, u8), BTreeSet<Geography>> = BTreeMap::new();
        for row in rows {
            if *phase_of.entry(row.year_group).or_insert(row.phase) != row.phase {
                return Err(LatticeFault::YearGroupInTwoPhases(row.year_group));
            }
            let group = row.attribute.map(|attribute| (attribute, row.value));
            groups.insert(group);
            for geography in margins(row) {
                let count = counts.entry((geography, group)).or_default();
                *count = count.checked_add(row.count).ok_or(LatticeFault::TooLarge)?;
            }
            for (kind, total, part) in steps(row) {
                lines.entry((total, kind)).or_default().insert(part);
            }
        }

        let places: BTreeSet<Geography> = counts.keys().map(|(geography, _)| *geography).collect();
        let mut lattice = Self { table: Table::new(), cells: BTreeMap::new() };
        for &geography in &places {
            for &group in &groups {
                let count = counts.get(&(geography, group)).copied().unwrap_or(0);
                let cell = lattice.table.cell(count);
                lattice.cells.insert((geography, group), cell);
            }
        }
        for ((total, _), parts) in &lines {
            for &group in &groups {
                lattice.line((*total, group), parts.iter().map(|part| (*part, group)));
            }
        }
        let attributes: BTreeSet<usize> = groups.iter().flatten().map(|(attribute, _)| *attribute).collect();
        for geography in places {
            for &attribute in &attributes {
                let values = || groups.range(Some((attribute, 0))..=Some((attribute, usize::MAX)));
                let split: u64 = values().filter_map(|group| Some(u64::from(*counts.get(&(geography, *group))?))).sum();
                if split != u64::from(counts.get(&(geography, None)).copied().unwrap_or(0)) {
                    return Err(LatticeFault::SplitDoesNotAddUp { geography, attribute });
                }
                lattice.line((geography, None), values().map(|group| (geography, *group)));
            }
        }
        Ok(lattice)
    }

    /// The table of all cells and lines.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// All keys, in the order of their cells.
    pub fn keys(&self) -> impl Iterator<Item = (Geography, Group)> + '_ {
        self.cells.keys().copied()
    }

    /// The cell of a margin and group. None where the rows know no such place or value: nobody is there.
    #[must_use]
    pub fn cell(&self, geography: Geography, group: Group) -> Option<CellId> {
        self.cells.get(&(geography, group)).copied()
    }

    /// Decides what is shown of the whole lattice.
    #[must_use]
    pub fn protect(self, threshold: u32) -> ProtectedLattice {
        let releases = protect(&self.table, threshold);
        ProtectedLattice { lattice: self, releases }
    }

    fn line(&mut self, total: (Geography, Group), parts: impl Iterator<Item = (Geography, Group)>) {
        let parts = parts.filter_map(|part| self.cells.get(&part).copied()).collect();
        if let Some(total) = self.cells.get(&total) {
            self.table.line(*total, parts);
        }
    }
}

/// A lattice with the release of each of its cells.
#[derive(Debug, Clone)]
pub struct ProtectedLattice {
    lattice: Lattice,
    releases: Vec<Release>,
}

impl ProtectedLattice {
    /// What may be said of a margin and group. None where the rows know no such place or value: nobody is there.
    #[must_use]
    pub fn release(&self, geography: Geography, group: Group) -> Option<Release> {
        let cell = self.lattice.cell(geography, group)?;
        self.releases.get(cell.index()).copied()
    }

    /// The count of a margin and group where it may be shown; none where it is withheld or not known.
    #[must_use]
    pub fn shown_count(&self, geography: Geography, group: Group) -> Option<u32> {
        let cell = self.lattice.cell(geography, group)?;
        self.releases.get(cell.index())?.is_shown().then(|| self.lattice.table.count(cell))?
    }

    /// The lattice that was protected.
    #[must_use]
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }
}
