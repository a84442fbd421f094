//! The relay: another server's answer, checked and made fit for the client that asked.

use super::decide::Forward;
use super::query::HEADER;

/// An answer.
const RESPONSE: u8 = 0x80;
/// The operation, in the third byte.
const OPERATION: u8 = 0x78;
/// The answer is not all there is.
const TRUNCATED: u8 = 0x02;
/// The client wants other servers to be asked.
const RECURSION_DESIRED: u8 = 0x01;
/// This server asks others.
const RECURSION_AVAILABLE: u8 = 0x80;
/// The response code, in the fourth byte.
const CODE: u8 = 0x0f;
/// The server failed (RFC 1035, 4.1.1).
const SERVER_FAILURE: u8 = 2;
/// The server does not want to.
const REFUSED: u8 = 5;
/// The type and the class, at the end of a question.
const TYPE_AND_CLASS: usize = 4;

/// A packet that does not answer the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no answer to the question that was asked")]
pub struct Unrelated;

impl Forward {
    /// The packet for another server, under an identifier that no forger can guess.
    pub fn to_upstream(&self, id: u16) -> Vec<u8> {
        with_id(&self.packet, id)
    }

    /// Makes another server's answer to [`Forward::to_upstream`] one for the client: with the client's identifier and
    /// spelling, and cut short when it is more than the client gets.
    ///
    /// # Errors
    /// When `answer` has another identifier or is about something else.
    pub fn relay(&self, answer: &[u8], id: u16) -> Result<Vec<u8>, Unrelated> {
        let (header, rest) = answer.split_at_checked(HEADER).ok_or(Unrelated)?;
        if header[..2] != id.to_be_bytes() || header[2] & (RESPONSE | OPERATION) != RESPONSE {
            return Err(Unrelated);
        }
        // The question has to be the same: an answer to another one would be kept by the client under this name.
        let question = self.question();
        let mut relayed = with_id(answer, self.id());
        match u16::from_be_bytes([header[4], header[5]]) {
            1 if asks_the_same(rest.get(..question.len()).ok_or(Unrelated)?, question) => {
                // Equal but for the case, so of one length. Some clients compare the spelling with their own.
                relayed[HEADER..HEADER + question.len()].copy_from_slice(question);
            }
            // Servers that cannot make sense of a question do not repeat it.
            0 if header[3] & CODE != 0 && rest.is_empty() => {}
            _ => return Err(Unrelated),
        }
        Ok(if relayed.len() <= self.limit { relayed } else { self.cut(&relayed) })
    }

    /// An answer that says that no other server could be asked.
    pub(super) fn failure(&self) -> Vec<u8> {
        self.about_the_question(
            RESPONSE | self.packet[2] & RECURSION_DESIRED,
            RECURSION_AVAILABLE | SERVER_FAILURE,
        )
    }

    /// Two questions for the same are equal but for the identifier and the case.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = self.packet[2..].to_vec();
        // The key begins after the two bytes of the identifier. A label's length is under 64, so it is no capital.
        key[HEADER - 2..HEADER - 2 + self.question_len - TYPE_AND_CLASS].make_ascii_lowercase();
        key
    }

    /// Only the question, and that there is more to be had on a connection.
    fn cut(&self, answer: &[u8]) -> Vec<u8> {
        self.about_the_question(answer[2] | TRUNCATED, answer[3])
    }

    fn about_the_question(&self, second: u8, third: u8) -> Vec<u8> {
        let id = self.packet[..2].iter();
        let counts = [0, 1, 0, 0, 0, 0, 0, 0].iter();
        id.chain(&[second, third]).chain(counts).chain(self.question()).copied().collect()
    }

    fn id(&self) -> u16 {
        u16::from_be_bytes([self.packet[0], self.packet[1]])
    }

    /// Its bounds were those of the packet when `Query::read` found it.
    fn question(&self) -> &[u8] {
        &self.packet[HEADER..HEADER + self.question_len]
    }
}

/// Whether a server says that another one might know more.
pub(super) fn is_failure(answer: &[u8]) -> bool {
    answer.get(3).is_some_and(|flags| [SERVER_FAILURE, REFUSED].contains(&(flags & CODE)))
}

