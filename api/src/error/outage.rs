//! Which failures of a database are outages: they pass, and it is worth trying again.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// Whether the database could not be reached or could not be used just then, through no fault of what was asked of it: it
/// is stopping, full, read-only, broken, out of memory, or answers too late.
///
/// Sources: [SQLSTATE classes](https://www.postgresql.org/docs/current/errcodes-appendix.html) 08, 53, 57 and 58,
/// 25006 and 55P03; [result codes of SQLite](https://www.sqlite.org/rescode.html).
pub(super) fn is_outage(error: &DbErr) -> bool {
    let error = match error {
        DbErr::ConnectionAcquire(_) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return false,
    };
    match &**error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed
        | SqlxError::BeginFailed => true,
        SqlxError::Database(told) => told.code().is_some_and(|code| is_outage_code(&code)),
        _ => false,
    }
}

/// Whether the connection was lost before there was an answer, so that another may do: it was cut, or the server is stopping
/// or has ended it. Not if nobody waited for the answer any more.
pub(crate) fn is_lost(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    match &**error {
        SqlxError::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        SqlxError::Database(told) => told.code().is_some_and(|code| matches!(&*code, "57P01" | "57P02" | "57P05")),
        _ => false,
    }
}

/// As [`is_outage`], by the code that the database told: five letters on PostgreSQL, a number on SQLite.
fn is_outage_code(code: &str) -> bool {
    if code.len() == 5 {
        return matches!(&code[..2], "08" | "53" | "57" | "58") || matches!(code, "25006" | "55P03");
    }
    let Ok(code) = code.parse::<u32>() else { return false };
    // The lower byte is the primary code: busy, locked, no memory, read-only, interrupted, I/O, corrupt, full, cannot
    // open, protocol, not a database.
    matches!(code & 0xff, 5..=11 | 13..=15 | 26)
}

/// Whether somebody else has written for too long, on SQLite. Then nothing is wrong with the connection.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    matches!(error, DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))
        if error.as_database_error().and_then(|told| told.code()).is_some_and(|code| code == "5"))
}

#[cfg(test)]
mod tests {
    use super::is_outage_code;

    #[test]
    fn outages_are_told_from_faults_by_their_codes() {
        for outage in ["08006", "53100", "57P01", "57014", "25006", "5", "8", "10", "13", "778", "1038", "26"] {
            assert!(is_outage_code(outage), "{outage}");
        }
        for fault in ["23505", "42P01", "22P02", "19", "2067", "20", "25"] {
            assert!(!is_outage_code(fault), "{fault}");
        }
    }
}
