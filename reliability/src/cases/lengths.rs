//! Lengths of every kind: of payloads at both servers, of bodies at HTTP and at the gateway, of questions at DNS.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use msnp_testkit::{Sb, Wire, person};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::doors::{connect_from, stranger, until_closed};
use crate::ground::{Arena, Setup};
use crate::report::Report;
use crate::stage::Stage;

/// The longest payload of a client (HYP, *Switchboard Messages*).
const MOST: usize = 1664;
/// A client that announces more than it sends is disconnected within the time for an unfinished command.
const PATIENCE: Duration = Duration::from_secs(90);
/// Commands with a payload, each with every length below and with three that fit.
const HEADS: usize = 5;
const LIARS: usize = HEADS * (IMPOSSIBLE.len() + 3);
/// Lengths that are no lengths.
const IMPOSSIBLE: [&str; 14] = [
    "1665",
    "65536",
    "2147483648",
    "4294967296",
    "4294967300",
    "18446744073709551615",
    "18446744073709551617",
    "99999999999999999999999999999999",
    "-1",
    "+5",
    "1e3",
    "0x10",
    "five",
    "",
];

pub async fn run(arena: &Arena) -> Result<Report> {
    let mut setup = Setup::default().set("TIMEOUTS_UNFINISHED", arena.pick(5, 60));
    for number in 0..LIARS {
        setup.population.add(person(&format!("liar{number}")));
    }
    for number in 0..IMPOSSIBLE.len() {
        setup.population.add(person(&format!("talker{number}")));
    }
    setup.population.add(person("witness"));
    let mut stage = Stage::set(arena, setup).await?;
    // At once: most of these wait for the time limit of an unfinished command.
    let (mut tried, http, dns) = tokio::join!(notification(&stage), http(&stage), dns(&stage));
    tried += http? + dns?;
    tried += switchboard(&stage).await;
    stage.done(format!("{tried} lengths"));
    Ok(stage.judge().await)
}

/// Every verb with a payload, and two that clients do not have (`UUX`, `NOT`).
async fn notification(stage: &Stage) -> usize {
    let heads = |length: &str| -> [String; HEADS] {
        [
            format!("QRY 5 msmsgs@msnmsgr.com {length}"),
            format!("SDC 5 new@example.org 0x409 MSMSGS MSMSGS X X Al {length}"),
            format!("PGD 5 witness@example.com 1 {length}"),
            format!("UUX 5 {length}"),
            format!("NOT {length}"),
        ]
    };
    let mut tries = JoinSet::new();
    let mut add = |head: String, rest: Vec<u8>| {
        // Each has an account of its own: another sign-in would end the one before.
        let (msnp, people) = (stage.program.doors.msnp, Arc::clone(&stage.people));
        let handle = person(&format!("liar{}", tries.len()));
        tries.spawn(async move {
            let mut ns = people.sign_in(msnp, &handle, 9).await;
            ns.send_raw(&[format!("{head}\r\n").as_bytes(), &rest].concat()).await;
            // An error may come before the end.
            until_ended(ns.wire).await;
        });
    };
    for length in IMPOSSIBLE {
        heads(length).into_iter().for_each(|head| add(head, vec![b'x'; 5]));
    }
    for length in [0, 1, MOST] {
        // A payload of a fit length is read to its end, and the next command is understood or the connection has ended for
        // what the payload says.
        let rest = [vec![b'x'; length], b"OUT\r\n".to_vec()].concat();
        heads(&length.to_string()).into_iter().for_each(|head| add(head, rest.clone()));
    }
    let tried = tries.len();
    tries.join_all().await;
    tried
}

