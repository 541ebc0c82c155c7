//! What is on the wire: a listener of each protocol gets every record of a story, and a refusal is an error.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use demo::{Channel, SendError, Story, Targets, send, send_over};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

type Bodies = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// One request: its head and its body.
async fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap();
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if bytes.len() >= end + 4 + length.parse::<usize>().unwrap() {
                return (head, bytes.split_off(end + 4));
            }
        }
        assert!(read > 0, "the request is cut short");
    }
}

/// A server that takes everything, or says that it did not take one item.
async fn http(takes: bool) -> (SocketAddr, Bodies) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bodies = Bodies::default();
    let seen = bodies.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (head, body) = request(&mut stream).await;
            let lines = body.iter().filter(|byte| **byte == b'\n').count();
            let answer = if head.starts_with("post /_bulk ") {
                json!({"errors": !takes, "items": vec![json!({}); lines / 2]})
            } else {
                json!({"received": lines, "stored": lines})
            };
            seen.lock().unwrap().push((head, body));
            let answer = answer.to_string();
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
            stream.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
        }
    });
    (address, bodies)
}

fn story() -> Story {
    // The program's `main` does this for every connection that it makes; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Story::new(11, model::Timestamp::parse("2026-03-12T00:00:00Z").unwrap())
}

fn records(story: &Story, channel: Channel) -> Vec<&[u8]> {
    story.events.iter().filter(|event| event.channel == channel).map(|event| event.bytes.as_slice()).collect()
}

#[tokio::test]
async fn every_record_arrives_in_the_framing_of_its_channel() {
    let story = story();
    let (http, bodies) = http(true).await;
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (syslog_tcp, syslog_udp) = (tcp.local_addr().unwrap(), udp.local_addr().unwrap());
    let streams = tokio::spawn(async move {
        let mut both = Vec::new();
        for _ in 0..2 {
            let mut bytes = Vec::new();
            tcp.accept().await.unwrap().0.read_to_end(&mut bytes).await.unwrap();
            both.push(bytes);
        }
        both
    });
    let lines = records(&story, Channel::LinuxAuth).len();
    let datagrams = tokio::spawn(async move {
        let mut all = Vec::new();
        for _ in 0..lines {
            let mut buffer = vec![0; 2_048];
            let length = udp.recv(&mut buffer).await.unwrap();
            all.push(buffer[..length].to_vec());
        }
        all
    });
    let report = send(&story, &Targets { http, token: "t0ken".into(), syslog_udp, syslog_tcp }).await.unwrap();
    assert_eq!(report.acknowledged + report.unacknowledged, story.events.len());
    assert_eq!(datagrams.await.unwrap(), records(&story, Channel::LinuxAuth));
    let streams = streams.await.unwrap();
    let counted: Vec<u8> = records(&story, Channel::Firewall)
        .iter()
        .flat_map(|record| [format!("{} ", record.len()).as_bytes(), record].concat())
        .collect();
    assert_eq!(streams[0], counted);
    let lines: Vec<u8> =
        records(&story, Channel::Dns).iter().flat_map(|record| [record, &b"\n"[..]].concat()).collect();
    assert_eq!(streams[1], lines);
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies.len(), report.requests);
    assert!(bodies.iter().all(|(head, _)| head.contains("authorization: bearer t0ken")));
    let sent = |path: &str| {
        let of_path = bodies.iter().filter(|(head, _)| head.starts_with(&format!("post {path} ")));
        of_path.flat_map(|(_, body)| body.iter().copied()).collect::<Vec<u8>>()
    };
    for (channel, source) in [(Channel::Proxy, "proxy"), (Channel::MailGateway, "mail-gateway")] {
        let expected: Vec<u8> =
            records(&story, channel).iter().flat_map(|record| [record, &b"\n"[..]].concat()).collect();
        assert_eq!(sent(&format!("/api/v1/ingest?source={source}")), expected);
    }
    let bulk = sent("/_bulk");
    let documents: Vec<&[u8]> = bulk.split(|byte| *byte == b'\n').skip(1).step_by(2).collect();
    assert_eq!(documents, records(&story, Channel::Windows));
}

#[tokio::test]
async fn a_bulk_answer_with_errors_is_an_error() {
    let (http, _) = http(false).await;
    let nowhere: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let targets = Targets { http, token: String::new(), syslog_udp: nowhere, syslog_tcp: nowhere };
    let error = send(&story(), &targets).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { path: "/_bulk", .. }), "{error}");
}

#[tokio::test]
async fn a_story_that_takes_its_time_arrives_whole() {
    let (story, (http, _)) = (story(), http(true).await);
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let targets = Targets {
        http,
        token: String::new(),
        syslog_udp: udp.local_addr().unwrap(),
        syslog_tcp: tcp.local_addr().unwrap(),
    };
    tokio::spawn(async move {
        loop {
            let mut stream = tcp.accept().await.unwrap().0;
            stream.read_to_end(&mut Vec::new()).await.unwrap();
        }
    });
    let time = std::time::Duration::from_millis(1_000);
    let began = std::time::Instant::now();
    let report = send_over(&story, &targets, time).await.unwrap();
    assert_eq!(report.acknowledged + report.unacknowledged, story.events.len());
    assert_eq!(report.bytes, story.events.iter().map(|event| event.bytes.len()).sum::<usize>());
    assert!(began.elapsed() >= time * 3 / 4, "{:?}", began.elapsed());
}
