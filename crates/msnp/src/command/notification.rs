//! What a client and a notification server say to each other.

use bytes::BytesMut;

use super::table::verbs;
// A row is all that names a verb's module.
use super::*;
use crate::wire::{EncodeFor, Parse};

verbs! {
    /// A command from a client to a notification server.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use msnp::{Dialect, List};
    /// use msnp::command::NotificationRequest;
    /// use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
    ///
    /// let line = "ADD 5 AL bob@example.com Bob\r\n";
    /// let mut decoder = Decoder::new(Stream::NotificationRequests, Limits::SIGNED_IN);
    /// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
    /// let request = NotificationRequest::parse(&frame, Dialect::Msnp9)?;
    /// assert_eq!(request.to_bytes_for(Dialect::Msnp9), line);
    /// let NotificationRequest::Add(add) = request else { panic!("not ADD") };
    /// assert_eq!((add.list, add.handle.as_str()), (List::Allow, "bob@example.com"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    NotificationRequest {
        "VER" Ver(ver::Request) "the dialects it speaks" => Ver(ver::Reply) "the common dialects";
        "CVR" Cvr(cvr::Request) "what it is" => Cvr(cvr::Reply) "which versions there are";
        "INF" Inf(inf::Request) "which security packages there are";
        "USR" Usr(usr::Request) "sign in" => Usr(usr::Reply) "a challenge, or signed in";
        "SYN" Syn(syn::Request) "fetch the lists" => Syn(syn::Reply) "the version of the lists";
        "GTC" Gtc(gtc::Request) "set what it does when added" => Gtc(gtc::Reply) "that was changed";
        "BLP" Blp(blp::Request) "set who may see it unlisted" => Blp(blp::Reply) "that was changed";
        "PRP" Prp(prp::Request) "set a property" => Prp(prp::Reply) "one was changed";
        "ADD" Add(add::Request) "put somebody on a list" => Add(add::Reply) "somebody was put on a list";
        "REM" Rem(rem::Request) "take somebody off a list" => Rem(rem::Reply) "somebody was taken off a list";
        "ADG" Adg(adg::Request) "make a group" => Adg(adg::Reply) "a group was made";
        "RMG" Rmg(rmg::Request) "remove a group" => Rmg(rmg::Reply) "a group was removed";
        "REG" Reg(reg::Request) "rename a group" => Reg(reg::Reply) "a group was renamed";
        "REA" Rea(rea::Request) "rename somebody" => Rea(rea::Reply) "somebody was renamed";
        "CHG" Chg(chg::Chg) "change state" => Chg(chg::Chg) "the state was changed";
        "QRY" Qry(qry::Request) + payload "answer a challenge" => Qry(qry::Reply) "the answer was right";
        "PNG" Png(qng::Request) "is the service there? See [`qng`]";
        "URL" Url(url::Request) "where a page is" => Url(url::Reply) "where the page is";
        "SND" Snd(snd::Request) "invite by mail" => Snd(snd::Reply) "the invitation is taken";
        "SDC" Sdc(sdc::Request) + payload "invite by mail, with a text" => Sdc(sdc::Reply) "the invitation is taken";
        "FND" Fnd(fnd::Request) "search the directory" => Fnd(fnd::Reply) "a match";
        "PAG" Pag(pag::Request) + payload "page somebody (MSNP8)";
        "PGD" Pgd(pgd::Request) + payload "page somebody (MSNP9)";
        "IMS" Ims(ims::Request) "switch messages" => Ims(ims::Reply) "messages were switched";
        "XFR" Xfr(xfr::Request) "ask for a switchboard" => Xfr(xfr::Reply) "go to another server";
        "OUT" Out(out::Request) "goodbye";
    }

    /// A command from a notification server to a client.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use msnp::{Dialect, Status};
    /// use msnp::command::NotificationEvent;
    /// use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
    ///
    /// let line = "NLN AWY bob@example.com Bob 268435492\r\n";
    /// let mut decoder = Decoder::new(Stream::NotificationEvents, Limits::EVENTS);
    /// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
    /// let event = NotificationEvent::parse(&frame, Dialect::Msnp9)?;
    /// assert_eq!(event.to_bytes_for(Dialect::Msnp9), line);
    /// let NotificationEvent::Nln(push) = event else { panic!("not NLN") };
    /// assert_eq!((push.status, push.name.text().as_ref()), (Status::Away, "Bob"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    NotificationEvent {
        "GTC" GtcLine(gtc::Line) if word_is_next "what to do when added, after `SYN`";
        "BLP" BlpLine(blp::Line) if word_is_next "who may see one unlisted, after `SYN`";
        "PRP" PrpLine(prp::Line) if word_is_next "a property of one's own, after `SYN`";
        "LSG" Lsg(lsg::Line) "a group, after `SYN`";
        "LST" Lst(lst::Line) "somebody on a list, after `SYN`";
        "BPR" BprLine(bpr::Line) if word_is_next "a property of the contact before, after `SYN`";
        "BPR" Bpr(bpr::Push) "a contact changed one";
        "ILN" Iln(iln::Push) "a contact is there";
        "NLN" Nln(nln::Push) "a contact came or changed";
        "FLN" Fln(fln::Push) "a contact went";
        "CHL" Chl(chl::Challenge) "a challenge";
        "QNG" Qng(qng::Reply) "the service is there";
        "RNG" Rng(rng::Push) "a call";
        "MSG" Msg(msg::FromService) + payload "a message from the service";
        "NOT" Not(not::Push) + payload "an alert";
        "IPG" Ipg(ipg::Push) + payload "a page";
        "OUT" Out(out::Notice) "the end";
        else Error(error::Reply) "A refusal";
    }
}
