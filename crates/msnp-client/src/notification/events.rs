//! The events of the service, and their effect on the client's state.

use std::net::SocketAddr;
use std::sync::Arc;

use msnp::command::{NotificationEvent, add, iln, nln, qry, rem};
use msnp::message::{Content, InitialMail, Message, NewMail, SystemMessage};
use msnp::{List, TransactionId};

use crate::core::Core;
use crate::network::LocalNetwork;
use crate::switchboards::Ring;
use crate::{Event, ServiceMessageKind};

/// An answer that has to be sent, once it has a number.
pub(crate) type Answer = Box<dyn FnOnce(TransactionId) -> qry::Request + Send>;

/// The product that answers challenges: that of MSN Messenger 6 (HYP).
const PRODUCT: msnp::challenge::Product = msnp::challenge::PRODUCTS[1];

/// Handles an event. A challenge gives an answer.
pub(crate) fn take(core: &Arc<Core>, event: &NotificationEvent, local: Option<SocketAddr>) -> Option<Answer> {
    match event {
        NotificationEvent::Chl(challenge) => {
            let digest = PRODUCT.answer(&challenge.challenge);
            return Some(Box::new(move |transaction| qry::Request {
                transaction,
                product_id: PRODUCT.id.into(),
                digest: digest.to_vec().into(),
            }));
        }
        NotificationEvent::Iln(iln::Push { handle, name, status, capabilities, object, .. })
        | NotificationEvent::Nln(nln::Push { status, handle, name, capabilities, object }) => {
            // `ILN` is the answer to the own first `CHG`, `NLN` news.
            let already = matches!(event, NotificationEvent::Iln(_));
            let (presence, came) =
                core.roster.write().online(handle, name, *status, *capabilities, object.as_ref());
            let (who, name) = (handle.clone(), name.clone());
            core.events.emit(if came {
                Event::Online { who, name, presence, already }
            } else {
                Event::Presence { who, name, presence }
            });
        }
        NotificationEvent::Fln(push) => {
            let name = core.roster.write().offline(&push.handle);
            if let Some(name) = name {
                core.events.emit(Event::Offline { who: push.handle.clone(), name });
            }
        }
        NotificationEvent::Rng(push) => {
            let ring = Ring {
                session: push.session,
                address: push.address.clone(),
                cookie: push.cookie.clone(),
                from: push.caller.clone(),
            };
            core.switchboards.ring(ring);
        }
        NotificationEvent::Chg(chg) => core.own.write().status = chg.status,
        NotificationEvent::Not(alert) => announce(core, ServiceMessageKind::Announcement, alert.text()),
        NotificationEvent::Ipg(page) => announce(core, ServiceMessageKind::Page, page.text()),
        NotificationEvent::Msg(message) => take_message(core, &message.payload, local),
        event => take_change(core, event),
    }
    None
}

/// Changes of the lists.
fn take_change(core: &Core, event: &NotificationEvent) {
    let mut roster = core.roster.write();
    match event {
        // The list as it is at sign-in: no event for it.
        NotificationEvent::Lsg(line) => return roster.set_group(line.group, &line.name),
        NotificationEvent::Lst(line) => {
            return roster.put(line.handle.clone(), line.name.clone(), line.lists, line.groups.clone());
        }
        NotificationEvent::BlpLine(line) => return roster.set_privacy(line.privacy),
        // The lock goes before the event: the program that it wakes reads the lists at once.
        NotificationEvent::Add(reply) => {
            let contact = roster.add(reply.list, &reply.handle, reply.name.clone(), reply.group);
            drop(roster);
            return core.events.emit(added(reply, contact));
        }
        NotificationEvent::Rem(reply) => {
            let off_the_list = roster.remove(reply.list, &reply.handle, reply.group);
            drop(roster);
            return core.events.emit(removed(reply, off_the_list));
        }
        NotificationEvent::Blp(reply) => roster.set_privacy(reply.privacy),
        NotificationEvent::Adg(reply) => roster.set_group(reply.group, &reply.name),
        NotificationEvent::Reg(reply) => roster.set_group(reply.group, &reply.name),
        NotificationEvent::Rmg(reply) => roster.remove_group(reply.group),
        NotificationEvent::Rea(reply) if reply.handle == core.account => {
            // Lock order: the roster, then the own state. Nothing takes them in the other order.
            core.own.write().name = reply.name.clone();
        }
        NotificationEvent::Rea(reply) => roster.rename(&reply.handle, reply.name.clone()),
        _ => return,
    }
    drop(roster);
    core.events.emit(Event::RosterChanged);
}

fn added(reply: &add::Reply, contact: crate::Contact) -> Event {
    match reply.list {
        List::Reverse => Event::ContactAdded { contact, by_them: true },
        List::Forward => Event::ContactAdded { contact, by_them: false },
        _ => Event::RosterChanged,
    }
}

