use msnp::TransactionId;
use msnp::command::msg::Acknowledge;

use super::*;
use crate::delivery::{Deliveries, Receipt, Share};

const HOLD: Duration = Duration::from_secs(25);

struct Peer {
    session: Arc<GatewaySession>,
    tunnel: Arc<Tunnel>,
    nonce: u64,
}

/// A session behind which nobody works anything off.
fn peer() -> Peer {
    let tunnel = Tunnel::new(1000, Duration::from_secs(60), Share::boundless(), Arc::default());
    let (session, nonce) = GatewaySession::new(Arc::clone(&tunnel));
    Peer { session, tunnel, nonce }
}

impl Peer {
    fn ask(
        &self,
        nonce: u64,
        body: &'static str,
        hold: Duration,
    ) -> impl Future<Output = Result<Answer, Denied>> + use<> {
        let session = Arc::clone(&self.session);
        async move { session.exchange(nonce, Bytes::from_static(body.as_bytes()), hold).await }
    }

    /// Asks, which is to work, and goes on with the new number.
    async fn go(&mut self, body: &'static str) -> Bytes {
        let answer = self.ask(self.nonce, body, Duration::ZERO).await.unwrap();
        self.nonce = answer.id.nonce;
        answer.lines
    }

    fn say(&self, line: &'static str) {
        self.tunnel.say(line);
    }
}

