use std::future::poll_fn;

use super::*;
use crate::delivery::Receipt;
use msnp::TransactionId;
use msnp::command::msg::Acknowledge;

const IDLE: Duration = Duration::from_secs(60);

fn tunnel(limit: usize) -> (Arc<Tunnel>, Inlet) {
    let tunnel = Tunnel::new(limit, IDLE, Share::boundless(), Arc::default());
    let inlet = Inlet(Arc::clone(&tunnel));
    (tunnel, inlet)
}

fn taken(tunnel: &Tunnel, most: usize) -> (String, bool) {
    let Taken { lines, last } = tunnel.take(most).expect("it has not ended");
    (String::from_utf8(lines.to_vec()).unwrap(), last)
}

#[tokio::test]
async fn lines_wait_until_they_are_taken() {
    let (tunnel, _inlet) = tunnel(1000);
    assert!(!tunnel.has_news());
    assert_eq!(taken(&tunnel, 100), (String::new(), false));
    tunnel.say("one\r\n");
    tunnel.say("two\r\n");
    assert!(tunnel.has_news());
    tunnel.news().await;
    assert_eq!(taken(&tunnel, 100), ("one\r\ntwo\r\n".into(), false));
    assert!(!tunnel.has_news());
}

#[tokio::test]
async fn an_answer_has_not_too_much() {
    let (tunnel, _inlet) = tunnel(1000);
    for line in ["12\r\n34\r\n5678901\r\n", "1\r\n", "2\r\n", "3\r\n"] {
        tunnel.say(line);
    }
    // Something long is cut at the end of a line, if it has one within.
    for portion in ["12\r\n", "34\r\n", "567890", "1\r\n1\r\n", "2\r\n3\r\n", ""] {
        assert_eq!(taken(&tunnel, 6).0, portion);
    }
}

#[tokio::test]
async fn the_end_is_told_with_the_last_lines() {
    let (tunnel, inlet) = tunnel(1000);
    tunnel.say("OUT OTH\r\n");
    tunnel.say("more\r\n");
    tunnel.finish();
    assert!(tunnel.outbox().outlook().is_over && !tunnel.outbox().has_ended());
    tunnel.say("too late\r\n");
    assert_eq!(taken(&tunnel, 10), ("OUT OTH\r\n".into(), false));
    assert_eq!(taken(&tunnel, 10), ("more\r\n".into(), true));
    assert!(tunnel.take(10).is_none());
    inlet.linger().await;
}

#[tokio::test]
async fn an_end_without_a_word_is_told_too() {
    let (tunnel, _inlet) = tunnel(1000);
    tunnel.finish();
    tunnel.news().await;
    assert_eq!(taken(&tunnel, 10), (String::new(), true));
    assert!(tunnel.take(10).is_none());
}

#[tokio::test]
async fn a_client_that_lets_too_much_wait_is_dropped() {
    let (tunnel, _inlet) = tunnel(8);
    tunnel.say("12345\r\n");
    tunnel.say("6\r\n");
    assert!(tunnel.take(100).is_none());
}

#[tokio::test]
async fn a_client_that_brings_too_much_is_dropped() {
    let (tunnel, _inlet) = tunnel(8);
    let chunk = Bytes::from(vec![b'x'; INBOUND_BYTES / 4]);
    for _ in 0..4 {
        tunnel.bring(chunk.clone());
    }
    assert!(!tunnel.is_processed());
    tunnel.bring(chunk);
    assert!(tunnel.take(100).is_none() && tunnel.is_processed());
}

#[tokio::test]
async fn what_is_brought_is_processed_when_its_effect_is_there() {
    let (tunnel, inlet) = tunnel(1000);
    let mut buffer = BytesMut::new();
    assert!(
        tunnel.is_processed()
            && poll_fn(|context| Poll::Ready(inlet.poll_read(context, &mut buffer))).await.is_pending()
    );
    tunnel.bring(Bytes::from_static(b"VER 1 MS"));
    tunnel.bring(Bytes::from_static(b"NP9\r\n"));
    poll_fn(|context| inlet.poll_readable(context)).await;
    assert!(!tunnel.is_processed());
    assert_eq!(poll_fn(|context| inlet.poll_read(context, &mut buffer)).await, 13);
    assert_eq!(&buffer[..], b"VER 1 MSNP9\r\n");
    assert!(!tunnel.is_processed());
    inlet.processed();
    tunnel.news().await;
    assert!(tunnel.is_processed());
}

#[tokio::test]
async fn a_message_counts_as_delivered_when_it_is_taken() {
    for (end, answer) in [(false, "ACK 7\r\n"), (true, "NAK 7\r\n")] {
        let (sender, _sender_inlet) = tunnel(1000);
        let (recipient, inlet) = tunnel(1000);
        let receipt = Receipt::new(sender.outbox(), TransactionId(7), Acknowledge::Always, 1);
        Deliveries::new().send_counted(recipient.outbox(), Bytes::from_static(b"MSG\r\n"), receipt);
        assert!(!sender.has_news());
        if end {
            drop(inlet);
            assert!(recipient.take(100).is_none());
        } else {
            recipient.take(100).unwrap();
        }
        assert_eq!(taken(&sender, 100).0, answer);
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_nothing_is_gone() {
    let (tunnel, inlet) = tunnel(1000);
    let start = Instant::now();
    assert_eq!(inlet.expires(), start + IDLE);
    tunnel.attend(true);
    tokio::time::advance(IDLE * 2).await;
    // A client that is being answered is there.
    assert_eq!(inlet.expires(), Instant::now() + IDLE);
    tunnel.attend(false);
    assert_eq!(inlet.expires(), Instant::now() + IDLE);
    // Nobody takes the last words.
    tunnel.say("OUT\r\n");
    tunnel.finish();
    let closed = Instant::now();
    inlet.linger().await;
    assert_eq!(Instant::now(), closed + IDLE);
    drop(inlet);
    assert!(tunnel.take(100).is_none());
}
