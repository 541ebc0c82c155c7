//! The start: what the program was started with becomes the stored base, and everything stored is put in force.

use model::OpContext;
use sha2::{Digest, Sha256};

use super::files::{self, Base, Pack};
use super::{ONE, noted, set};
use crate::{Desk, Problem};

/// The base that a program comes with: rules and the samples beside them.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Where they are from.
    pub base: Base,
    /// Rules and samples.
    pub files: Vec<detect::RuleFile>,
    /// Whether they are only for a floor that has no base yet: a command that passes by does not say what a floor runs.
    pub only_first: bool,
}

/// The setting that says which base was noted last.
const NOTED: &str = "rules.base";

/// Notes the rules that the program was started with, and puts them and everything that was imported in force, without
/// what is switched off.
///
/// # Errors
/// The records cannot be read or written.
pub async fn start(desk: &Desk, opening: Opening) -> Result<(), Problem> {
    let _turn = desk.rulebook.inner.turn.lock().await;
    let pack = Pack { source: opening.base.as_str().to_owned(), files: opening.files };
    let digest = digest(&pack);
    let mut packs = files::stored(desk.db.reader()).await?;
    let noted = desk.db.meta(NOTED).await?;
    let is_new = if opening.only_first { noted.is_none() } else { noted.as_deref() != Some(&digest) };
    if is_new {
        packs.retain(|other| !Base::is(&other.source));
        packs = files::with(packs, pack.clone());
        let everything = set::everything(&packs).await?;
        let mut tx = desk.db.begin(&OpContext::system("start", desk.now())).await?;
        tx.one_at_a_time(ONE).await?;
        for base in [Base::BuiltIn, Base::Folder] {
            let empty = Pack { source: base.as_str().to_owned(), files: Vec::new() };
            files::replace(&tx, if base.as_str() == pack.source { &pack } else { &empty }).await?;
        }
        noted::note(&mut tx, &everything.found).await?;
        tx.set_meta(NOTED, &digest).await?;
        tx.commit().await?;
    }
    let running = set::running(&packs, set::disabled(desk.db.reader()).await?).await?;
    for refusal in &running.refused {
        tracing::warn!("a rule does not load: {refusal}");
    }
    tracing::info!(rules = running.set.rules().len(), refused = running.refused.len(), "rules loaded");
    set::put_in_force(desk, running);
    Ok(())
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