async fn switchboard(stage: &Stage) -> usize {
    let doors = stage.program.doors;
    let mut witness = stage.people.online(doors.msnp, &person("witness")).await;
    let mut tried = 0;
    for (number, length) in IMPOSSIBLE.iter().enumerate() {
        let liar = person(&format!("talker{number}"));
        let mut liar = stage.people.online(doors.msnp, &liar).await;
        let mut seat = Sb::open(&mut liar).await;
        let mut guest = seat.invite(&mut witness).await;
        // The longest and the shortest go through, with zeros before the number as well.
        for (head, length) in
            [(format!("MSG 5 A {MOST}"), MOST), ("MSG 6 A 0".into(), 0), ("MSG 7 A 0003".into(), 3)]
        {
            seat.send_with(&head, &vec![b'y'; length]).await;
            let line = seat.line().await;
            assert!(line.starts_with("ACK "), "{head}: {line}");
            assert_eq!(guest.receive(&liar.handle).await.len(), length);
            tried += 1;
        }
        seat.send_raw(format!("MSG 8 A {length}\r\nhello").as_bytes()).await;
        // Nothing of it reaches anybody: the liar has left.
        guest.expect(&format!("BYE {}", liar.handle)).await;
        seat.closed().await;
        tried += 1;
    }
    tried
}

async fn until_ended(wire: Wire) {
    let mut stream = wire.into_stream();
    let ended = until_closed(&mut stream, PATIENCE).await;
    assert!(ended.is_ok(), "{ended:?}");
}

/// Lengths of bodies, at the login of the pages and at the gateway.
async fn http(stage: &Stage) -> Result<usize> {
    let more =
        ["65537", "1048577", "0, 5", "5, 5", "5\r\nContent-Length: 6", "5\r\nTransfer-Encoding: chunked"];
    let chunks =
        ["ffffffffffffffff\r\n", "-1\r\n", "10000000000000000\r\n", "5;x\r\nhello\r\nfffffff\r\n", "\r\n"];
    let mut waiting = JoinSet::new();
    for path in ["/login", "/gateway/gateway.dll?Action=open&Server=NS&IP=messenger.hotmail.com", "/RST.srf"]
    {
        let lengths =
            IMPOSSIBLE.iter().chain(&more).map(|length| format!("Content-Length: {length}\r\n\r\nhello"));
        let chunked = chunks.iter().map(|chunk| format!("Transfer-Encoding: chunked\r\n\r\n{chunk}"));
        for rest in lengths.chain(chunked) {
            let mut stream = connect_from(stranger(waiting.len()), stage.program.doors.http).await?;
            let request = format!("POST {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n{rest}");
            stream.write_all(request.as_bytes()).await?;
            waiting.spawn(async move {
                let answer = until_closed(&mut stream, PATIENCE).await?;
                ensure!(!answer.starts_with(b"HTTP/1.1 500"), "500 for {rest:?}");
                Ok(())
            });
        }
    }
    let tried = waiting.len();
    waiting.join_all().await.into_iter().collect::<Result<()>>()?;
    Ok(tried)
}

/// Lengths of questions by TCP, and of names within them.
async fn dns(stage: &Stage) -> Result<usize> {
    let questions: [&[u8]; 7] = [
        b"\x00\x00",
        b"\x00\x01\x00",
        b"\xff\xff\x12\x34\x01\x00\x00\x01",
        b"\x00\x0c\x12\x34\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff",
        // A name that goes on after the end, and one that points at itself.
        b"\x00\x0e\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3fa",
        b"\x00\x12\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01",
        b"\x00\x12\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xff\xff\x00\x01\x00\x01",
    ];
    let mut waiting = JoinSet::new();
    for (number, question) in questions.into_iter().enumerate() {
        let mut stream = connect_from(stranger(number), stage.program.doors.dns).await?;
        stream.write_all(question).await?;
        waiting.spawn(async move { until_closed(&mut stream, PATIENCE).await });
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
        socket.send_to(&question[2..], stage.program.doors.dns).await?;
    }
    let tried = 2 * questions.len();
    for closed in waiting.join_all().await {
        closed?;
    }
    // Datagrams have no end that could be waited for; the next question is answered.
    sleep(Duration::from_millis(100)).await;
    Ok(tried)
}