/// Whether the two are equal but for the case of the name. The lengths of its labels are no letters;
/// a type may look like one.
fn asks_the_same(one: &[u8], other: &[u8]) -> bool {
    let split = |question: &'_ [u8]| question.len().saturating_sub(TYPE_AND_CLASS);
    let (name, rest) = one.split_at(split(one));
    let (other_name, other_rest) = other.split_at(split(other));
    name.eq_ignore_ascii_case(other_name) && rest == other_rest
}

fn with_id(packet: &[u8], id: u16) -> Vec<u8> {
    let mut packet = packet.to_vec();
    packet[..2].copy_from_slice(&id.to_be_bytes());
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: u16 = 0xabcd;

    /// `eXample.com`, type HTTPS (65, which looks like a letter).
    fn forward(limit: usize) -> Forward {
        let packet =
            b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07eXample\x03com\x00\x00\x41\x00\x01"
                .to_vec();
        let question_len = packet.len() - HEADER;
        Forward { packet, question_len, limit }
    }

    /// An answer with this after the question.
    fn answer(forward: &Forward, rest: &[u8]) -> Vec<u8> {
        let mut answer = forward.to_upstream(ID);
        answer[2] = 0x81;
        answer[3] = 0x80;
        answer.extend(rest);
        answer
    }

    #[test]
    fn the_client_sees_its_own_identifier_and_spelling() {
        let forward = forward(512);
        let mut answer = answer(&forward, b"records");
        answer[12..24].make_ascii_lowercase();
        let relayed = forward.relay(&answer, ID).unwrap();
        assert_eq!(relayed[..2], [0x12, 0x34]);
        assert_eq!(relayed[2..4], [0x81, 0x80]);
        assert!(relayed[12..].starts_with(b"\x07eXample\x03com"));
        assert!(relayed.ends_with(b"records"));
    }

    #[test]
    fn what_was_not_asked_is_not_relayed() {
        let forward = forward(512);
        let good = answer(&forward, b"records");
        assert_eq!(forward.relay(&good, ID + 1), Err(Unrelated));
        for length in 0..good.len() - b"records".len() {
            assert_eq!(forward.relay(&good[..length], ID), Err(Unrelated), "{length}");
        }
        let with = |change: fn(&mut Vec<u8>)| {
            let mut answer = good.clone();
            change(&mut answer);
            answer
        };
        for bad in [
            with(|answer| answer[2] &= 0x7f),
            with(|answer| answer[2] |= 0x10),
            with(|answer| answer[5] = 2),
            with(|answer| answer[5] = 0),
            with(|answer| answer[14] = b'y'),
            // `a` for `A` in the type is another type.
            with(|answer| answer[26] = 0x61),
            with(|answer| answer[28] = 3),
        ] {
            assert_eq!(forward.relay(&bad, ID), Err(Unrelated), "{bad:?}");
        }
    }

    #[test]
    fn too_much_is_cut_to_the_question() {
        let forward = forward(60);
        let mut large = answer(&forward, &[7; 100]);
        large[7] = 3;
        let cut = forward.relay(&large, ID).unwrap();
        assert_eq!(cut.len(), forward.packet.len());
        assert_eq!(cut[2] & TRUNCATED, TRUNCATED);
        assert_eq!(cut[4..12], [0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(cut[12..], forward.packet[12..]);
    }

    #[test]
    fn a_server_that_does_not_understand_is_believed() {
        let forward = forward(512);
        let mut bare = answer(&forward, b"")[..12].to_vec();
        bare[5] = 0;
        assert_eq!(forward.relay(&bare, ID), Err(Unrelated), "no error and no answer");
        bare[3] = 1;
        assert_eq!(forward.relay(&bare, ID).unwrap()[..4], [0x12, 0x34, 0x81, 1]);
    }

    #[test]
    fn a_failure_is_an_answer() {
        let failure = forward(512).failure();
        assert_eq!(failure[..12], [0x12, 0x34, 0x81, 0x82, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert!(is_failure(&failure));
        assert_eq!(failure.len(), forward(512).packet.len());
    }

    #[test]
    fn the_same_question_in_another_case_has_the_same_key() {
        let (one, mut other) = (forward(512), forward(512));
        other.packet[..2].copy_from_slice(&[9, 9]);
        other.packet[13] = b'E';
        other.packet[14] = b'x';
        assert_eq!(one.key(), other.key());
        other.packet[26] = 1;
        assert_ne!(one.key(), other.key());
    }
}
