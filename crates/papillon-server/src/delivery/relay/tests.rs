use std::future::poll_fn;
use std::task::Poll;

use bytes::BytesMut;
use msnp::TransactionId;
use msnp::command::msg::{Acknowledge, RequestRef};
use msnp::{FriendlyName, Handle};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::counts::Loss;
use crate::delivery::{Outlook, Share};

const LIMIT: usize = 64 << 20;
/// Of the tests in which it is reached.
const LITTLE: usize = 1 << 20;

/// A client, and the service's side of its connection.
struct Client {
    outbox: Arc<Outbox>,
    socket: TcpStream,
}

impl Client {
    async fn connect() -> Self {
        Self::with_limit(LIMIT).await
    }

    /// Whose outbox holds so many bytes.
    async fn with_limit(limit: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (socket, accepted) =
            tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let stream = accepted.unwrap().0;
        // Little fits into it, so that messages of a few KiB wait.
        socket2::SockRef::from(&stream).set_send_buffer_size(4 << 10).unwrap();
        let (_, writer) = stream.into_split();
        let outbox = Arc::new(Outbox::new(writer, limit, Share::boundless(), Arc::default()));
        Self { outbox, socket: socket.unwrap() }
    }

    /// Reads so many bytes, while the connection's own task goes on writing what waits.
    async fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let outbox = Arc::clone(&self.outbox);
        let mut read = std::pin::pin!(self.socket.read_exact(&mut bytes));
        poll_fn(|context| {
            while outbox.poll_outlook(context).0.stalled.is_some() && outbox.poll_writable(context).is_ready()
            {
                Deliveries::new().resume(&outbox);
            }
            read.as_mut().poll(context)
        })
        .await
        .unwrap();
        bytes
    }

    /// Whether something was sent that the client has not read.
    async fn has_unread(&self) -> bool {
        let ready = poll_fn(|context| Poll::Ready(self.socket.poll_read_ready(context).is_ready())).await;
        ready && self.socket.try_read(&mut [0; 1]).is_ok_and(|read| read > 0)
    }
}

fn envelope() -> msg::Envelope {
    msg::Envelope::new(
        &"ada@example.com".parse::<Handle>().unwrap(),
        &FriendlyName::from_text("Ada").unwrap(),
    )
}

fn message(number: u32, acknowledge: Acknowledge, payload: &[u8]) -> RequestRef<'_> {
    RequestRef { transaction: TransactionId(number), acknowledge, payload }
}

