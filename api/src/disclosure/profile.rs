//! The two profiles of publication: see `docs/disclosure.md`.

/// For whom aggregates are prepared. Both come after [`super::protect()`]: they say how what is shown is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// Inside the trust: counts and shares as they are.
    #[default]
    Internal,
    /// For print: counts to the nearest 5, shares from rounded counts, and no share of, or all but, one or two
    /// pupils.
    Publication,
}

/// A share of pupils.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// The share, from 0 to 1.
    Of(f64),
    /// Withheld: its numerator or complement is 1 or 2 pupils.
    Withheld,
    /// There is none: nobody to take a share of (after rounding), or more in the part than in the whole.
    NotApplicable,
}

impl Profile {
    /// The count as shown. Each count is rounded by itself, so rounded parts need not add up to a rounded total.
    #[must_use]
    pub fn count(self, count: u32) -> u32 {
        match self {
            Self::Internal => count,
            // No whole number lies half way between multiples of 5. The largest are rounded down.
            Self::Publication => count.saturating_add(2) / 5 * 5,
        }
    }

    /// The share of `part` in `whole`, both given exactly.
    #[must_use]
    pub fn share(self, part: u32, whole: u32) -> Share {
        let Some(rest) = whole.checked_sub(part) else {
            return Share::NotApplicable;
        };
        let few = |count: u32| count == 1 || count == 2;
        if self == Self::Publication && (few(part) || few(rest)) {
            return Share::Withheld;
        }
        match self.count(whole) {
            0 => Share::NotApplicable,
            whole => Share::Of(f64::from(self.count(part)) / f64::from(whole)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_shows_counts_and_shares_as_they_are() {
        assert_eq!(Profile::Internal.count(13), 13);
        assert_eq!(Profile::Internal.share(13, 17), Share::Of(13.0 / 17.0));
        assert_eq!(Profile::Internal.share(1, 17), Share::Of(1.0 / 17.0));
    }

    #[test]
    fn publication_rounds_counts_to_the_nearest_five() {
        let rounded = [0, 1, 2, 3, 7, 8, 12, 13, u32::MAX].map(|count| Profile::Publication.count(count));
        assert_eq!(rounded, [0, 0, 0, 5, 5, 10, 10, 15, u32::MAX]);
    }

    #[test]
    fn publication_takes_shares_from_rounded_counts() {
        assert_eq!(Profile::Publication.share(13, 17), Share::Of(1.0));
        assert_eq!(Profile::Publication.share(8, 21), Share::Of(0.5));
    }

    #[test]
    fn publication_withholds_shares_of_one_or_two_and_of_all_but_one_or_two() {
        for part in [1, 2, 18, 19] {
            assert_eq!(Profile::Publication.share(part, 20), Share::Withheld);
        }
        assert_eq!(Profile::Publication.share(0, 20), Share::Of(0.0));
        assert_eq!(Profile::Publication.share(20, 20), Share::Of(1.0));
        assert_eq!(Profile::Publication.share(3, 20), Share::Of(0.25));
    }

    #[test]
    fn there_is_no_share_of_nobody_nor_of_more_than_all() {
        for profile in [Profile::Internal, Profile::Publication] {
            assert_eq!(profile.share(0, 0), Share::NotApplicable);
            assert_eq!(profile.share(5, 4), Share::NotApplicable);
        }
    }
}
