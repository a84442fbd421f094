//! The facts about this service that the set-up pages tell this visitor.

use std::net::{Ipv4Addr, Ipv6Addr};

use time::OffsetDateTime;

use super::{address, certificate, hosts_file, self_test};
use crate::addresses::old_hosts;
use crate::http::Visitor;
use crate::site::pages::published_addresses::PublishedAddresses;
use crate::{Operator, Registration};

/// The values on the set-up pages that differ from service to service and from visitor to visitor.
pub(super) struct Facts {
    /// The host name by which the visitor reaches the service, or may reach it where that is an old name.
    pub host: String,
    /// Our address as the visitor can reach it.
    pub address: Option<Ipv4Addr>,
    /// The messenger server, with its port where it is an unusual one.
    pub server: Option<String>,
    /// Its port.
    pub msnp_port: u16,
    /// The address at which a sign-in begins.
    pub nexus: String,
    /// The beginning of our pages' addresses.
    pub origin: String,
    /// The port of the HTTPS listener.
    pub https_port: Option<u16>,
    /// Whether HTTPS is at the port at which legacy clients look for it, as far as this service can tell.
    pub https_is_usual: bool,
    /// Whether Windows 98 to XP may be let in.
    pub old_windows: bool,
    /// Whether this visitor can have names from here.
    pub dns: bool,
    /// Whether others can.
    pub dns_for_others: bool,
    /// Whether the DNS listener answers questions about modern names, too.
    pub dns_forwards: bool,
    /// The obstacles for MSN Messenger.
    pub obstacles: Vec<String>,
    /// The thumbprint of the authority that old Windows has to trust.
    pub certificate: Option<String>,
    /// Whether a proxy in front may show old Windows a certificate of its own.
    pub certificate_is_a_guess: bool,
    /// The thumbprint of the one for modern clients.
    pub modern_certificate: Option<String>,
    /// Whether nobody can make an account on the pages.
    pub closed: bool,
    /// Whether an account takes an invitation.
    pub invited: bool,
    /// The operator of this service.
    pub operator: Operator,
    /// The lines to add to a hosts file.
    pub hosts_lines: Vec<String>,
    /// The date here.
    pub today: String,
    /// The path of the pictures of the self test.
    pub test: String,
    /// The token that tells our pictures from those of other services.
    pub token: String,
    /// Another number for each page, so that no copy of a picture is taken for the picture.
    pub moment: u32,
}

impl Facts {
    /// Gathers the facts for this visitor, from the files and the settings of this moment.
    pub async fn gather(published: &PublishedAddresses, visitor: &Visitor) -> Self {
        let address = address::of_this_service(published, visitor).await;
        let authorities = certificate::find(published).await;
        let registration = published.registration_for(visitor);
        // An old name leads here only on machines that are set up already, and the page is for those that are not.
        let host = if old_hosts::is_old(&visitor.host) {
            let public = published.public_host.as_deref().map(|host| match host.parse::<Ipv6Addr>() {
                Ok(v6) => format!("[{v6}]"),
                Err(_) => host.to_owned(),
            });
            public
                .or_else(|| address.map(|address| address.to_string()))
                .unwrap_or_else(|| visitor.host.clone())
        } else {
            visitor.host.clone()
        };
        let visitor = &Visitor { host, ..visitor.clone() };
        Self {
            host: visitor.host.clone(),
            address,
            server: published.messenger_server(&visitor.host),
            msnp_port: published.ports.msnp.unwrap_or_default(),
            nexus: published.nexus(visitor),
            origin: published.origin(visitor),
            https_port: published.ports.https,
            https_is_usual: published.https_is_usual(),
            old_windows: published.old_windows(),
            dns: published.names().is_some_and(|names| names.clients.include(visitor.peer.ip())),
            dns_for_others: published.names().is_some(),
            dns_forwards: published.names().is_some_and(|names| names.forwards),
            obstacles: published.obstacles(),
            certificate: authorities.old.as_ref().map(certificate::thumbprint),
            certificate_is_a_guess: authorities.old_is_a_guess,
            modern_certificate: authorities.modern.as_ref().map(certificate::thumbprint),
            closed: registration == Registration::Closed,
            invited: registration == Registration::Invitation,
            operator: published.config.operator.clone(),
            hosts_lines: address.map(hosts_file::lines).unwrap_or_default(),
            today: today(),
            test: self_test::path(&published.token),
            token: published.token.clone(),
            moment: rand::random(),
        }
    }
}

impl Facts {
    /// Whether modern clients have to trust a certificate that old Windows does not.
    pub fn has_two(&self) -> bool {
        self.certificate != self.modern_certificate
    }
}

/// The date, in words that cannot be mistaken for another one.
fn today() -> String {
    let now = OffsetDateTime::now_utc();
    format!("{} {} {}, {:02}:{:02} UTC", now.day(), now.month(), now.year(), now.hour(), now.minute())
}
