use super::*;

fn header(hex: &str) -> Header {
    Header::parse(&hex::decode(hex.replace(' ', "")).unwrap()).unwrap()
}

/// A message, its acknowledgement, and the next message of the side that acknowledged (KINA 2006).
const MESSAGE: &str = "00000000 c5c90200 00000000 00000000 cd010000 00000000 cd010000 00000000 17300700 00000000 00000000 00000000";
const ACK: &str = "00000000 e9bb0500 00000000 00000000 cd010000 00000000 00000000 02000000 c5c90200 17300700 cd010000 00000000";

#[test]
fn captured_headers() {
    let message = header(MESSAGE);
    let fields = (message.session_id, message.identifier, message.total, message.length, message.nonce);
    assert_eq!(fields, (0, 0x2c9c5, 461, 461, 0x73017));
    assert_eq!(message.ack(0x5bbe9), header(ACK));
    assert!(message.is_last() && header(ACK).flags.is_control());
}

#[test]
fn an_official_offer_in_two_packets_and_its_acknowledgement() {
    let first = header(
        "00000000 4774c40a 00000000 00000000 fa040000 00000000 b2040000 00000000 776ec50a 00000000 00000000 00000000",
    );
    let second = header(
        "00000000 4774c40a b2040000 00000000 fa040000 00000000 48000000 00000000 776ec50a 00000000 00000000 00000000",
    );
    assert_eq!((first.length as usize, first.is_last()), (Carrier::Switchboard.max_body(), false));
    assert_eq!((second.offset, second.length, second.total, second.is_last()), (1202, 72, 1274, true));
    assert_eq!((first.identifier, first.nonce), (second.identifier, second.nonce));
    let ack = header(
        "00000000 5774c40a 00000000 00000000 fa040000 00000000 00000000 02000000 4774c40a 776ec50a fa040000 00000000",
    );
    assert_eq!(second.ack(0x0ac4_7457), ack);
}

#[test]
fn data_of_pictures_and_files() {
    let picture = header(
        "0960e50c ffbfb500 00000000 00000000 08040000 00000000 08040000 20000000 03200000 00000000 00000000 00000000",
    );
    assert_eq!((picture.session_id, picture.flags), (216_358_921, Flags::OBJECT_DATA));
    assert!(picture.flags.has_data() && !picture.flags.is_control());
    let file = header(
        "0960e50c 10c0b500 b2040000 00000000 b80b0000 00000000 b2040000 30000001 10200000 00000000 00000000 00000000",
    );
    assert_eq!((file.offset, file.total, file.flags), (1202, 3000, Flags::FILE_DATA));
    assert!(
        file.flags.has_data() && file.flags.contains(Flags::FILE | Flags::NEW) && !file.flags.is_control()
    );
}

fn packet(body: usize) -> Packet {
    let header =
        Header { identifier: 7, total: body as u64, length: body as u32, nonce: 9, ..Header::default() };
    Packet { header, body: Bytes::from(vec![b'x'; body]), footer: Footer::FILE }
}

#[test]
fn footers_are_big_endian_and_only_on_the_switchboard() {
    let bytes = packet(3).to_bytes(Carrier::Switchboard);
    assert_eq!((bytes.len(), &bytes[51..]), (55, &[0, 0, 0, 2][..]));
    assert_eq!(Packet::parse(Carrier::Switchboard, &bytes), Ok(packet(3)));
    let bytes = packet(3).to_bytes(Carrier::Direct);
    assert_eq!(bytes.len(), 51);
    let read = Packet::parse(Carrier::Direct, &bytes).unwrap();
    assert_eq!((read.body.len(), read.footer), (3, Footer::NEGOTIATION));
}

/// Changes the header of a packet of three bytes, and reads it.
fn changed(change: impl Fn(&mut Header)) -> Result<Packet, PacketError> {
    let mut packet = packet(3);
    change(&mut packet.header);
    Packet::parse(Carrier::Switchboard, &packet.to_bytes(Carrier::Switchboard))
}

#[test]
fn what_does_not_add_up_is_refused() {
    assert_eq!(changed(|header| header.total = 2), Err(PacketError::BeyondTotal));
    assert_eq!(changed(|header| header.offset = u64::MAX), Err(PacketError::BeyondTotal));
    assert_eq!(changed(|header| header.offset = 1), Err(PacketError::BeyondTotal));
    assert_eq!(
        changed(|header| header.length = 4),
        Err(PacketError::LengthMismatch { stated: 4, present: 3 })
    );
    assert!(
        changed(|header| header.total = u64::MAX).is_ok(),
        "the session limits the size of a message, not the packet"
    );
    for length in [0, 47, 48, 51] {
        let bytes = Bytes::from(vec![0; length]);
        assert_eq!(Packet::parse(Carrier::Switchboard, &bytes), Err(PacketError::TooShort(length)));
    }
    let long = packet(1613).to_bytes(Carrier::Switchboard);
    assert_eq!(Packet::parse(Carrier::Switchboard, &long), Err(PacketError::TooLong(1665)));
    let long = packet(8193).to_bytes(Carrier::Direct);
    assert_eq!(Packet::parse(Carrier::Direct, &long), Err(PacketError::TooLong(8241)));
}

#[test]
fn the_newer_version_is_told_apart() {
    let mut bytes = vec![0; 60];
    (bytes[0], bytes[1]) = (8, 2);
    bytes[24] = 77;
    assert_eq!(Packet::parse(Carrier::Switchboard, &bytes.into()), Err(PacketError::NewerVersion));
}

#[test]
fn the_longest_packets_are_read() {
    let longest = packet(1612).to_bytes(Carrier::Switchboard);
    assert_eq!(longest.len(), 1664, "the longest message of the service");
    assert_eq!(Packet::parse(Carrier::Switchboard, &longest), Ok(packet(1612)));
    let longest = packet(8192).to_bytes(Carrier::Direct);
    assert_eq!(Packet::parse(Carrier::Direct, &longest).map(|packet| packet.body.len()), Ok(8192));
}

#[test]
fn flags_are_joined_bit_by_bit() {
    assert_eq!(Flags(0b0110) | Flags(0b0011), Flags(0b0111));
    assert!(!Flags(0b0100).contains(Flags(0b0110)) && Flags(0b0110).contains(Flags(0b0110)));
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic_and_packets_read_back(bytes: Vec<u8>, direct: bool) {
        let carrier = if direct { Carrier::Direct } else { Carrier::Switchboard };
        let bytes = Bytes::from(bytes);
        if let Ok(packet) = Packet::parse(carrier, &bytes) {
            proptest::prop_assert_eq!(packet.to_bytes(carrier), bytes);
        }
    }

    #[test]
    fn headers_read_back(words: [u32; 12]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        proptest::prop_assert_eq!(&Header::parse(&bytes).unwrap().to_bytes()[..], &bytes[..]);
    }
}
