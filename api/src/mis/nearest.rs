//! What somebody may have meant who typed a name that is not there.

/// Most names that are put forward.
const MOST: usize = 5;

/// The names nearest to `wanted`: first those that it is a part of, then those that differ in the
/// fewest letters. Upper and lower case do not matter.
pub(super) fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = plain(wanted);
    let mut ranked: Vec<(bool, usize, &str)> = names
        .into_iter()
        .map(|name| {
            let other = plain(name);
            (!other.contains(&wanted), distance(&wanted, &other), name)
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(MOST).map(|(_, _, name)| name).collect()
}

/// A name as names are compared: in lower case, with single spaces.
pub(crate) fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// How many letters must be put in, taken out or changed (Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        for (cost, beside) in costs.iter_mut().skip(1).zip(&other) {
            let changed = diagonal + usize::from(letter != *beside);
            diagonal = *cost;
            left = changed.min(left + 1).min(diagonal + 1);
            *cost = left;
        }
        if let Some(first) = costs.first_mut() {
            *first = row + 1;
        }
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn letters_that_differ_are_counted() {
        for (one, other, letters) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2)]
        {
            assert_eq!(distance(one, other), letters, "{one} {other}");
        }
    }

    #[test]
    fn a_part_of_a_name_comes_before_a_misspelt_one() {
        let names = ["LEO ACADEMY TRUST", "GLF SCHOOLS", "THE SWAN TRUST", "LDBS ACADEMIES TRUST 2", "A", "B", "C"];
        assert_eq!(nearest("glf", names).first(), Some(&"GLF SCHOOLS"));
        assert_eq!(nearest("the swann trust", names).first(), Some(&"THE SWAN TRUST"));
        assert_eq!(nearest("glf", names).len(), 5);
    }
}
