//! `verify`: the journal's hash chains.

use super::{Place, println, wait};
use crate::output::{FINDINGS, Failure, inert};

/// Arguments of `verify`.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    place: Place,
}

/// Prints one line a stream; ends with 1 if any of them was changed.
pub fn run(args: VerifyArgs) -> Result<u8, Failure> {
    wait(async {
        let db = args.place.records().await?;
        let report = db::journal::verify(&db).await.map_err(Failure::usage)?;
        for stream in &report.streams {
            let state = match &stream.first_fault {
                None => "ok".to_owned(),
                Some(fault) => format!("CHANGED at entry {}: {:?}", fault.seq, fault.kind),
            };
            println(&inert(&format!("{}: {} entries, {state}", stream.name, stream.entries)));
        }
        Ok(if report.ok() { 0 } else { FINDINGS })
    })
}
