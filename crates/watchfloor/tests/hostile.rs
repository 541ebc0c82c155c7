//! Inputs that would take the service down or lose other people's records: the real binary lives, and every count closes.
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

mod floor;
mod process;

use floor::Floor;
use process::Client;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// `received = stored + rejected + quarantined + dropped`, and those by name.
fn closes(floor: &Floor, stored: u64, rejected: u64, quarantined: u64, dropped: u64) {
    let counts = floor.metrics();
    let of = |name: &str| counts[&format!("watchfloor_ingest_{name}_total")];
    assert_eq!([of("stored"), of("rejected"), of("quarantined"), of("dropped")], [stored, rejected, quarantined, dropped]);
    assert_eq!(of("received"), stored + rejected + quarantined + dropped);
    assert_eq!(of("sent"), of("received") + of("repeated") + of("refused"));
}

fn stored(floor: &Floor) -> u64 {
    floor.metrics()["watchfloor_ingest_stored_total"]
}

/// True once the other side has closed.
fn closed(stream: &mut TcpStream) -> bool {
    !matches!(stream.read(&mut [0; 1]), Ok(1..))
}

#[test]
fn a_log_that_takes_nothing_is_said_and_syslog_waits_for_it() {
    let floor = Floor::start(&[], None);
    let ingest = floor.token("ingest");
    let ready = || floor.call("GET", "/readyz", None);
    floor.post_text(&ingest, "/api/v1/ingest?source=a", "{\"message\":\"first\"}\n", &[]);
    assert_eq!(ready().0, 200);

    // A lake whose folder is away cannot say how full its disk is, and so takes nothing; nothing is damaged by it.
    let (lake, aside) = (floor.data().join("lake"), floor.data().join("aside"));
    std::fs::rename(&lake, &aside).unwrap();
    floor.wait_for(|| {
        let (status, said) = ready();
        (status == 503 && said["code"] == "ingest.log").then_some(())
    });
    let (status, answer) = floor.try_post_text(&ingest, "/api/v1/ingest?source=a", "{\"message\":\"second\"}\n", &[]);
    assert_eq!((status, answer["code"].as_str()), (503, Some("ingest.log")));
    let mut tcp = TcpStream::connect(floor.syslog_tcp).unwrap();
    for n in 0..500 {
        writeln!(tcp, "<13>Mar 12 08:41:12 fw-edge-01 app: line {n}").unwrap();
    }
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..3 {
        udp.send_to(b"<13>Mar 12 08:41:12 fw-edge-02 app: lost", floor.syslog_udp).unwrap();
    }
    floor.wait_for(|| (floor.metrics()["watchfloor_ingest_dropped_total"] == 3).then_some(()));
    closes(&floor, 1, 0, 0, 3);
    assert_eq!(floor.metrics()["watchfloor_ingest_refused_total"], 1, "only who was told counts as refused");

    std::fs::rename(&aside, &lake).unwrap();
    floor.wait_for(|| (stored(&floor) == 501).then_some(()));
    floor.wait_for(|| (ready().0 == 200).then_some(()));
    closes(&floor, 501, 0, 0, 3);
    let analyst = floor.token("analyst");
    floor.wait_for(|| {
        let sources = floor.get(&analyst, "/api/v1/sources");
        let of = |name: &str| sources["items"].as_array().unwrap().iter().find(|source| source["name"] == name).cloned();
        let (waited, lost) = (of("syslog/fw-edge-01")?, of("syslog/fw-edge-02")?);
        (waited["events"] == 500 && waited["dropped"] == 0 && lost["dropped"] == 3).then_some(())
    });
}

#[test]
fn a_message_over_tcp_cannot_take_the_records_behind_it_along() {
    let floor = Floor::start(&[], None);
    let mut relay = TcpStream::connect(floor.syslog_tcp).unwrap();
    relay.write_all(b"<13>Mar 12 08:41:12 web app: GET /\n1000000 x\n").unwrap();
    for n in 0..20 {
        writeln!(relay, "<13>Mar 12 08:41:12 fw-edge-01 app: line {n}").unwrap();
    }
    floor.wait_for(|| (stored(&floor) == 22).then_some(()));
    closes(&floor, 22, 0, 0, 0);
}

#[test]
fn long_records_over_tcp_are_cut_and_flagged_or_refused() {
    let floor = Floor::start(&[], None);
    let mut line = TcpStream::connect(floor.syslog_tcp).unwrap();
    line.write_all(&[b"<13>Mar 12 08:41:12 web app: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat()).unwrap();
    floor.wait_for(|| (stored(&floor) == 2).then_some(()));
    assert!(floor.metrics()["watchfloor_ingest_flagged_total"] >= 1);
    let mut counted = TcpStream::connect(floor.syslog_tcp).unwrap();
    counted.write_all(b"1048577 <13>Mar 12 08:41:12 web app: x").unwrap();
    assert!(closed(&mut counted));
    floor.wait_for(|| (floor.metrics()["watchfloor_ingest_rejected_total"] == 1).then_some(()));
    closes(&floor, 2, 1, 0, 0);
}

#[test]
fn one_address_has_no_more_than_its_share_of_connections() {
    let floor = Floor::start(&[], None);
    let mut open: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(floor.syslog_tcp).unwrap()).collect();
    let mut more = TcpStream::connect(floor.syslog_tcp).unwrap();
    assert!(closed(&mut more));
    for stream in &mut open {
        stream.write_all(b"<13>Mar 12 08:41:12 web app: still heard\n").unwrap();
    }
    floor.wait_for(|| (stored(&floor) == 64).then_some(()));
}

#[test]
fn small_bodies_that_unfold_are_refused_and_the_rest_is_answered() {
    let floor = Floor::start(&[], None);
    let mut client = Client::new(&format!("http://{}", floor.address()));
    client.headers = vec![("authorization", format!("Bearer {}", floor.token("ingest")))];
    let send = |path: &str, body: Vec<u8>| {
        let request = client.request("POST", path, None).header("content-encoding", "gzip").body(body);
        client.send(request).unwrap()
    };
    let lines = gzip(&b"a\n".repeat(20 << 20));
    assert!(lines.len() < 100_000);
    assert_eq!(send("/api/v1/ingest?source=a", lines).fault(), (413, "ingest.too_large".to_owned()));
    assert_eq!(send("/_bulk", gzip(&b"{\"index\":{}}\n\n".repeat(1 << 20))).status, 413);
    let indices: String = (0..100_000).map(|n| format!("{{\"create\":{{\"_index\":\"i{n}\"}}}}\n{{}}\n")).collect();
    assert_eq!(send("/_bulk", gzip(indices.as_bytes())).status, 400);
    assert_eq!(floor.call("GET", "/healthz", None).0, 200);
    closes(&floor, 0, 0, 0, 0);
}
