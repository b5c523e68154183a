//! From a place in a text to its line and column, as GraphQL counts them: from 1, in characters.

use async_graphql::Pos;

/// The lines of a document.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    /// How many characters stand before each block of bytes, for a text in which some characters are longer than a
    /// byte. With this, finding a column on one endless line takes no longer than on a short one.
    characters: Option<Vec<usize>>,
}

const BLOCK: usize = 256;

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        // A line ends with a line feed, a carriage return, or both.
        let ends = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(ends).map(|at| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        let characters = (!text.is_ascii()).then(|| {
            let begins = |byte: &&u8| (**byte & 0b1100_0000) != 0b1000_0000;
            let mut before = 0;
            let blocks = bytes.chunks(BLOCK).map(|block| {
                let here = before;
                before += block.iter().filter(begins).count();
                here
            });
            blocks.collect()
        });
        Self { text, lines, characters }
    }

    /// The line and column of the character that begins at a byte.
    pub(super) fn at(&self, byte: usize) -> Pos {
        let byte = byte.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or_default();
        Pos { line, column: self.characters_before(byte) - self.characters_before(start) + 1 }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let Some(blocks) = &self.characters else { return byte };
        let block = byte / BLOCK;
        let begins = |byte: &&u8| (**byte & 0b1100_0000) != 0b1000_0000;
        let rest = &self.text.as_bytes()[(block * BLOCK).min(byte)..byte];
        blocks.get(block).copied().unwrap_or_else(|| self.text.chars().count()) + rest.iter().filter(begins).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "{\r\n  é b\n\r c\u{1F600}d";
        let places = Places::new(text);
        let at = |what: &str| text.find(what).map(|byte| places.at(byte));
        assert_eq!(at("{"), Some(Pos { line: 1, column: 1 }));
        assert_eq!(at("é"), Some(Pos { line: 2, column: 3 }));
        assert_eq!(at("b"), Some(Pos { line: 2, column: 5 }));
        assert_eq!(at("c"), Some(Pos { line: 4, column: 2 }));
        assert_eq!(at("d"), Some(Pos { line: 4, column: 4 }));
    }

    #[test]
    fn one_endless_line_is_counted_right() {
        let text = "é".repeat(1000) + "x";
        let places = Places::new(&text);
        for nth in [0, 1, 127, 128, 129, 500, 1000] {
            assert_eq!(places.at(2 * nth), Pos { line: 1, column: nth + 1 });
        }
    }
}
