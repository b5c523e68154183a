//! Whether the service can stand on a server of PostgreSQL: asked once, before anything else is.

use std::time::Duration;

use sea_orm::SqlxError;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::timeout;

use super::connect::{ConnectError, POSTGRES_ADVICE, shown_url};

/// Looks at the server before anything stands on it. It says at once that nobody listens there, or that there is no such host: the pool
/// would try again for ten seconds, and then say that it has waited.
pub(super) async fn inspect(url: &str) -> Result<(), ConnectError> {
    if let Some(hosts) = several_hosts(url) {
        return Err(ConnectError::SeveralHosts(hosts));
    }
    let Ok(options) = url.parse::<PgConnectOptions>() else { return Ok(()) };
    let options = options.disable_statement_logging();
    let unreachable = |reason: String, advice| {
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        Err(ConnectError::Unreachable { url: shown_url(url), reason, advice })
    };
    match timeout(FIRST_CONNECTION, PgConnection::connect_with(&options)).await {
        Ok(Ok(mut connection)) => {
            let found = look(&mut connection, &options).await;
            // Whatever becomes of it, the pool has connections of its own.
            let _ = connection.close().await;
            match found {
                Ok(None) | Err(_) => Ok(()),
                Ok(Some((reason, advice))) => Err(ConnectError::Unfit { url: shown_url(url), reason, advice }),
            }
        }
        Ok(Err(SqlxError::Tls(error))) => unreachable(error.to_string(), TLS_ADVICE),
        Ok(Err(SqlxError::Io(error))) if error.to_string().contains("certificate") => {
            unreachable(error.to_string(), TLS_ADVICE)
        }
        Ok(Err(SqlxError::Io(error))) => unreachable(error.to_string(), POSTGRES_ADVICE),
        Ok(Err(SqlxError::Database(error))) if error.message().contains("no encryption") => {
            unreachable(error.message().to_owned(), TLS_ONLY_ADVICE)
        }
        Ok(Err(SqlxError::Database(error))) if error.message().contains("unsupported startup parameter") => {
            unreachable(error.message().to_owned(), POOLER_ADVICE)
        }
        // What else is wrong, the pool says.
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

const TLS_ADVICE: &str = "Check `sslmode` in DATABASE_URL: `require` encrypts, `verify-full` also checks the certificate by those that \
                          the system knows or by `sslrootcert=FILE`; the server must speak TLS (`ssl = on`)";
const TLS_ONLY_ADVICE: &str =
    "The server takes connections over TLS alone: put `?sslmode=require` (or `verify-full`) at the end of DATABASE_URL";
const POOLER_ADVICE: &str = "A pooler that hands each transaction to another connection (`pool_mode = transaction` or `statement` of pgbouncer) \
                             would give one caller the answer of another. Let it pool sessions (`pool_mode = session`), or connect to PostgreSQL itself";

/// The oldest version of PostgreSQL on which this was tried is 15; what is used is there since 13, as `server_version_num` has it.
const OLDEST: i32 = 130_000;

/// What keeps the service from standing on a server, and what to do; none if it can.
async fn look(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<Option<(String, &'static str)>, SqlxError> {
    let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
                      current_setting('standard_conforming_strings')";
    let (version, encoding, conforming): (i32, String, String) =
        sea_orm::sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    if version < OLDEST {
        let reason = format!("PostgreSQL {} is too old", version / 10_000);
        return Ok(Some((reason, "Use PostgreSQL 13 or later")));
    }
    if encoding != "UTF8" {
        let reason = format!("its encoding is {encoding}, in which not every name can be written");
        return Ok(Some((reason, "Make one with UTF8: CREATE DATABASE plumbline ENCODING 'UTF8' TEMPLATE template0")));
    }
    if conforming != "on" {
        let reason = "standard_conforming_strings is off".to_owned();
        return Ok(Some((
            reason,
            "Set it on, which is what PostgreSQL does if nobody sets it: ALTER DATABASE .. RESET standard_conforming_strings",
        )));
    }
    if shares_connections(connection, options).await? {
        return Ok(Some(("there is a pooler before it that pools transactions".to_owned(), POOLER_ADVICE)));
    }
    Ok(None)
}

/// Whether two connections come to one process of the server: then something between hands it from one to the other. The first says what
/// process it speaks to, and the second what that is within a transaction, for which a pooler keeps it. Such a pooler may also refuse the
/// transaction, or mix up the statements that the driver has given names to.
async fn shares_connections(one: &mut PgConnection, options: &PgConnectOptions) -> Result<bool, SqlxError> {
    const WHICH: &str = "SELECT pg_backend_pid()";
    let process: i32 = sea_orm::sqlx::query_scalar(WHICH).fetch_one(&mut *one).await?;
    // There may be no room for a second.
    let Ok(mut other) = PgConnection::connect_with(options).await else { return Ok(false) };
    let seen = async {
        let mut transaction = other.begin().await?;
        let elsewhere: i32 = sea_orm::sqlx::query_scalar(WHICH).fetch_one(&mut *transaction).await?;
        // Meanwhile the first is with another, if it is with one of its own no more.
        let again: i32 = sea_orm::sqlx::query_scalar(WHICH).fetch_one(&mut *one).await?;
        transaction.rollback().await?;
        Ok::<_, SqlxError>((elsewhere, again))
    };
    let seen = seen.await;
    let _ = other.close().await;
    match seen {
        Ok((elsewhere, again)) => Ok(process == elsewhere || process != again),
        Err(SqlxError::Database(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The hosts of a URL that names several, as libpq takes them.
fn several_hosts(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let hosts = place.split(['/', '?']).next().unwrap_or_default();
    hosts.contains(',').then(|| hosts.chars().take(200).collect())
}

/// How long a first connection may take to be refused.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::several_hosts;

    #[test]
    fn several_hosts_are_seen_and_a_comma_elsewhere_is_none() {
        assert_eq!(several_hosts("postgres://u:p@h1,h2:5433/db").as_deref(), Some("h1,h2:5433"));
        assert_eq!(several_hosts("postgres://h1,h2/db").as_deref(), Some("h1,h2"));
        for url in ["postgres://u:a,b@host/db", "postgres://host/a,b", "postgres://host/db?options=a,b", "sqlite:a,b"] {
            assert_eq!(several_hosts(url), None, "{url}");
        }
    }
}
