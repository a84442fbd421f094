//! `SYN`: the lists, or the word that the client's copy is still right.

use bytes::{Bytes, BytesMut};
use msnp::command::{blp, bpr, gtc, lsg, lst, prp, syn};
use msnp::wire::{Encode, EncodeFor};
use msnp::{Dialect, ListVersion};
use papillon_store::{Contact, Roster};

use super::{Connection, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    pub(super) fn synchronise(&mut self, request: &syn::Request) -> Outcome {
        let session = self.session()?;
        let mut lines = BytesMut::new();
        // Under the lock of the state: the version and the lists belong together.
        session.read(|state| {
            let roster = state.lists.roster();
            // A client that has nothing sends 0, which no account's version ever is.
            let known = request.version == roster.version && request.version != ListVersion(0);
            let contents = syn::Contents { contacts: roster.contacts.len(), groups: roster.groups.len() };
            syn::Reply {
                transaction: request.transaction,
                version: roster.version,
                contents: (!known).then_some(contents),
            }
            .encode(&mut lines);
            if !known {
                lines.reserve(usual_length(roster));
                write_lists(roster, self.dialect, &mut lines);
            }
        });
        // A copy of the right length: the buffer may have grown by doubling, and waits as long as the lines do.
        let lines = Bytes::copy_from_slice(&lines);
        // One item however long: no line of another person comes in between, where a client counts lines.
        Deliveries::new().send(&self.outbox, lines);
        self.synchronised = true;
        Ok(())
    }
}

/// The length of most people's lists as lines.
fn usual_length(roster: &Roster) -> usize {
    let line =
        |contact: &Contact| lst::USUAL_REST + contact.handle.as_str().len() + contact.name.as_wire().len();
    // The settings, and a group.
    100 + roster.contacts.iter().map(line).sum::<usize>()
}

fn write_lists(roster: &Roster, dialect: Dialect, lines: &mut BytesMut) {
    gtc::Line { prompt: roster.prompt }.encode(lines);
    blp::Line { privacy: roster.privacy }.encode(lines);
    for (key, value) in roster.properties.iter().filter(|(key, _)| key.is_in(dialect)) {
        prp::Line { key: *key, value: value.clone() }.encode(lines);
    }
    for (group, name) in &roster.groups {
        lsg::Line { group: *group, name: name.clone() }.encode_for(dialect, lines);
    }
    for contact in &*roster.contacts {
        lst::write(dialect, lines, &contact.handle, &contact.name, contact.lists, contact.groups.iter());
        for (key, value) in contact.properties.iter().filter(|(key, _)| key.is_in(dialect)) {
            bpr::Line { key: *key, value: value.clone() }.encode(lines);
        }
    }
}