async fn yields() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_answer_has_a_new_number_and_only_the_latest_counts() {
    let mut peer = peer();
    let mut seen = vec![peer.nonce];
    for body in ["", "VER", "", "CVR"] {
        peer.go(body).await;
        assert!(!seen.contains(&peer.nonce));
        for stale in &seen {
            for body in ["", "OUT"] {
                let answer = peer.ask(*stale, body, Duration::ZERO).await;
                assert_eq!(answer.unwrap_err(), Denied::Unknown);
            }
        }
        seen.push(peer.nonce);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_request_is_refused_and_the_first_goes_on() {
    let mut peer = peer();
    let first = tokio::spawn(peer.ask(peer.nonce, "", HOLD));
    yields().await;
    for hold in [Duration::ZERO, HOLD] {
        assert_eq!(peer.ask(peer.nonce, "", hold).await.unwrap_err(), Denied::Overlapping);
    }
    peer.say("NLN\r\n");
    let answer = first.await.unwrap().unwrap();
    assert_eq!(answer.lines, "NLN\r\n");
    peer.nonce = answer.id.nonce;
    let first = tokio::spawn(peer.ask(peer.nonce, "CHG", Duration::ZERO));
    yields().await;
    // Its number is used up by the bytes that it brought.
    assert_eq!(peer.ask(peer.nonce, "CHG", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_something_is_said_or_nothing_for_long() {
    let mut peer = peer();
    for line in [Some("NLN\r\n"), None] {
        let started = tokio::time::Instant::now();
        let poll = tokio::spawn(peer.ask(peer.nonce, "", HOLD));
        yields().await;
        if let Some(line) = line {
            peer.say(line);
        }
        let answer = poll.await.unwrap().unwrap();
        assert_eq!(answer.lines, line.unwrap_or_default());
        let waited = if line.is_some() { Duration::ZERO } else { HOLD };
        assert_eq!(started.elapsed(), waited);
        peer.nonce = answer.id.nonce;
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_releases_a_held_poll_and_is_answered_after_it() {
    let mut peer = peer();
    let started = tokio::time::Instant::now();
    let poll = tokio::spawn(peer.ask(peer.nonce, "", HOLD));
    yields().await;
    let send = tokio::spawn(peer.ask(peer.nonce, "CHG", Duration::ZERO));
    let polled = poll.await.unwrap().unwrap();
    assert!(polled.lines.is_empty() && started.elapsed().is_zero());
    yields().await;
    peer.say("CHG\r\n");
    let sent = send.await.unwrap().unwrap();
    assert_eq!(sent.lines, "CHG\r\n");
    for stale in [peer.nonce, polled.id.nonce] {
        for body in ["", "OUT"] {
            let answer = peer.ask(stale, body, Duration::ZERO).await;
            assert_eq!(answer.unwrap_err(), Denied::Unknown);
        }
    }
    peer.nonce = sent.id.nonce;
    peer.go("").await;
}

#[tokio::test(start_paused = true)]
async fn a_send_may_cross_the_answer_of_a_held_poll_once() {
    let mut peer = peer();
    let borne = peer.nonce;
    peer.say("NLN\r\n");
    let polled = peer.ask(borne, "", HOLD).await.unwrap();
    assert_eq!(polled.lines, "NLN\r\n");
    // Another poll may not.
    assert_eq!(peer.ask(borne, "", HOLD).await.unwrap_err(), Denied::Unknown);
    let sent = peer.ask(borne, "CHG", Duration::ZERO).await.unwrap();
    for stale in [borne, polled.id.nonce] {
        assert_eq!(peer.ask(stale, "CHG", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
    }
    peer.nonce = sent.id.nonce;
    // Once the answer's number has been used, the old one is void.
    let polled = peer.ask(peer.nonce, "", HOLD).await.unwrap();
    let next = peer.ask(polled.id.nonce, "", Duration::ZERO).await.unwrap();
    assert_eq!(peer.ask(peer.nonce, "CHG", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
    peer.nonce = next.id.nonce;
    peer.go("").await;
}

#[tokio::test(start_paused = true)]
async fn a_held_poll_whose_client_has_gone_takes_nothing() {
    let mut peer = peer();
    let poll = tokio::spawn(peer.ask(peer.nonce, "", HOLD));
    yields().await;
    poll.abort();
    assert!(poll.await.is_err());
    peer.say("NLN\r\n");
    assert_eq!(peer.go("").await, "NLN\r\n");
}

#[tokio::test(start_paused = true)]
async fn what_was_brought_is_not_brought_again_when_the_answer_is_lost() {
    let peer = peer();
    let send = tokio::spawn(peer.ask(peer.nonce, "MSG", Duration::ZERO));
    yields().await;
    send.abort();
    assert!(send.await.is_err());
    assert_eq!(peer.ask(peer.nonce, "MSG", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
}

#[tokio::test(start_paused = true)]
async fn what_takes_its_time_is_answered_later() {
    let mut peer = peer();
    let started = tokio::time::Instant::now();
    assert!(peer.go("USR").await.is_empty());
    assert_eq!(started.elapsed(), EFFECT);
    peer.say("USR\r\n");
    assert_eq!(peer.go("").await, "USR\r\n");
}

#[tokio::test(start_paused = true)]
async fn the_end_is_told_once_and_then_there_is_no_session() {
    let peer = peer();
    let poll = tokio::spawn(peer.ask(peer.nonce, "", HOLD));
    yields().await;
    peer.say("OUT OTH\r\n");
    peer.tunnel.finish();
    let answer = poll.await.unwrap().unwrap();
    assert!(answer.lines == "OUT OTH\r\n" && answer.last);
    for nonce in [peer.nonce, answer.id.nonce] {
        assert_eq!(peer.ask(nonce, "", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
        assert_eq!(peer.ask(nonce, "OUT", Duration::ZERO).await.unwrap_err(), Denied::Unknown);
    }
}

/// A message from a client of another tunnel, which waits to hear of it.
fn send_counted(from: &Tunnel, to: &Tunnel, number: u32, line: &'static str) {
    let receipt = Receipt::new(from.outbox(), TransactionId(number), Acknowledge::Data, 1);
    Deliveries::new().send_counted(to.outbox(), Bytes::from_static(line.as_bytes()), receipt);
}

#[tokio::test(start_paused = true)]
async fn a_poll_collects_what_senders_send_who_wait_for_each_answer() {
    let (sender, mut peer) = (peer(), peer());
    send_counted(&sender.tunnel, &peer.tunnel, 1, "one\r\n");
    assert!(!sender.tunnel.has_news() && sender.tunnel.awaits());
    let poll = tokio::spawn(peer.ask(peer.nonce, "", Duration::ZERO));
    yields().await;
    // Delivered, and there is room for the next.
    assert!(sender.tunnel.has_news() && !sender.tunnel.awaits() && !poll.is_finished());
    send_counted(&sender.tunnel, &peer.tunnel, 2, "two\r\n");
    yields().await;
    assert!(!sender.tunnel.awaits() && !poll.is_finished());
    let answer = poll.await.unwrap().unwrap();
    assert_eq!(answer.lines, "one\r\ntwo\r\n");
    peer.nonce = answer.id.nonce;
    // The next one is expected; nothing comes within a second.
    let start = tokio::time::Instant::now();
    assert_eq!(peer.go("").await, "");
    assert_eq!(start.elapsed(), LIVELY_HOLD);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let start = tokio::time::Instant::now();
    assert_eq!(peer.go("").await, "");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_was_counted_for_a_client_that_went_away_is_kept() {
    let (sender, mut peer) = (peer(), peer());
    for (number, line) in [(1, "one\r\n"), (2, "two\r\n")] {
        send_counted(&sender.tunnel, &peer.tunnel, number, line);
        let poll = tokio::spawn(peer.ask(peer.nonce, "", Duration::ZERO));
        yields().await;
        assert!(!sender.tunnel.awaits());
        poll.abort();
        assert!(poll.await.unwrap_err().is_cancelled());
    }
    assert_eq!(peer.go("").await, "one\r\ntwo\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_the_delivery_of_what_it_brought() {
    let (sender, mut peer) = (peer(), peer());
    // Nobody works off what is brought: that is a second of its own.
    send_counted(&sender.tunnel, &peer.tunnel, 1, "one\r\n");
    let send = tokio::spawn(sender.ask(sender.nonce, "MSG", Duration::ZERO));
    tokio::time::sleep(EFFECT + DELIVERY / 2).await;
    assert!(!send.is_finished());
    let start = tokio::time::Instant::now();
    let polled = peer.go("").await;
    assert_eq!(polled, "one\r\n");
    assert_eq!(send.await.unwrap().unwrap().lines, "ACK 1\r\n");
    assert_eq!(start.elapsed(), NEXT);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_to_hear_of_is_answered_at_once() {
    let mut peer = peer();
    let start = tokio::time::Instant::now();
    peer.say("NLN\r\n");
    assert_eq!(peer.go("").await, "NLN\r\n");
    assert_eq!(peer.go("").await, "");
    assert_eq!(start.elapsed(), Duration::ZERO);
}
