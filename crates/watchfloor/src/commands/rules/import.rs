//! `rules import`: rules into a floor, or what they would change there or against another set.

use super::telemetry::Floor;
use super::{Named, Shape, report};
use crate::commands::token::console;
use crate::commands::{Place, wait};
use crate::content;
use crate::lists::Watch;
use crate::floor::{desk, lake_options};
use crate::output::{CONTENT, Failure};
use desk::Desk;
use desk::improve::{self, Import, ImportReport, Opening, RuleEntry, RuleFinding, RuleRefusal, changes};
use detect::{RuleFile, RuleSet, without_telemetry};
use std::path::{Path, PathBuf};

/// Arguments of `rules import`.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Sigma rules: a file, a folder, a .zip or a .tar.zst
    path: PathBuf,
    /// The source that these rules are of: those that it had on the floor and has no more are removed; the name of the file
    /// or folder if absent
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The rules to compare with, in place of those of a floor; those that come with this program if neither is named
    #[arg(long, value_name = "PATH", requires = "dry_run")]
    against: Option<PathBuf>,
    /// Say what would change; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    floor: Floor,
}

/// Imports and prints the report; 2 if no rule loads.
pub fn run(args: &ImportArgs) -> Result<u8, Failure> {
    let files = content::with_samples(&args.path)?;
    let has_floor = args.floor.data.is_some() || args.floor.remote.server.is_some();
    if args.named.is_given() && args.against.is_none() && has_floor {
        return Err(Failure::usage("a floor has lists and pipelines of its own; --lists and --pipeline are for --against"));
    }
    let report = match (&args.against, &args.floor.data, &args.floor.remote.server) {
        (None, Some(data), _) => wait(into_folder(args, data, files))?,
        (None, None, Some(server)) => wait(into_server(args, server, &files))?,
        _ if args.dry_run => compared(args, files)?,
        _ => return Err(Failure::usage("name the floor: --server URL --token T, or --data DIR; or give --dry-run to see what they would bring")),
    };
    report::print(&report, args.format)?;
    Ok(if report.loaded == 0 { CONTENT } else { 0 })
}

/// Against another set, with nothing but the telemetry of a floor.
fn compared(args: &ImportArgs, mut files: Vec<RuleFile>) -> Result<ImportReport, Failure> {
    files.retain(|file| !detect::is_sample(&file.name));
    // Both sets for the same lists and pipelines, so that what is changed is the rules.
    let setting = args.named.setting()?;
    let (new, report) = RuleSet::compile_with(files, &setting);
    let (old, _) = RuleSet::compile_with(args.against.as_deref().map_or_else(|| Ok(content::embedded()), content::files)?, &setting);
    let silent = args.floor.received()?.map(|received| {
        let found = without_telemetry(new.rules(), &received);
        found.iter().map(RuleFinding::from).collect()
    });
    let entries = |set: &RuleSet| set.all().map(RuleEntry::of).collect::<Vec<_>>();
    let refused = report.refused.iter().map(RuleRefusal::from).collect();
    Ok(ImportReport::of(new.all().count(), changes(entries(&old), entries(&new)), refused, silent))
}

/// The floor of a folder that no server has open, with its rules in force.
pub(super) async fn open(data: &Path) -> Result<Desk, Failure> {
    if !data.join("lake").is_dir() {
        return Err(Failure::usage(format!("{} is no floor's folder", data.display())));
    }
    let place = Place { data: data.to_owned(), database: None, config: None };
    let settings = place.settings(Vec::new())?;
    let opening = Opening { only_first: settings.path("rules.path").is_none(), ..Watch::start(data, &settings)?.opening()? };
    let desk = desk(data, settings.text("database.url"), lake_options(data, &settings)?).await?;
    ingest::follow::belong_together(&desk).await.map_err(Failure::usage)?;
    improve::start(&desk, opening).await.map_err(Failure::usage)?;
    Ok(desk)
}

/// Into a folder that no server has open.
async fn into_folder(args: &ImportArgs, data: &Path, files: Vec<RuleFile>) -> Result<ImportReport, Failure> {
    let desk = open(data).await?;
    let wanted = Import { source: source(args)?, files: content::relative(&args.path, files), dry_run: args.dry_run };
    let report = improve::import(&desk, &console(), wanted).await;
    desk.lake.close();
    report.map_err(|problem| match problem.code.as_ref() {
        "rules.none" => Failure { message: problem.to_string(), code: CONTENT },
        _ => Failure::usage(problem),
    })
}

/// Into a floor that another process serves.
async fn into_server(args: &ImportArgs, server: &str, files: &[RuleFile]) -> Result<ImportReport, Failure> {
    let body = archive(&content::relative(&args.path, files.to_vec())).map_err(|error| Failure::usage(format!("cannot pack the rules: {error}")))?;
    let query = [("source", source(args)?), ("dry_run", args.dry_run.to_string())];
    let answer = args.floor.remote.post(server, "/api/v1/rules/import", &query, body).await?;
    serde_json::from_value(answer).map_err(|error| Failure::remote(format!("this is not a floor's answer: {error}")))
}

/// The name of the source: as said, else that of the file or folder in the letters that a name may have.
fn source(args: &ImportArgs) -> Result<String, Failure> {
    if let Some(source) = &args.source {
        return Ok(source.clone());
    }
    let path = args.path.canonicalize().map_err(|error| Failure::usage(format!("cannot read {}: {error}", args.path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = [".tar.zst", ".zip", ".yml", ".yaml"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    Ok(stem.chars().take(improve::MAX_SOURCE).map(plain).collect())
}

fn archive(files: &[RuleFile]) -> std::io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 0)?);
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, file.name.trim_start_matches('/'), file.text.as_slice())?;
    }
    tar.into_inner()?.finish()
}
