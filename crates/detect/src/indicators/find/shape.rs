//! What a value looks like, in one pass over its bytes that ends at the first which says "nothing of ours".

use super::super::value::Kind;

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// None of the below.
    Nothing,
    /// An IPv4 or IPv6 address.
    Address,
    /// So many hexadecimal digits.
    Hash(Kind),
    /// A name with a dot in it.
    Name,
    /// A name or an IPv4 address up to here, then a colon and a port.
    NamePort(usize),
    /// A mail address.
    Mail,
    /// A URL, with or without a scheme.
    Url,
    /// `MD5=…,SHA256=…`.
    Hashes,
}

/// Bytes of `2::`; what is shorter is none of ours.
const SHORTEST: usize = 3;

const DIGIT: u8 = 1;
const HEX: u8 = 2;
const NAME: u8 = 4;
const COLON: u8 = 8;
const DOT: u8 = 16;
const LOCAL: u8 = 32;

/// What each byte may be part of.
const CLASS: [u8; 256] = {
    let mut class = [0_u8; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT | HEX | NAME,
            b'a'..=b'f' | b'A'..=b'F' => HEX | NAME,
            b'g'..=b'z' | b'G'..=b'Z' | b'-' | b'_' => NAME,
            b'.' => DOT | NAME,
            b':' => COLON,
            b'=' | b'%' | b'^' | b'{' | b'}' | b'|' | b'`' | b'+' | b'!' | b'#' | b'$' | b'&' | b'\'' | b'*' | b'~' => LOCAL,
            // A name in another script.
            0x80.. => NAME,
            _ => 0,
        };
        byte += 1;
    }
    class
};

pub(super) fn shape(text: &[u8]) -> Shape {
    if text.len() < SHORTEST {
        return Shape::Nothing;
    }
    let (mut seen, mut every) = (0_u8, u8::MAX);
    for (at, byte) in text.iter().enumerate() {
        let class = CLASS.get(usize::from(*byte)).copied().unwrap_or(0);
        if class & (NAME | COLON) == 0
            || (class == COLON && seen & !(HEX | DIGIT | NAME | COLON | DOT) == 0 && not_v6(text, at))
        {
            return at_break(text, at, *byte, seen);
        }
        seen |= class;
        // Dots and colons part what they stand in.
        every &= if class & (DOT | COLON) != 0 { u8::MAX } else { class };
    }
    if seen & COLON != 0 {
        return if every & HEX != 0 { Shape::Address } else { Shape::Nothing };
    }
    if seen & DOT == 0 {
        let kind = if every & HEX != 0 { Kind::of_digits(text.len()) } else { None };
        return kind.map_or(Shape::Nothing, Shape::Hash);
    }
    if every & DIGIT != 0 { Shape::Address } else { Shape::Name }
}

/// Whether the colon at this place stands in no IPv6 address.
fn not_v6(text: &[u8], at: usize) -> bool {
    let slashes = text.get(at + 1..at + 3) == Some(b"//");
    let first = |before: &[u8]| !before.contains(&b':') && (before.len() > 4 || before.contains(&b'.'));
    slashes || text.get(..at).is_some_and(first)
}

/// What the text is, whose first unusual byte stands at this place.
fn at_break(text: &[u8], at: usize, byte: u8, seen: u8) -> Shape {
    let rest = text.get(at + 1..).unwrap_or_default();
    match byte {
        b':' if rest.starts_with(b"//") && at >= 2 => Shape::Url,
        b':' if seen & DOT != 0 => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            match rest.get(digits) {
                None if (1..=5).contains(&digits) => Shape::NamePort(at),
                Some(b'/') if (1..=5).contains(&digits) => Shape::Url,
                _ => Shape::Nothing,
            }
        }
        b'/' | b'?' if seen & DOT != 0 && at > 3 => Shape::Url,
        b'@' if at > 0 => mail(rest),
        b'=' if is_algorithm(text.get(..at).unwrap_or_default()) => Shape::Hashes,
        b'%' if seen & COLON != 0 => Shape::Address,
        b'[' if at == 0 && seen == 0 => bracketed(rest),
        _ if CLASS.get(usize::from(byte)).is_some_and(|class| *class == LOCAL) => {
            // A mail address may have these before its sign.
            let local = rest
                .iter()
                .position(|byte| CLASS.get(usize::from(*byte)).is_none_or(|class| class & (NAME | LOCAL) == 0));
            match local.and_then(|end| rest.get(end..)).and_then(<[u8]>::split_first) {
                Some((b'@', host)) => mail(host),
                _ => Shape::Nothing,
            }
        }
        _ => Shape::Nothing,
    }
}

fn mail(host: &[u8]) -> Shape {
    let name = host.iter().all(|byte| CLASS.get(usize::from(*byte)).is_some_and(|class| class & NAME != 0));
    if name && host.contains(&b'.') { Shape::Mail } else { Shape::Nothing }
}

/// `[2001:db8::1]:443`.
fn bracketed(rest: &[u8]) -> Shape {
    let inner = rest.iter().take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')).count();
    if rest.get(inner) == Some(&b']') && inner > 2 { Shape::NamePort(inner + 2) } else { Shape::Nothing }
}

fn is_algorithm(name: &[u8]) -> bool {
    [&b"MD5"[..], b"SHA1", b"SHA256", b"SHA512", b"IMPHASH"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_for_what_it_looks_like() {
        let check = |text: &str, expected: Shape| assert_eq!(shape(text.as_bytes()), expected, "{text}");
        check("192.0.2.7", Shape::Address);
        check("2001:db8::7", Shape::Address);
        check("::ffff:192.0.2.7", Shape::Address);
        check("fe80::1%eth0", Shape::Address);
        check("2001:0db8:0000:0000:0000:0000:0000:0007", Shape::Address);
        check("192.0.2.7:8080", Shape::NamePort(9));
        check("evil.example:8080", Shape::NamePort(12));
        check("t.co:443", Shape::NamePort(4));
        check("[2001:db8::7]:443", Shape::NamePort(13));
        check("a.evil.example", Shape::Name);
        check("bücher.example", Shape::Name);
        check("evil.example/gate", Shape::Url);
        check("evil.example:81/gate", Shape::Url);
        check("http://evil.example/gate", Shape::Url);
        check("tcp://192.0.2.7:1", Shape::Url);
        check("eve@evil.example", Shape::Mail);
        check("eve+x@evil.example", Shape::Mail);
        check("SRS0=x=1=evil.example=eve@evil.example", Shape::Mail);
        check("eve@host", Shape::Nothing);
        check("2::", Shape::Address);
        check("d41d8cd98f00b204e9800998ecf8427e", Shape::Hash(Kind::Md5));
        check(&"A1".repeat(32), Shape::Hash(Kind::Sha256));
        check(&"a1".repeat(15), Shape::Nothing);
        check("SHA1=AA,MD5=BB", Shape::Hashes);
        check("ABC=1.2", Shape::Nothing);
        check(r"C:\Windows\System32\cmd.exe", Shape::Nothing);
        check("{00000000-0000-0000-0000-000000000000}", Shape::Nothing);
        check("2026-03-12 08:53:06.412", Shape::Nothing);
        check("2026-03-12T08:53:06.412Z", Shape::Nothing);
        check("WORKSTATION5", Shape::Nothing);
        check("S-1-5-21-1-2-3-500", Shape::Nothing);
        check("/var/log/a.b", Shape::Nothing);
        check("4688", Shape::Nothing);
        check("", Shape::Nothing);
        check("x:b", Shape::Nothing);
        check("12:34:56", Shape::Address); // no address, which the parser says
    }
}
