//! A sender that costs little: HTTP/1.1 and syslog on plain sockets, with bodies that were built before.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that is kept open.
pub struct Http {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Http {
    pub fn connect(to: SocketAddr, token: &str) -> Http {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_nodelay(true).unwrap();
        Http { stream: BufReader::new(stream), head: format!("Host: {to}\r\nAuthorization: Bearer {token}\r\n") }
    }

    fn send(&mut self, method: &str, target: &str, body: &[u8]) {
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\n{}Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n", self.head);
        self.stream.get_mut().write_all(head.as_bytes()).unwrap();
        self.stream.get_mut().write_all(body).unwrap();
    }

    /// Status and, if it is told, length of the body.
    fn head(&mut self) -> (u16, Option<usize>) {
        let (mut status, mut length) = (0, None);
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).unwrap() > 0, "the connection was closed");
            let line = line.trim_end();
            if line.is_empty() {
                return (status, length);
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse().unwrap());
            }
        }
    }

    fn call(&mut self, method: &str, target: &str, body: &[u8]) -> (u16, Vec<u8>) {
        self.send(method, target, body);
        let (status, length) = self.head();
        let mut answer = vec![0; length.expect("an answer of known length")];
        self.stream.read_exact(&mut answer).unwrap();
        (status, answer)
    }

    /// Sends until it is taken: a full queue says so and is asked again.
    pub fn post(&mut self, target: &str, body: &[u8]) -> Vec<u8> {
        loop {
            match self.call("POST", target, body) {
                (200, answer) => return answer,
                (429, _) => std::thread::sleep(Duration::from_millis(5)),
                (status, answer) => panic!("{target}: {status} {}", String::from_utf8_lossy(&answer)),
            }
        }
    }

    pub fn get(&mut self, target: &str) -> Vec<u8> {
        let (status, answer) = self.call("GET", target, b"");
        assert_eq!(status, 200, "{target}: {}", String::from_utf8_lossy(&answer));
        answer
    }

    /// The lines of the live feed, as they come.
    pub fn live(mut self) -> impl Iterator<Item = String> {
        self.send("GET", "/api/v1/live", b"");
        assert_eq!(self.head().0, 200);
        self.stream.lines().map_while(Result::ok)
    }
}

/// Sends records by syslog with octet counting and closes.
pub fn syslog(to: SocketAddr, framed: &[u8]) {
    TcpStream::connect(to).unwrap().write_all(framed).unwrap();
}

/// A text as part of an address.
pub fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
