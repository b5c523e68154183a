//! What is generated from the commands themselves: completions for shells, and manual pages.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Failure, say::hand_out};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Whose completions: bash, elvish, fish, powershell or zsh.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// A folder for a page of each command. Without it, the page of `plumbline` itself is printed.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// Prints the completions of a shell.
pub(super) fn completions(mut command: Command, arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "plumbline", &mut script);
    hand_out(String::from_utf8_lossy(&script).trim_end())
}

/// Prints a manual page, or writes those of all commands.
pub(super) fn man(mut command: Command, arguments: &ManArguments) -> Result<(), Failure> {
    command.build();
    let Some(folder) = &arguments.into else {
        return hand_out(page(&command)?.trim_end());
    };
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    let pages = write_below(folder, "plumbline", &command)?;
    hand_out(&format!(
        "{pages} pages are in {}; `man {}/plumbline.1` shows the first.",
        folder.display(),
        folder.display()
    ))
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes the page of a command and those of the commands below it. Returns how many there are.
fn write_below(folder: &Path, name: &str, command: &Command) -> Result<usize, Failure> {
    let file = folder.join(format!("{name}.1"));
    std::fs::write(&file, page(command)?).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below
        .map(|below| write_below(folder, &format!("{name}-{}", below.get_name()), below))
        .try_fold(1, |sum, pages| Ok(sum + pages?))
}
