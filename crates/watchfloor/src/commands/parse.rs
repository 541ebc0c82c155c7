//! `parse`: what an input becomes, printed and not stored.

use super::println;
use crate::output::{Failure, PARTIAL};
use model::{Clock, Event, SystemClock};
use parse::{Format, Input};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Arguments of `parse`.
#[derive(clap::Args, Debug)]
pub struct ParseArgs {
    /// Files; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// auto, json, syslog or lines
    #[arg(long, default_value = "auto")]
    format: String,
}

/// One ECS document a line; ends with 5 if an input could not be used.
pub fn run(args: ParseArgs) -> Result<u8, Failure> {
    let format = Format::parse(&args.format).ok_or_else(|| Failure::usage("the formats are auto, json, syslog and lines"))?;
    let mut code = 0;
    let mut event = Event::default();
    for path in &args.paths {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("watchfloor: {}: {error}", path.display());
                code = PARTIAL;
                continue;
            }
        };
        for raw in parse::split(&bytes, format) {
            parse::parse_into(&Input { raw, received: SystemClock.now(), format, peer: None }, &mut event);
            let mut document = parse::ecs_json(&event);
            document.insert("watchfloor".to_owned(), json!({"pack": null, "diagnostics": event.diagnostics}));
            println(&serde_json::Value::Object(document).to_string());
        }
    }
    Ok(code)
}

/// Bytes of one input at most, after decompression.
const MAX_INPUT: u64 = 4 << 30;

/// A file's bytes, decompressed by its name's ending.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let plain: Box<dyn Read> = if path == Path::new("-") { Box::new(std::io::stdin().lock()) } else { Box::new(std::fs::File::open(path)?) };
    let mut reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(plain)),
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(plain)?),
        _ => plain,
    };
    let mut bytes = Vec::new();
    reader.by_ref().take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(std::io::Error::other(format!("larger than {MAX_INPUT} bytes")));
    }
    Ok(bytes)
}
