//! A file as text: what encoding it is in, found out before a row is read.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, UTF_8, WINDOWS_1252};

/// How much of a file is in memory at once.
const BLOCK: usize = 64 * 1024;

/// The bytes that Windows-1252 gives no character.
const NOT_IN_WINDOWS_1252: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

/// A file that is read as UTF-8, whatever it is in: UTF-8 with or without a byte order mark, or
/// Windows-1252, as spreadsheets write it. It ends in a line end, whether the file does or not.
pub(super) struct Decoded<S> {
    source: S,
    decoder: Decoder,
    text: String,
    taken: usize,
    ended: bool,
    /// Whether its last line ends in a line end.
    pub(super) ends_its_last_line: bool,
}

impl<S: Read + Seek> Decoded<S> {
    /// Looks the whole file over once, without keeping it, and goes back to its beginning.
    ///
    /// # Errors
    /// Why it cannot be read as a table, in words for the person who hands it in.
    pub(super) fn new(mut source: S) -> Result<Self, String> {
        let failed = |error: io::Error| format!("The file cannot be read: {error}.");
        let look = Look::over(&mut source).map_err(failed)?;
        source.seek(SeekFrom::Start(0)).map_err(failed)?;
        let encoding = match look.verdict()? {
            Encoding::Utf8 => UTF_8,
            Encoding::Windows1252 => WINDOWS_1252,
        };
        let decoder = encoding.new_decoder_with_bom_removal();
        let ends_its_last_line = matches!(look.last, b'\n' | b'\r');
        Ok(Self { source, decoder, text: String::new(), taken: 0, ended: false, ends_its_last_line })
    }
}

impl<S: Read> Decoded<S> {
    fn refill(&mut self) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        let read = self.source.read(&mut block)?;
        block.truncate(read);
        self.text.clear();
        self.taken = 0;
        self.text.reserve(self.decoder.max_utf8_buffer_length(read).unwrap_or(BLOCK * 3));
        self.ended = read == 0;
        // Room for all of it was reserved, so all of the block is taken.
        let _ = self.decoder.decode_to_string(&block, &mut self.text, self.ended);
        if self.ended {
            self.text.push('\n');
        }
        Ok(())
    }
}

impl<S: Read> Read for Decoded<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.refill()?;
        }
        let mut rest = self.text.as_bytes().get(self.taken..).unwrap_or_default();
        let given = rest.read(out)?;
        self.taken += given;
        Ok(given)
    }
}

enum Encoding {
    Utf8,
    Windows1252,
}

/// What a first look over the bytes of a file shows.
struct Look {
    /// The first bytes, by which other kinds of files are known.
    beginning: Vec<u8>,
    /// Whether there is anything but white space.
    has_text: bool,
    has_nul: bool,
    is_utf8: bool,
    is_windows_1252: bool,
    quotation_marks: u64,
    last: u8,
}

impl Look {
    fn over(source: &mut impl Read) -> io::Result<Self> {
        let mut look = Self {
            beginning: Vec::new(),
            has_text: false,
            has_nul: false,
            is_utf8: true,
            is_windows_1252: true,
            quotation_marks: 0,
            last: 0,
        };
        let mut utf8 = UTF_8.new_decoder_without_bom_handling();
        let (mut block, mut scratch) = (vec![0; BLOCK], vec![0; BLOCK * 3 + 16]);
        loop {
            let read = source.read(&mut block)?;
            let bytes = block.get(..read).unwrap_or_default();
            look.take(bytes);
            if look.is_utf8 {
                let (result, ..) = utf8.decode_to_utf8_without_replacement(bytes, &mut scratch, read == 0);
                look.is_utf8 = !matches!(result, DecoderResult::Malformed(..));
            }
            if read == 0 {
                return Ok(look);
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let wanting = 8_usize.saturating_sub(self.beginning.len());
        self.beginning.extend(bytes.iter().take(wanting));
        self.last = bytes.last().copied().unwrap_or(self.last);
        for byte in bytes {
            self.has_nul |= *byte == 0;
            self.has_text |= byte.is_ascii_graphic();
            self.is_windows_1252 &= !NOT_IN_WINDOWS_1252.contains(byte);
            self.quotation_marks += u64::from(*byte == b'"');
        }
    }

    fn verdict(&self) -> Result<Encoding, String> {
        const SAVE_AS: &str = "Save it as CSV (comma separated) in UTF-8 and import that.";
        if [[0xFF, 0xFE], [0xFE, 0xFF]].iter().any(|mark| self.beginning.starts_with(mark)) {
            return Err(format!("The file is in UTF-16. {SAVE_AS}"));
        }
        if self.beginning.starts_with(b"PK\x03\x04") || self.beginning.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(format!("The file is a spreadsheet or an archive, not a CSV file. {SAVE_AS}"));
        }
        if self.has_nul {
            return Err(format!("The file is not text, so it is not a CSV file. {SAVE_AS}"));
        }
        if !self.has_text {
            return Err("The file is empty. Download it again.".to_owned());
        }
        if !self.quotation_marks.is_multiple_of(2) {
            return Err("The file has an odd number of quotation marks: one is opened and never closed. \
                        Download it again, or look for the value with a single \" in it."
                .to_owned());
        }
        match (self.is_utf8, self.is_windows_1252 && !self.beginning.starts_with(&[0xEF, 0xBB, 0xBF])) {
            (true, _) => Ok(Encoding::Utf8),
            (false, true) => Ok(Encoding::Windows1252),
            (false, false) => Err(format!("The file is neither in UTF-8 nor in Windows-1252. {SAVE_AS}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::{BLOCK, Decoded};

    fn text(bytes: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        Decoded::new(Cursor::new(bytes))?.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn both_encodings_are_read_and_the_mark_is_dropped() {
        assert_eq!(text(b"\xEF\xBB\xBFSt Zo\xC3\xAB\n").as_deref(), Ok("St Zoë\n\n"));
        assert_eq!(text(b"St Zo\xEB \x96 A").as_deref(), Ok("St Zoë – A\n"));
    }

    #[test]
    fn a_character_may_lie_across_two_blocks() {
        let long = "x".repeat(BLOCK - 1) + "é" + &"y".repeat(BLOCK);
        assert_eq!(text(long.as_bytes()), Ok(long + "\n"));
    }

    #[test]
    fn what_is_not_text_is_refused_with_what_to_do() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"\xEF\xBB\xBF \r\n", "empty"),
            (b"\xFF\xFEU\0R\0N\0", "UTF-16"),
            (b"PK\x03\x04 xlsx", "spreadsheet"),
            (b"URN\0", "not text"),
            (b"a\x81\xFF", "neither in UTF-8"),
            (b"\xEF\xBB\xBFUTF-8 by its mark, but \xEB", "neither in UTF-8"),
            (b"URN,NAME\n1,\"open", "quotation marks"),
        ] {
            let refused = text(bytes).expect_err("not a table");
            assert!(refused.contains(word), "{refused}");
        }
    }
}