fn removed(reply: &rem::Reply, off_the_list: bool) -> Event {
    match reply.list {
        List::Reverse => Event::ContactRemoved { who: reply.handle.clone(), by_them: true },
        // Out of one of several groups, a contact stays on the list.
        List::Forward if off_the_list => Event::ContactRemoved { who: reply.handle.clone(), by_them: false },
        _ => Event::RosterChanged,
    }
}

/// The service's own messages.
fn take_message(core: &Core, payload: &bytes::Bytes, local: Option<SocketAddr>) {
    let message = match Message::parse(payload) {
        Ok(message) => message,
        Err(fault) => return not_shown(core, "", fault.to_string()),
    };
    let content_type = message.content_type().unwrap_or_default();
    match message.try_content() {
        Err(fault) => not_shown(core, content_type, fault.to_string()),
        Ok(Content::Other) => not_shown(core, content_type, "its type is not known".into()),
        Ok(content) => take_content(core, content, local),
    }
}

fn not_shown(core: &Core, content_type: &str, reason: String) {
    let content_type = content_type.to_owned();
    core.events.emit(Event::NotShown { conversation: None, from: None, content_type, reason });
}

fn take_content(core: &Core, content: Content, local: Option<SocketAddr>) {
    match content {
        Content::Profile(profile) => {
            core.peers.network_changed(LocalNetwork::from_profile(&profile, local));
        }
        Content::System(system) => {
            let (kind, text) = system_words(&system);
            say(core, kind, text);
        }
        Content::InitialMail(InitialMail { inbox_unread: unread @ 1.., .. }) => {
            say(core, ServiceMessageKind::Mail, format!("unread mail in the inbox: {unread}"));
        }
        Content::NewMail(mail) => say(core, ServiceMessageKind::Mail, announce_mail(&mail)),
        Content::Text(text) => say(core, ServiceMessageKind::Announcement, text.body),
        _ => {}
    }
}

fn say(core: &Core, kind: ServiceMessageKind, text: String) {
    core.events.emit(Event::ServiceMessage { kind, text });
}

fn system_words(system: &SystemMessage) -> (ServiceMessageKind, String) {
    if system.kind != SystemMessage::SHUTTING_DOWN {
        let text = format!("the service announces something of kind {}", system.kind);
        return (ServiceMessageKind::Other, text);
    }
    let minutes = system.minutes();
    let text = match minutes {
        None => "the service is going down soon".to_owned(),
        Some(0) => "the service is going down now".to_owned(),
        Some(1) => "the service is going down in a minute".to_owned(),
        Some(minutes) => format!("the service is going down in {minutes} minutes"),
    };
    (ServiceMessageKind::Maintenance { minutes }, text)
}

/// Alerts and pages: their documents hold a text.
fn announce(core: &Core, kind: ServiceMessageKind, text: Option<String>) {
    match text {
        Some(text) => say(core, kind, text),
        None => not_shown(core, "", "it is a document without a text".into()),
    }
}

/// Any of it may be missing.
fn announce_mail(mail: &NewMail) -> String {
    let sender = [&mail.from, &mail.from_addr].into_iter().find(|name| !name.is_empty());
    let sender = sender.map(|name| format!(" from {name}")).unwrap_or_default();
    let subject = if mail.subject.is_empty() { String::new() } else { format!(": {}", mail.subject) };
    format!("there is mail{sender}{subject}")
}

/// The number of the request that an event answers.
pub(super) fn transaction(event: &NotificationEvent) -> Option<TransactionId> {
    Some(match event {
        // A redirect to another notification server answers `USR` only, which no caller waits for here.
        NotificationEvent::Xfr(msnp::command::xfr::Reply::Switchboard { transaction, .. }) => *transaction,
        NotificationEvent::Add(reply) => reply.transaction,
        NotificationEvent::Rem(reply) => reply.transaction,
        NotificationEvent::Adg(reply) => reply.transaction,
        NotificationEvent::Rmg(reply) => reply.transaction,
        NotificationEvent::Reg(reply) => reply.transaction,
        NotificationEvent::Rea(reply) => reply.transaction,
        NotificationEvent::Chg(chg) => chg.transaction,
        NotificationEvent::Blp(reply) => reply.transaction,
        NotificationEvent::Error(error) => return error.transaction,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_is_announced_with_what_is_known_of_it() {
        let (name, address) = ("Bob".to_owned(), "bob@example.com".to_owned());
        let mut mail = NewMail::default();
        assert_eq!(announce_mail(&mail), "there is mail");
        mail.from_addr = address;
        assert_eq!(announce_mail(&mail), "there is mail from bob@example.com");
        (mail.from, mail.subject) = (name, "Hi".to_owned());
        assert_eq!(announce_mail(&mail), "there is mail from Bob: Hi");
        mail = NewMail { subject: mail.subject, ..NewMail::default() };
        assert_eq!(announce_mail(&mail), "there is mail: Hi");
    }
}
