//! The choice of the side that listens.
//!
//! Microsoft's own table is not known. This is Miranda's, the closest to a reconstruction. A
//! wrong choice only costs a deadline.

use msnp::connection_type::ConnectionType;

/// The connection of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// `Conn-Type`.
    pub connection_type: ConnectionType,
    /// `UPnPNat`: its router opens ports.
    pub upnp: bool,
    /// `ICF`: the firewall of Windows XP is on.
    pub icf: bool,
}

impl Reach {
    /// The likelihood that a peer gets through to it.
    const fn weight(self) -> u8 {
        use ConnectionType as Type;
        if self.icf {
            return 0;
        }
        // Only the order of these numbers counts.
        match (self.connection_type, self.upnp) {
            (Type::DirectConnect, _) => 6,
            (Type::IpRestrictNat | Type::PortRestrictNat | Type::SymmetricNat, true) => 5,
            (Type::IpRestrictNat | Type::PortRestrictNat | Type::SymmetricNat, false) => 2,
            (Type::UnknownNat, true) => 4,
            (Type::UnknownNat, false) => 1,
            // Miranda's number, though no connection gets in: `can_be_reached` looks at the type as well.
            (Type::Firewall, _) => 2,
            // `Unknown-Connect`, and a type of which Miranda's table says nothing.
            _ => 1,
        }
    }
}

/// Whether the invited side listens; otherwise the inviting side may. With equal weights the invited side does: it saves
/// the second INVITE.
pub const fn invitee_listens(inviter: Reach, invitee: Reach) -> bool {
    inviter.weight() <= invitee.weight()
}

/// Whether listening makes sense at all when the other side does not.
pub const fn can_be_reached(reach: Reach) -> bool {
    reach.weight() > 0 && !matches!(reach.connection_type, ConnectionType::Firewall)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConnectionType as Type;

    const fn reach(connection_type: Type) -> Reach {
        Reach { connection_type, upnp: false, icf: false }
    }

    #[test]
    fn the_table() {
        let columns =
            [Type::DirectConnect, Type::SymmetricNat, Type::UnknownNat, Type::Firewall, Type::UnknownConnect];
        for (inviter, invitee_listens_to) in [
            (Type::DirectConnect, [true, false, false, false, false]),
            (Type::IpRestrictNat, [true, true, false, true, false]),
            (Type::UnknownNat, [true, true, true, true, true]),
            (Type::Firewall, [true, true, false, true, false]),
            (Type::UnknownConnect, [true, true, true, true, true]),
        ] {
            for (invitee, listens) in columns.into_iter().zip(invitee_listens_to) {
                assert_eq!(invitee_listens(reach(inviter), reach(invitee)), listens, "{inviter} {invitee}");
            }
        }
    }

    #[test]
    fn a_router_that_opens_ports_and_a_firewall_count() {
        let mapped = Reach { upnp: true, ..reach(Type::SymmetricNat) };
        assert!(!invitee_listens(mapped, reach(Type::SymmetricNat)));
        let guarded = Reach { icf: true, ..reach(Type::DirectConnect) };
        assert!(!invitee_listens(reach(Type::UnknownConnect), guarded));
        assert!(!can_be_reached(guarded) && !can_be_reached(reach(Type::Firewall)));
        assert!(can_be_reached(mapped) && can_be_reached(reach(Type::DirectConnect)));
    }

    /// The table of Miranda, from the best to the worst to get through to.
    #[test]
    fn each_kind_of_connection_has_its_place() {
        let mapped = |connection_type| Reach { upnp: true, ..reach(connection_type) };
        let ladder = [
            vec![reach(Type::DirectConnect), mapped(Type::DirectConnect)],
            vec![mapped(Type::IpRestrictNat), mapped(Type::PortRestrictNat), mapped(Type::SymmetricNat)],
            vec![mapped(Type::UnknownNat)],
            vec![
                reach(Type::IpRestrictNat),
                reach(Type::PortRestrictNat),
                reach(Type::SymmetricNat),
                reach(Type::Firewall),
                mapped(Type::Firewall),
            ],
            vec![reach(Type::UnknownNat), reach(Type::UnknownConnect), mapped(Type::UnknownConnect)],
            vec![Reach { icf: true, ..reach(Type::DirectConnect) }],
        ];
        for (higher, better) in ladder.iter().enumerate() {
            for (lower, worse) in ladder.iter().enumerate() {
                for (one, other) in
                    better.iter().flat_map(|one| worse.iter().map(move |other| (*one, *other)))
                {
                    // The invited side listens unless the inviting side is easier to reach.
                    assert_eq!(invitee_listens(one, other), higher >= lower, "{one:?} {other:?}");
                }
            }
        }
    }
}
