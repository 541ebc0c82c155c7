//! The worker's side: it enters its cage, compiles the rules, and answers jobs until its input ends.

use crate::cage::Cage;
use crate::chunk::{self, CHUNK};
use crate::examine::Examiner;
use crate::frame::{receive, receive_json, send, send_json};
use crate::wire::{Answer, ChunkReport, Damage, Hello, Job, Ready};
use detect::{Finder, Pipeline, Pipelines, RuleFile, RuleSet, Setting};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Runs a worker on two pipes, to the end of its input. The whole process is confined from here on; what confines it is
/// the answer.
///
/// # Errors
/// Where the cage does not close, a pipe breaks, or the other side does not keep to the protocol.
pub fn run(input: impl Read, output: impl Write) -> std::io::Result<Cage> {
    let cage = crate::cage::enter()?;
    serve(input, output, cage)?;
    Ok(cage)
}

/// The same, within what the cage has become.
fn serve(input: impl Read, output: impl Write, cage: Cage) -> std::io::Result<()> {
    let (mut input, mut output) = (BufReader::with_capacity(2 * CHUNK, input), BufWriter::new(output));
    let Some(hello) = receive_json::<Hello>(&mut input)? else { return Ok(()) };
    let files = expect_files(&mut input, hello.files)?;
    let pipelines = expect_files(&mut input, hello.pipelines)?;
    let pipelines: Result<Vec<Pipeline>, _> = pipelines.iter().map(Pipeline::parse).collect();
    let pipelines = Pipelines::new(pipelines.map_err(|_| ErrorKind::InvalidData)?);
    let placeholders = receive_json(&mut input)?.ok_or(ErrorKind::UnexpectedEof)?;
    let (rules, _) = RuleSet::compile_with(files, &Setting { placeholders, pipelines, ..Setting::default() });
    let finder = Arc::new(indicators(&mut input)?);
    send_json(&mut output, &Ready { rules: rules.rules().len(), cage })?;
    output.flush()?;
    let mut examiner = Examiner::new(&rules, hello.wanted).with_indicators(finder);
    while let Some(job) = receive_json::<Job>(&mut input)? {
        // All of the job is taken before the first answer, so that the two sides never wait for each other.
        let chunks = (0..job.count).map(|_| expect(&mut input)).collect::<std::io::Result<Vec<_>>>()?;
        for (bytes, number) in chunks.into_iter().zip(job.first..) {
            let report = catch_unwind(AssertUnwindSafe(|| chunk::read(number, bytes, &mut examiner)));
            let mut report = report.unwrap_or_else(|_| {
                examiner = examiner.renewed();
                let reason = "its reader panicked".to_owned();
                ChunkReport { damage: vec![Damage { chunk: number, record: None, reason }], ..ChunkReport::default() }
            });
            let records = std::mem::take(&mut report.records);
            let kept = records.iter().map(|record| (record.id, record.written)).collect();
            send_json(&mut output, &Answer { report, kept })?;
            for record in &records {
                send(&mut output, &record.json)?;
            }
            output.flush()?;
        }
    }
    Ok(())
}

fn indicators(input: &mut impl Read) -> std::io::Result<Finder> {
    let mut finder = Finder::default();
    loop {
        let piece = expect(input)?;
        if piece.is_empty() {
            return Ok(finder);
        }
        if !finder.unpack(&piece) {
            return Err(ErrorKind::InvalidData.into());
        }
    }
}

fn expect_files(input: &mut impl Read, count: usize) -> std::io::Result<Vec<RuleFile>> {
    let mut file = || {
        let name = String::from_utf8_lossy(&expect(input)?).into_owned();
        Ok(RuleFile { name, text: expect(input)? })
    };
    (0..count).map(|_| file()).collect()
}

fn expect(input: &mut impl Read) -> std::io::Result<Vec<u8>> {
    receive(input)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}
