//! Messages over a pipe: a 32-bit little-endian length, then so many bytes. Both ends refuse what is too long.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};

/// Bytes of one message at most: what the matches of one hostile chunk may amount to, and room.
pub(crate) const MAX_FRAME: usize = 64 << 20;

/// Sends bytes as one message; the caller flushes.
pub(crate) fn send(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= MAX_FRAME).ok_or_else(too_long)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)
}

/// Receives one message; `None` where the other end has closed between two messages.
pub(crate) fn receive(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(too_long());
    }
    // Grows with what arrives, not with what is announced.
    let mut bytes = Vec::new();
    from.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// Sends a value as JSON.
pub(crate) fn send_json(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    send(to, &serde_json::to_vec(value)?)
}

/// Receives a value as JSON.
pub(crate) fn receive_json<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    Ok(match receive(from)? {
        Some(bytes) => Some(serde_json::from_slice(&bytes)?),
        None => None,
    })
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_lies_is_an_error_and_reserves_nothing() {
        assert!(receive(&mut &[0xff, 0xff, 0xff, 0xff][..]).is_err());
        assert!(receive(&mut &[9, 0, 0, 0, b'x'][..]).is_err());
        assert!(receive(&mut &[9, 0][..]).is_err());
        assert!(receive(&mut &[][..]).unwrap().is_none());
    }

    #[test]
    fn what_is_sent_arrives() {
        let mut pipe = Vec::new();
        send(&mut pipe, b"one").unwrap();
        send_json(&mut pipe, &["two"]).unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(receive(&mut pipe).unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(receive_json::<Vec<String>>(&mut pipe).unwrap(), Some(vec!["two".to_owned()]));
    }
}
