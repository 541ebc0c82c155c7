//! `config show`: the settings in force, and where each came from.

use super::{Place, println};
use crate::config::{KEYS, shown};
use crate::output::{Failure, inert};

/// What can be done with settings.
#[derive(clap::Subcommand, Debug)]
pub enum ConfigCommand {
    /// Print the settings in force; passwords are masked
    Show {
        #[command(flatten)]
        place: Place,
        /// Say where each came from
        #[arg(long)]
        origin: bool,
    },
}

/// Prints one line a setting, those without a value as comments.
pub fn run(command: ConfigCommand) -> Result<u8, Failure> {
    let ConfigCommand::Show { place, origin } = command;
    let settings = place.settings(Vec::new())?;
    for key in KEYS {
        let found = settings.iter().find(|(name, ..)| *name == key.name);
        println(&inert(&match found {
            Some((name, value, from)) if origin => format!("{name} = {:?}  # {from}", shown(name, value)),
            Some((name, value, _)) => format!("{name} = {:?}", shown(name, value)),
            None => format!("# {}: {}", key.name, key.meaning),
        }));
    }
    Ok(0)
}
