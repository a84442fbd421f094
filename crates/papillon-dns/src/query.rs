//! A packet, read as a question.

use hickory_proto::op::{Header, MessageType, Metadata, OpCode, Query as Question};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, BinEncodable};

/// The length of a header (RFC 1035, 4.1.1).
pub(super) const HEADER: usize = 12;
/// The number of the pseudo-record with the client's limits (RFC 6891, 6.1.2).
const OPT: u16 = 41;
/// The largest answer for a client that names no size, in bytes (RFC 1035, 4.2.1).
const SMALLEST: u16 = 512;

/// A packet that asks one question and says nothing else.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) metadata: Metadata,
    pub(super) question: Question,
    /// The question takes this many bytes after the header.
    pub(super) question_len: usize,
    /// The client's OPT record, if the question has one.
    pub(super) edns: Option<Edns>,
}

/// The parts of an OPT record that matter here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edns {
    /// The largest packet that the client takes.
    pub(super) size: u16,
    /// The version of EDNS; there is only 0.
    pub(super) version: u8,
}

/// The reason for which a packet is no query.
#[derive(Debug)]
pub(super) enum NoQuery {
    /// Nothing that could be answered, or an answer: answering it could go on for ever.
    Nothing,
    /// Asks for something else than an answer to a question.
    OtherOperation(Metadata),
    /// Cannot be read, or asks several questions.
    Malformed(Metadata),
}

impl Query {
    /// Reads a packet. Records that only servers send to each other are refused, also because
    /// they would otherwise be passed on.
    pub(super) fn read(packet: &[u8]) -> Result<Self, NoQuery> {
        let mut decoder = BinDecoder::new(packet);
        let Header { metadata, counts } = Header::read(&mut decoder).map_err(|_| NoQuery::Nothing)?;
        if metadata.message_type != MessageType::Query {
            return Err(NoQuery::Nothing);
        }
        if metadata.op_code != OpCode::Query {
            return Err(NoQuery::OtherOperation(metadata));
        }
        if (counts.queries, counts.answers, counts.authorities) != (1, 0, 0) || counts.additionals > 1 {
            return Err(NoQuery::Malformed(metadata));
        }
        let question = Question::read(&mut decoder).map_err(|_| NoQuery::Malformed(metadata))?;
        let question_len = decoder.index() - HEADER;
        // A compressed name reads well, and is longer than its bytes: `relay` counts on a question that is whole as it
        // stands.
        let written = question.to_bytes().map_err(|_| NoQuery::Malformed(metadata))?;
        if packet.get(HEADER..HEADER + question_len) != Some(&written[..]) {
            return Err(NoQuery::Malformed(metadata));
        }
        let edns = match counts.additionals {
            0 => None,
            _ => Some(Edns::read(&mut decoder).ok_or(NoQuery::Malformed(metadata))?),
        };
        if !decoder.is_empty() {
            return Err(NoQuery::Malformed(metadata));
        }
        Ok(Self { metadata, question, question_len, edns })
    }

    /// The largest packet that the client takes.
    pub(super) fn size(&self) -> u16 {
        self.edns.map_or(SMALLEST, |edns| edns.size.max(SMALLEST))
    }
}

impl Edns {
    /// Reads an OPT record; `None` when it is none. Its options are skipped.
    fn read(decoder: &mut BinDecoder<'_>) -> Option<Self> {
        let name = decoder.pop().ok()?.unverified(/* compared below */);
        let kind = decoder.read_u16().ok()?.unverified(/* compared below */);
        let size = decoder.read_u16().ok()?.unverified(/* any is fine */);
        let [_, version, ..] = decoder.read_u32().ok()?.map(u32::to_be_bytes).unverified(/* any is fine */);
        let length = decoder.read_u16().ok()?.map(usize::from).unverified(/* checked by the next */);
        decoder.read_slice(length).ok()?;
        ((name, kind) == (0, OPT)).then_some(Self { size, version })
    }
}