fn relay(sender: &Client, others: &[&Client], messages: &[RequestRef<'_>]) {
    let mut out = Deliveries::new();
    let mut envelope = envelope();
    let relay = Relay { sender: &sender.outbox, envelope: &mut envelope, messages };
    if let Some(turns) = relay.begin(others.iter().map(|client| &client.outbox), &mut out) {
        relay.pass_on(turns, &mut out);
    }
}

fn lines(messages: &[RequestRef<'_>]) -> Vec<u8> {
    messages.iter().flat_map(|message| envelope().wrap(message.payload)).collect()
}

#[tokio::test]
async fn messages_go_to_all_at_once_and_are_acknowledged_as_their_classes_say() {
    let (mut sender, mut one, mut two) =
        (Client::connect().await, Client::connect().await, Client::connect().await);
    let classes = Acknowledge::ALL.into_iter().cycle();
    let messages: Vec<_> =
        (1..=7).zip(classes).map(|(number, class)| message(number, class, b"hello")).collect();
    relay(&sender, &[&one, &two], &messages);
    let expected = lines(&messages);
    assert_eq!(one.read(expected.len()).await, expected);
    assert_eq!(two.read(expected.len()).await, expected);
    let acknowledged = b"ACK 3\r\nACK 4\r\nACK 5\r\n";
    assert_eq!(sender.read(acknowledged.len()).await, acknowledged);
    assert!(!sender.has_unread().await);
}

/// One recipient reads nothing for a while: what it gets is whole and in order, and its messages are acknowledged when
/// its socket has taken them.
#[tokio::test]
async fn what_a_socket_does_not_take_waits_its_turn() {
    let (mut sender, mut quick, mut slow) =
        (Client::connect().await, Client::connect().await, Client::connect().await);
    let payload = vec![b'x'; 1664];
    let mut expected = Vec::new();
    let mut number = 0;
    // More than any socket of the system takes.
    while slow.outbox.waiting() < 1 << 20 {
        let messages: Vec<_> = (0..8).map(|at| message(number + at, Acknowledge::Always, &payload)).collect();
        number += 8;
        relay(&sender, &[&quick, &slow], &messages);
        let lines = lines(&messages);
        assert_eq!(quick.read(lines.len()).await, lines);
        expected.extend(lines);
    }
    assert_eq!(slow.read(expected.len()).await, expected);
    let acknowledged: Vec<u8> = (0..number).flat_map(|at| format!("ACK {at}\r\n").into_bytes()).collect();
    assert_eq!(sender.read(acknowledged.len()).await, acknowledged);
    assert!(!sender.has_unread().await && !slow.has_unread().await);
}

#[tokio::test]
async fn what_a_client_that_is_gone_has_not_taken_is_not_delivered() {
    let (mut sender, quick, slow) =
        (Client::connect().await, Client::connect().await, Client::connect().await);
    let payload = vec![b'x'; 1664];
    let mut number = 0;
    while slow.outbox.waiting() == 0 {
        relay(&sender, &[&slow], &[message(number, Acknowledge::OnFailure, &payload)]);
        number += 1;
    }
    relay(&sender, &[&quick, &slow], &[message(number, Acknowledge::Always, b"and this")]);
    Deliveries::new().abandon(&slow.outbox);
    let refused = format!("NAK {}\r\nNAK {number}\r\n", number - 1);
    assert_eq!(sender.read(refused.len()).await, refused.as_bytes());
    assert!(!sender.has_unread().await);
}

#[tokio::test]
async fn a_broken_socket_loses_its_messages_to_its_own_task() {
    let (mut sender, broken) = (Client::connect().await, Client::connect().await);
    socket2::SockRef::from(&broken.socket).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    let Client { outbox, socket } = broken;
    drop(socket);
    let broken = [&outbox];
    let mut number = 0;
    // The first writes may still be taken.
    while outbox.loss().is_none() && !outbox.has_ended() {
        let mut out = Deliveries::new();
        let mut envelope = envelope();
        let messages = [message(number, Acknowledge::OnFailure, b"hello")];
        let relay = Relay { sender: &sender.outbox, envelope: &mut envelope, messages: &messages };
        let turns = relay.begin(broken.into_iter(), &mut out).expect("nothing waits");
        relay.pass_on(turns, &mut out);
        number += 1;
    }
    assert_eq!(outbox.loss().map(|(loss, _)| loss), Some(Loss::Disconnected));
    assert!(!sender.has_unread().await, "the others hear it before they hear that the client is gone");
    Deliveries::new().give_up(&outbox, 0);
    let refused = format!("NAK {}\r\n", number - 1);
    assert_eq!(sender.read(refused.len()).await, refused.as_bytes());
}

#[tokio::test]
async fn lines_that_come_in_a_turn_follow_it() {
    let mut client = Client::connect().await;
    let turn = client.outbox.take_turn().expect("nothing waits");
    assert!(client.outbox.take_turn().is_none());
    Deliveries::new().send(&client.outbox, Bytes::from_static(b"BYE\r\n"));
    Deliveries::new().close(&client.outbox);
    assert!(!client.has_unread().await && !client.outbox.has_ended());
    let written = turn.write(&[IoSlice::new(b"MSG ")]);
    assert_eq!(written, Written { taken: 4, broken: false });
    let rest = Rest { lines: vec![(Bytes::from_static(b"MSG hello\r\n"), None)], begun: 4 };
    turn.end(written, rest, &mut Deliveries::new().settled);
    assert_eq!(client.read(16).await, b"MSG hello\r\nBYE\r\n");
    assert!(client.outbox.has_ended() && client.outbox.take_turn().is_none());
}

#[tokio::test]
async fn a_turn_that_is_not_ended_leaves_the_lines_to_the_connections_task() {
    let mut client = Client::connect().await;
    let turn = client.outbox.take_turn().expect("nothing waits");
    Deliveries::new().send(&client.outbox, Bytes::from_static(b"one\r\n"));
    drop(turn);
    assert_eq!(client.read(5).await, b"one\r\n");
    let turn = client.outbox.take_turn().expect("nothing waits");
    Deliveries::new().send(&client.outbox, Bytes::from_static(b"two\r\n"));
    let outbox = turn.give_back().expect("it was not used");
    Deliveries::new().resume(&outbox);
    assert_eq!(client.read(5).await, b"two\r\n");
}

/// A socket that is busy gets its messages by its queue, and those of the others are not lost for it.
#[tokio::test]
async fn a_busy_socket_sends_all_by_their_queues() {
    let (mut sender, mut free, mut busy) =
        (Client::connect().await, Client::connect().await, Client::connect().await);
    let turn = busy.outbox.take_turn().expect("nothing waits");
    let messages = [message(1, Acknowledge::Always, b"hello"), message(2, Acknowledge::Always, b"there")];
    relay(&sender, &[&free, &busy], &messages);
    let expected = lines(&messages);
    assert_eq!(free.read(expected.len()).await, expected);
    assert!(!sender.has_unread().await && !busy.has_unread().await);
    let nothing = Written { taken: 0, broken: false };
    let mut out = Deliveries::new();
    turn.end(nothing, Rest::default(), &mut out.settled);
    drop(out);
    assert_eq!(busy.read(expected.len()).await, expected);
    assert_eq!(sender.read(14).await, b"ACK 1\r\nACK 2\r\n");
}

#[test]
fn whole_lines_and_the_beginning_of_the_next_are_counted() {
    let lines = [Bytes::from_static(b"abc"), Bytes::from_static(b"de")];
    let counted: Vec<_> = (0..=5).map(|taken| whole(&lines, taken)).collect();
    assert_eq!(counted, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]);
    let mut buffer = BytesMut::new();
    envelope().line(5).iter().for_each(|byte| buffer.extend_from_slice(&[*byte]));
    assert_eq!(buffer, "MSG ada@example.com Ada 5\r\n");
}

/// The look that the task of a connection takes.
async fn look(client: &Client) -> Outlook {
    poll_fn(|context| Poll::Ready(client.outbox.poll_outlook(context).0)).await
}

/// Sends until more waits for the recipients than the sender may be ahead.
fn flood(sender: &Client, others: &[&Client]) {
    let payload = vec![b'x'; 1664];
    while others.iter().any(|other| other.outbox.waiting() < LITTLE / 2) {
        relay(sender, others, &[message(1, Acknowledge::Never, &payload)]);
    }
}

#[tokio::test]
async fn two_that_flood_each_other_are_held_back_until_half_is_taken() {
    let (mut one, two) = (Client::with_limit(LITTLE).await, Client::with_limit(LITTLE).await);
    for client in [&one, &two] {
        assert!(!look(client).await.is_held);
    }
    flood(&one, &[&two]);
    flood(&two, &[&one]);
    for client in [&one, &two] {
        assert!(look(client).await.is_held && look(client).await.holds_up);
    }
    let waiting = one.outbox.waiting();
    one.read(waiting / 4).await;
    assert!(two.outbox.is_slowed());
    one.read(waiting / 2).await;
    assert!(!two.outbox.is_slowed() && one.outbox.is_slowed());
    assert!(!look(&one).await.holds_up);
    // One that is gone holds nobody up.
    two.outbox.end(Loss::Stalled);
    assert!(!one.outbox.is_slowed());
}

#[tokio::test]
async fn a_conversation_goes_on_at_the_pace_of_one_that_reads() {
    let (sender, mut quick, slow) =
        (Client::connect().await, Client::connect().await, Client::with_limit(LITTLE).await);
    look(&sender).await;
    flood(&sender, &[&slow]);
    assert!(sender.outbox.is_slowed());
    slow.outbox.end(Loss::Overflow);
    let slow = Client::with_limit(LITTLE).await;
    let payload = vec![b'x'; 1664];
    let length = lines(&[message(1, Acknowledge::Never, &payload)]).len();
    while slow.outbox.waiting() < LITTLE / 2 + length {
        relay(&sender, &[&quick, &slow], &[message(1, Acknowledge::Never, &payload)]);
        quick.read(length).await;
        assert!(!sender.outbox.is_slowed());
    }
}

#[tokio::test]
async fn a_sender_is_held_back_again_by_one_that_never_caught_up() {
    let (sender, quick, slow) =
        (Client::connect().await, Client::with_limit(LITTLE).await, Client::with_limit(LITTLE).await);
    look(&sender).await;
    flood(&sender, &[&quick, &slow]);
    assert!(sender.outbox.is_slowed());
    quick.outbox.end(Loss::Disconnected);
    assert!(!sender.outbox.is_slowed());
    relay(&sender, &[&slow], &[message(1, Acknowledge::Never, b"more")]);
    assert!(sender.outbox.is_slowed());
}
