//! A batch as bytes. Little-endian, every length in front of what it measures and checked against what is there:
//! a damaged file gives an error, never a large allocation.

use crate::{Batch, BatchId, Quarantined};
use model::{Diagnostic, Match, RuleRef, Severity, Timestamp, Verdict};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// What a batch is in the log: its events as raw bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Logged {
    pub first_seq: u64,
    pub source: Arc<str>,
    pub id: Option<BatchId>,
    pub received: Timestamp,
    pub format: parse::Format,
    pub peer: Option<IpAddr>,
    pub rule_set: String,
    pub rules: Vec<RuleRef>,
    pub matches: Vec<Match>,
    pub raws: Vec<Vec<u8>>,
    pub item_ids: Vec<Option<String>>,
    pub quarantined: Vec<Quarantined>,
    pub rejected: u32,
}

/// The bytes are not what this program writes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a log record: {0}")]
pub(crate) struct CodecError(pub &'static str);

/// Appends a batch whose first event has `first_seq`.
pub(crate) fn encode(batch: &Batch, first_seq: u64, out: &mut Vec<u8>) {
    put_u64(out, first_seq);
    put_text(out, &batch.source);
    match &batch.id {
        Some(id) => {
            out.push(1);
            put_text(out, &id.id);
            out.extend_from_slice(&id.body);
        }
        None => out.push(0),
    }
    put_u64(out, batch.received.0 as u64);
    out.push(batch.format.to_code());
    match batch.peer {
        None => out.push(0),
        Some(IpAddr::V4(ip)) => {
            out.push(4);
            out.extend_from_slice(&ip.octets());
        }
        Some(IpAddr::V6(ip)) => {
            out.push(6);
            out.extend_from_slice(&ip.octets());
        }
    }
    put_text(out, &batch.rule_set);
    put_len(out, batch.rules.len());
    for rule in &batch.rules {
        put_text(out, &rule.id);
        put_text(out, &rule.version);
        put_text(out, &rule.title);
        out.push(rule.level.rank());
        put_len(out, rule.tags.len());
        for tag in &rule.tags {
            put_text(out, tag);
        }
    }
    put_len(out, batch.matches.len());
    for hit in &batch.matches {
        out.extend_from_slice(&hit.event.to_le_bytes());
        out.extend_from_slice(&hit.rule.to_le_bytes());
    }
    put_len(out, batch.events.len());
    for event in &batch.events {
        put_bytes(out, event.raw());
    }
    put_len(out, batch.item_ids.len());
    for id in &batch.item_ids {
        match id {
            Some(id) => {
                out.push(1);
                put_text(out, id);
            }
            None => out.push(0),
        }
    }
    put_len(out, batch.quarantined.len());
    for kept in &batch.quarantined {
        put_bytes(out, &kept.raw);
        put_text(out, &kept.reason.code);
        put_text(out, &kept.reason.message);
    }
    out.extend_from_slice(&batch.rejected.to_le_bytes());
}

/// The batches of a group.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<Logged>, CodecError> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        all.push(one(&mut bytes)?);
    }
    Ok(all)
}

fn one(b: &mut &[u8]) -> Result<Logged, CodecError> {
    let first_seq = u64_of(b)?;
    let source = Arc::from(text(b)?);
    let id = match byte(b)? {
        0 => None,
        _ => Some(BatchId { id: text(b)?, body: array(b)? }),
    };
    let received = Timestamp(u64_of(b)? as i64);
    let format = parse::Format::from_code(byte(b)?).ok_or(CodecError("an unknown format"))?;
    let peer = match byte(b)? {
        0 => None,
        4 => Some(IpAddr::from(array::<4>(b)?)),
        6 => Some(IpAddr::from(array::<16>(b)?)),
        _ => return Err(CodecError("an unknown address family")),
    };
    let rule_set = text(b)?;
    let rules = list(b, |b| {
        let (id, version, title) = (text(b)?, text(b)?, text(b)?);
        Ok(RuleRef { id, version, title, level: Severity::from_rank(byte(b)?), tags: list(b, text)? })
    })?;
    let matches = list(b, |b| Ok(Match { event: u32_of(b)?, rule: u32_of(b)? }))?;
    let raws = list(b, |b| Ok(slice(b)?.to_vec()))?;
    let item_ids = list(b, |b| match byte(b)? {
        0 => Ok(None),
        _ => text(b).map(Some),
    })?;
    let quarantined = list(b, |b| {
        let raw = slice(b)?.to_vec();
        let (code, message) = (text(b)?, text(b)?);
        let reason = Diagnostic { code: Cow::Owned(code), offset: None, message, verdict: Verdict::Quarantine };
        Ok(Quarantined { raw, reason })
    })?;
    let rejected = u32_of(b)?;
    Ok(Logged { first_seq, source, id, received, format, peer, rule_set, rules, matches, raws, item_ids, quarantined, rejected })
}

fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Lengths are 32-bit: the pipeline's own bound on a batch is far below.
fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

fn take<'a>(b: &mut &'a [u8], n: usize) -> Result<&'a [u8], CodecError> {
    let (taken, rest) = b.split_at_checked(n).ok_or(CodecError("cut short"))?;
    *b = rest;
    Ok(taken)
}

fn array<const N: usize>(b: &mut &[u8]) -> Result<[u8; N], CodecError> {
    take(b, N)?.try_into().map_err(|_| CodecError("cut short"))
}

fn byte(b: &mut &[u8]) -> Result<u8, CodecError> {
    array::<1>(b).map(|[byte]| byte)
}

fn u32_of(b: &mut &[u8]) -> Result<u32, CodecError> {
    array(b).map(u32::from_le_bytes)
}

fn u64_of(b: &mut &[u8]) -> Result<u64, CodecError> {
    array(b).map(u64::from_le_bytes)
}

fn slice<'a>(b: &mut &'a [u8]) -> Result<&'a [u8], CodecError> {
    let len = u32_of(b)? as usize;
    take(b, len)
}

fn text(b: &mut &[u8]) -> Result<String, CodecError> {
    std::str::from_utf8(slice(b)?).map(str::to_owned).map_err(|_| CodecError("text that is not UTF-8"))
}

fn list<T>(b: &mut &[u8], mut read: impl FnMut(&mut &[u8]) -> Result<T, CodecError>) -> Result<Vec<T>, CodecError> {
    let len = u32_of(b)? as usize;
    // Every element takes at least a byte, so a length beyond what is left is a lie.
    if len > b.len() {
        return Err(CodecError("a list longer than its record"));
    }
    (0..len).map(|_| read(b)).collect()
}
