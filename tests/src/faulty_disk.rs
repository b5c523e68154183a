//! A disk that fails on request, under the real service.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::Console;

/// Compiled once for the test run.
static LIBRARY: OnceLock<PathBuf> = OnceLock::new();

/// What the disk under a SQLite database does. It does as it should until it is told otherwise.
pub struct FaultyDisk {
    control: PathBuf,
    files: String,
}

impl FaultyDisk {
    /// The disk under the database of a console.
    #[must_use]
    pub fn under(console: &Console) -> Self {
        let path = console.database_url.trim_start_matches("sqlite:");
        let files = path.rsplit('/').next().expect("a file").to_owned();
        Self { control: console.folder.join("fault"), files }
    }

    /// The environment in which the service meets the faults.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("LD_PRELOAD", library().display().to_string()),
            ("FAULT", self.control.display().to_string()),
            ("FAULTY_FILE", self.files.clone()),
        ]
    }

    /// From now on the disk is `full`, `broken` or `unreadable`; or the file is `protected`: it is opened only to be read.
    pub fn is(&self, fault: &str) {
        std::fs::write(&self.control, fault).expect("the control file");
    }

    /// From now on all is well again.
    pub fn is_well(&self) {
        std::fs::remove_file(&self.control).expect("the control file");
    }
}

fn library() -> &'static PathBuf {
    LIBRARY.get_or_init(|| {
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("faults/faulty_disk.c");
        let library = std::env::temp_dir().join(format!("plumbline-faulty-disk-{}.so", std::process::id()));
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(compile.status().expect("a C compiler, which SQLite needs as well").success());
        library
    })
}
