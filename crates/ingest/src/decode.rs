//! Compressed bodies, bounded: a bomb is refused when it passes the limit, not when memory is gone.

use bytes::Bytes;
use std::io::Read;

/// The largest body after decompression, in bytes.
pub const MAX_BODY: usize = 64 << 20;

/// The most lines of a body. Each costs some hundred bytes until it is answered, so a small body of empty lines would
/// become gigabytes.
pub const MAX_LINES: usize = 400_000;

/// A body that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not a coding that we read.
    #[error("content encoding {0:?} is not supported: use gzip, zstd or none")]
    Unsupported(String),
    /// Larger than [`MAX_BODY`] once decompressed.
    #[error("the body is larger than {MAX_BODY} bytes once decompressed")]
    TooLarge,
    /// More lines than [`MAX_LINES`].
    #[error("the body has more than {MAX_LINES} lines: send smaller batches")]
    TooMany,
    /// Cut short or damaged. Nothing of it was taken.
    #[error("the compressed body is damaged or cut short: {0}")]
    Damaged(std::io::Error),
}

/// The plain body of a `Content-Encoding` (`None` or `identity`: as it is).
pub fn decode(body: Bytes, encoding: Option<&str>) -> Result<Bytes, DecodeError> {
    let plain = match encoding.map(str::trim) {
        None | Some("" | "identity") if body.len() > MAX_BODY => return Err(DecodeError::TooLarge),
        None | Some("" | "identity") => body,
        // Several members in one body are what `cat a.gz b.gz` makes and RFC 1952 allows.
        Some("gzip" | "x-gzip") => bounded(flate2::read::MultiGzDecoder::new(&body[..]))?,
        Some("zstd") => bounded(zstd::stream::read::Decoder::with_buffer(&body[..]).map_err(DecodeError::Damaged)?)?,
        Some(other) => return Err(DecodeError::Unsupported(other.chars().take(32).collect())),
    };
    if memchr::memchr_iter(b'\n', &plain).nth(MAX_LINES).is_some() { Err(DecodeError::TooMany) } else { Ok(plain) }
}

fn bounded(reader: impl Read) -> Result<Bytes, DecodeError> {
    let mut plain = Vec::new();
    // One byte more than the limit tells "exactly full" from "too large".
    reader.take(MAX_BODY as u64 + 1).read_to_end(&mut plain).map_err(DecodeError::Damaged)?;
    if plain.len() > MAX_BODY { Err(DecodeError::TooLarge) } else { Ok(Bytes::from(plain)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_comes_back_from_every_coding() {
        let plain = b"{\"a\":1}\n".repeat(100);
        let zstd = zstd::encode_all(&plain[..], 1).unwrap();
        for (body, encoding) in [(plain.clone(), None), (gzip(&plain), Some("gzip")), (zstd, Some("zstd"))] {
            assert_eq!(decode(body.into(), encoding).unwrap(), plain);
        }
    }

    #[test]
    fn a_truncated_body_gives_nothing() {
        let mut body = gzip(&b"{\"a\":1}\n".repeat(1000));
        body.truncate(body.len() - 5);
        assert!(matches!(decode(body.into(), Some("gzip")), Err(DecodeError::Damaged(_))));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let lines = gzip(&vec![b'\n'; MAX_LINES + 1]);
        assert!(matches!(decode(Bytes::from(lines), Some("gzip")), Err(DecodeError::TooMany)));
        assert!(decode(Bytes::from(vec![b'\n'; MAX_LINES]), None).is_ok());
        let bomb = gzip(&vec![0; MAX_BODY + 1]);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(decode(bomb.into(), Some("gzip")), Err(DecodeError::TooLarge)));
    }
}
