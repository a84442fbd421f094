//! The invitations to a transfer, sent in the conversation.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use msnp::message::{Invitation, InvitationCommand};

use crate::safe_file_name;

/// The offer of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The number of the negotiation.
    pub cookie: u32,
    /// A name that is safe to use for a file.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether the sender can take a connection.
    pub sender_listens: bool,
}

impl Offer {
    /// Reads an invitation. `None` when it is none, not one to a file, or says no size. A file may lack a name.
    pub fn read(invitation: &Invitation) -> Option<Self> {
        if invitation.command != InvitationCommand::Invite || !invitation.is_for_file() {
            return None;
        }
        Some(Self {
            cookie: invitation.cookie,
            name: safe_file_name(invitation.file_name.as_deref().unwrap_or_default()),
            size: invitation.file_size?,
            // Before MSN Messenger 5.0 the field did not exist, and every sender listened.
            sender_listens: invitation.connectivity != Some(false),
        })
    }
}

/// The addresses at which one side listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Addresses of the machine itself.
    pub internal: Vec<SocketAddrV4>,
    /// The address that others see.
    pub external: Vec<SocketAddrV4>,
    /// The number that the connecting side has to show.
    pub auth_cookie: u64,
}

/// Takes an offer whose sender listens.
pub fn accept(cookie: u32) -> Invitation {
    Invitation {
        launch_application: Some(false),
        request_data: Some("IP-Address:".into()),
        ..Invitation::new(InvitationCommand::Accept, cookie)
    }
}

/// Tells where this side listens: the sender after the receiver accepted, or the receiver when it
/// accepts (`receiver_listens`). Ports also go in the masked fields, which no router rewrites.
pub fn answer_with_endpoint(
    cookie: u32,
    internal: Ipv4Addr,
    external: Option<Ipv4Addr>,
    port: u16,
    auth_cookie: u64,
    receiver_listens: bool,
) -> Invitation {
    Invitation {
        ip_address: Some(IpAddr::V4(external.unwrap_or(internal))),
        ip_address_internal: Some(IpAddr::V4(internal)),
        port: Some(port),
        port_x: Some(port),
        port_x_internal: Some(port),
        auth_cookie: Some(auth_cookie),
        sender_connect: receiver_listens.then_some(true),
        ..accept(cookie)
    }
}

/// Reads where the other side listens. `None` when it names no address.
pub fn endpoint(invitation: &Invitation) -> Option<Endpoint> {
    let at = |address: Option<IpAddr>, port: Option<u16>| match (address?, port?) {
        (IpAddr::V4(address), port) => Some(SocketAddrV4::new(address, port)),
        (IpAddr::V6(_), _) => None,
    };
    // The masked port first: a router may have rewritten the plain one on its way.
    let port = invitation.port_x.or(invitation.port);
    let external: Vec<_> = at(invitation.ip_address, port).into_iter().collect();
    let internal: Vec<_> =
        at(invitation.ip_address_internal, invitation.port_x_internal.or(port)).into_iter().collect();
    let auth_cookie = invitation.auth_cookie?;
    (!external.is_empty() || !internal.is_empty()).then_some(Endpoint { internal, external, auth_cookie })
}
