//! The commands of `plumbline`. A command that fails ends with one line that says what to do.

mod appoint;
mod audit;
mod configuration;
mod demo;
mod doctor;
mod documents;
mod generate;
mod import;
mod migrate;
mod prune;
mod register_client;
mod say;
pub mod schema;
mod serve;
mod subject_access;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use plumbline_entity::trust;

use crate::{
    app::tables,
    comparison::{cells, editions},
    config::{Config, DATA_FOLDER},
    db::{Console, Db, Read, Reason, missing_file},
    mis::nearest::plain,
    rulebook::Faults,
    telemetry,
};

/// Moderation, consistency and progression for a multi-academy trust: a GraphQL API service.
///
/// Begin with `plumbline demo`: it makes a trust to look at, serves it and prints what to do next.
#[derive(Debug, Parser)]
#[command(name = "plumbline", version, about, max_term_width = 100)]
struct Cli {
    /// The configuration file. Without it, `plumbline.toml` in this folder is read if it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill an empty database with a synthetic trust, serve it, and print a token for each role.
    Demo(demo::Arguments),
    /// Serve the API.
    Serve(serve::Arguments),
    /// Bring the database to the shape that this version needs, take steps back, or show them.
    #[command(subcommand)]
    Migrate(migrate::Direction),
    /// Read files of schools, of what is taught, and of published results.
    #[command(subcommand)]
    Import(import::Source),
    /// Give somebody a role of the whole trust: how the first account of a trust is made.
    Appoint(appoint::Arguments),
    /// Let a client application in: how the first one of a trust is registered.
    RegisterClient(register_client::Arguments),
    /// Check or take away the record of who read and changed what.
    #[command(subcommand)]
    Audit(audit::What),
    /// Do away with what is kept no longer, as `retention` of the configuration says.
    Prune(prune::Arguments),
    /// Print all that is held of a pupil, as JSON: for the pupil, or a parent, who asks for it.
    SubjectAccess(subject_access::Arguments),
    /// Print a token for a member of staff, signed with the key of this machine.
    Token(token::Arguments),
    /// Register, list or revoke the documents that a client is trusted with.
    #[command(subcommand)]
    Documents(documents::Action),
    /// Look at configuration, database, keys, issuers, clocks and disks, and say what to mend. Changes nothing.
    Doctor,
    /// Print the schema in SDL.
    Schema,
    /// Say whether the configuration holds, or show all settings that are in force.
    #[command(subcommand)]
    Config(configuration::What),
    /// Print completions for a shell, such as `plumbline completions bash`.
    Completions(generate::CompletionsArguments),
    /// Print the manual page, or write those of all commands into a folder.
    Man(generate::ManArguments),
}

/// Why a command ended: one line for the person at the console.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command line of the process.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let line = failure.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            say::report(&format!("plumbline: {line}"));
            ExitCode::FAILURE
        }
    }
}

async fn execute(cli: Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Schema => return schema::print(),
        Command::Completions(arguments) => return generate::completions(Cli::command(), arguments),
        Command::Man(arguments) => return generate::man(Cli::command(), arguments),
        Command::Config(what) => return configuration::run(Config::load(cli.config.as_deref()), what),
        _ => {}
    }
    let config = Config::load(cli.config.as_deref());
    if matches!(cli.command, Command::Doctor) {
        return doctor::run(config).await;
    }
    let config = config?;
    // The demo reports its progress on the same screen.
    let usual = if matches!(cli.command, Command::Demo(_)) { "warn" } else { "info" };
    // Kept until the command has ended: then the last lines are written and the last traces handed over.
    let serves = matches!(cli.command, Command::Demo(_) | Command::Serve(_));
    let telemetry = telemetry::start(&config, usual, serves)?;
    match cli.command {
        Command::Demo(arguments) => demo::run(config, arguments, telemetry.dropped_lines()).await,
        Command::Serve(arguments) => serve::run(config, arguments, telemetry.dropped_lines()).await,
        Command::Migrate(direction) => migrate::run(&config, direction).await,
        Command::Import(source) => import::run(&config, source).await,
        Command::Appoint(arguments) => appoint::run(&config, arguments).await,
        Command::RegisterClient(arguments) => register_client::run(&config, arguments).await,
        Command::Audit(what) => audit::run(&config, what).await,
        Command::Prune(arguments) => prune::run(&config, arguments).await,
        Command::SubjectAccess(arguments) => subject_access::run(&config, arguments).await,
        Command::Token(arguments) => token::run(&config, arguments).await,
        Command::Documents(action) => documents::run(&config, action).await,
        Command::Doctor | Command::Schema | Command::Config(_) | Command::Completions(_) | Command::Man(_) => Ok(()),
    }
}

