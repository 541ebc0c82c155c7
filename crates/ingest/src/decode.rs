//! Compressed bodies, bounded: a bomb is refused when it passes the limit, not when memory is gone.

use bytes::Bytes;
use std::io::Read;

/// The largest body after decompression, in bytes.
pub const MAX_BODY: usize = 64 << 20;

/// A body that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not a coding that we read.
    #[error("content encoding {0:?} is not supported: use gzip, zstd or none")]
    Unsupported(String),
    /// Larger than [`MAX_BODY`] once decompressed.
    #[error("the body is larger than {MAX_BODY} bytes once decompressed")]
    TooLarge,
    /// Cut short or damaged. Nothing of it was taken.
    #[error("the compressed body is damaged or cut short: {0}")]
    Damaged(std::io::Error),
}

/// The plain body of a `Content-Encoding` (`None` or `identity`: as it is).
pub fn decode(body: Bytes, encoding: Option<&str>) -> Result<Bytes, DecodeError> {
    match encoding.map(str::trim) {
        None | Some("" | "identity") if body.len() > MAX_BODY => Err(DecodeError::TooLarge),
        None | Some("" | "identity") => Ok(body),
        // Several members in one body are what `cat a.gz b.gz` makes and RFC 1952 allows.
        Some("gzip" | "x-gzip") => bounded(flate2::read::MultiGzDecoder::new(&body[..])),
        Some("zstd") => bounded(zstd::stream::read::Decoder::with_buffer(&body[..]).map_err(DecodeError::Damaged)?),
        Some(other) => Err(DecodeError::Unsupported(other.chars().take(32).collect())),
    }
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
        let bomb = gzip(&vec![0; MAX_BODY + 1]);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(decode(bomb.into(), Some("gzip")), Err(DecodeError::TooLarge)));
    }
}
