//! The start: what the program was started with becomes the stored base, and everything stored is put in force.

use detect::Setting;
use model::OpContext;
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::files::{self, Base, Pack};
use super::set::Running;
use super::{ONE, noted, set};
use crate::{Desk, Problem, Topic};

/// The base that a program comes with: rules and the samples beside them.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Where they are from.
    pub base: Base,
    /// Rules and samples.
    pub files: Vec<detect::RuleFile>,
    /// Whether they are only for a floor that has no base yet: a command that passes by does not say what a floor runs.
    pub only_first: bool,
    /// What the rules name and do not carry.
    pub setting: Setting,
}

/// The setting that says which base was noted last.
const NOTED: &str = "rules.base";

/// Notes the rules that the program was started with, and puts them and everything that was imported in force, without
/// what is switched off.
///
/// # Errors
/// The records cannot be read or written.
pub async fn start(desk: &Desk, opening: Opening) -> Result<(), Problem> {
    let _turn = desk.rulebook.turn().await;
    let pack = Pack { source: opening.base.as_str().to_owned(), files: files::named(opening.files) };
    let digest = digest(&pack);
    let mut packs = files::stored(desk.db.reader()).await?;
    let noted = desk.db.meta(NOTED).await?;
    let is_new = if opening.only_first { noted.is_none() } else { noted.as_deref() != Some(&digest) };
    if is_new {
        packs.retain(|other| !Base::is(&other.source));
        packs = files::with(packs, pack.clone());
    }
    let running = note(desk, &packs, &opening.setting, is_new.then_some((&pack, &digest))).await?;
    for refusal in &running.refused {
        tracing::warn!("a rule does not load: {refusal}");
    }
    tracing::info!(rules = running.set.all().count(), refused = running.refused.len(), "rules loaded");
    desk.rulebook.inner.setting.store(Arc::new(opening.setting));
    set::put_in_force(desk, running);
    Ok(())
}

/// Compiles the stored rules for another setting: other lists, other pipelines. What is switched off stays off.
///
/// # Errors
/// The records cannot be read or written; the set and the setting that were in force stay.
pub async fn renew(desk: &Desk, setting: Setting) -> Result<(), Problem> {
    let _turn = desk.rulebook.turn().await;
    let packs = files::stored(desk.db.reader()).await?;
    let running = note(desk, &packs, &setting, None).await?;
    desk.rulebook.inner.setting.store(Arc::new(setting));
    set::put_in_force(desk, running);
    desk.live.notify(Topic::Rules, Vec::new());
    Ok(())
}

/// The set of these packs. If it is another one than was last in force, or the base is new, the rows are brought to it.
async fn note(desk: &Desk, packs: &[Pack], setting: &Setting, base: Option<(&Pack, &String)>) -> Result<Running, Problem> {
    let running = set::running(packs, setting, set::disabled(desk.db.reader()).await?).await?;
    if base.is_none() && set::last_in_force(&desk.db).await?.as_deref() == Some(running.set.version()) {
        return Ok(running);
    }
    let everything = set::everything(packs, setting).await?;
    let mut tx = desk.db.begin(&OpContext::system("start", desk.now())).await?;
    tx.one_at_a_time(ONE).await?;
    if let Some((pack, digest)) = base {
        for other in [Base::BuiltIn, Base::Folder] {
            let empty = Pack { source: other.as_str().to_owned(), files: Vec::new() };
            files::replace(&tx, if other.as_str() == pack.source { pack } else { &empty }).await?;
        }
        tx.set_meta(NOTED, digest).await?;
    }
    noted::note(&mut tx, &everything.found).await?;
    set::write_down(&tx, &running).await?;
    tx.commit().await?;
    Ok(running)
}

/// What a base is known by: the name of its source, and name and bytes of each file.
fn digest(pack: &Pack) -> String {
    let mut hash = Sha256::new();
    let parts = pack.files.iter().flat_map(|file| [file.name.as_bytes(), &file.text]);
    for part in std::iter::once(pack.source.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