/// The failure of a command whose arguments have faults, each named by its argument. `arguments` has the argument of
/// each field.
fn refused(faults: Faults, arguments: &[(&str, &'static str)]) -> Failure {
    let told = faults.into_iter().map(|fault| match fault.place(arguments) {
        Some(argument) => format!("{argument}: {}", fault.message),
        None => fault.message,
    });
    told.collect::<Vec<_>>().join(" ").into()
}

/// Opens the database of a configuration, without changing it.
async fn open(config: &Config) -> Result<Db, Failure> {
    if config.database_url.starts_with(&format!("sqlite:{DATA_FOLDER}/")) {
        std::fs::create_dir_all(DATA_FOLDER).map_err(|error| {
            format!("cannot make the folder {DATA_FOLDER}: {error}. Set DATABASE_URL to another place")
        })?;
    }
    let (url, connections) = (&config.database_url, config.database_connections);
    let db = if config.database_row_security {
        Db::connect_behind_wall(url, connections, cells::settle).await?
    } else {
        Db::connect(url, connections, cells::settle).await?
    };
    Ok(db.with_threshold(config.disclosure.threshold))
}

/// The trust of this name. Case and spaces do not matter, in this command as in all others; where two are alike but for those,
/// the one that is spelt as given.
async fn find_trust(db: &Db, name: &str) -> Result<trust::Model, Failure> {
    let trusts = db.all(Console.of::<trust::Entity>().rows()).await?;
    let alike = trusts.iter().filter(|trust| plain(&trust.name) == plain(name));
    if let Some(trust) = alike.max_by_key(|trust| trust.name == name) {
        return Ok(trust.clone());
    }
    let known: Vec<String> = trusts.into_iter().map(|trust| trust.name).collect();
    let known = match known.as_slice() {
        [] => "none yet; `plumbline import gias` makes one".to_owned(),
        names => names.join("; "),
    };
    Err(format!("there is no trust `{name}`. Trusts here: {known}").into())
}

/// Refuses a database file that is not there, for the service and for commands that only look: to open it would create it.
fn must_be_there(config: &Config) -> Result<(), Failure> {
    match missing_file(&config.database_url) {
        None => Ok(()),
        Some(file) => Err(format!("there is no database {file}. Set DATABASE_URL to the one that you mean, or make it with `plumbline migrate up`").into()),
    }
}

/// Opens the database of a configuration. Refuses if the second wall is up there and the configuration does not say
/// so: a process that does not say that it is the service sees no rows, and the command would report that there are
/// none.
async fn open_as_it_stands(config: &Config) -> Result<Db, Failure> {
    let db = open(config).await?;
    if !config.database_row_security && db.wall_is_up(&tables()).await? {
        let advice = "Set database_row_security = true, as for the service that uses it";
        return Err(format!("this database stands behind the second wall. {advice}").into());
    }
    Ok(db)
}

/// Opens the database of a configuration for a command, and brings it to the shape that is needed.
async fn open_migrated(config: &Config) -> Result<Db, Failure> {
    let db = open_as_it_stands(config).await?;
    migrate(&db).await?;
    Ok(db)
}

/// Opens the database of a configuration for the service, brings it to the shape that is needed, and puts the second
/// wall up or takes it down. No other command does that: a service that runs on the database needs the wall as it is.
async fn open_to_serve(config: &Config) -> Result<Db, Failure> {
    let db = open(config).await?;
    migrate(&db).await?;
    match (config.database_row_security, db.wall_is_up(&tables()).await?) {
        (true, false) => db.raise_wall(&tables()).await?,
        (false, true) => db.lower_wall().await?,
        _ => {}
    }
    Ok(db)
}

/// Brings a database to the shape that is needed, and makes the editions that an earlier build did not make.
async fn migrate(db: &Db) -> Result<(), Failure> {
    let state = db.migrate_up().await?;
    if !state.pending.is_empty() {
        tracing::info!(steps = state.pending.len(), "migrated the database");
    }
    editions::catch_up(db, chrono::Utc::now()).await?;
    Ok(())
}
