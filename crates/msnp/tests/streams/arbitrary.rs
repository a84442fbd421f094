//! Arbitrary commands, valid ones only.

use bytes::Bytes;
use msnp::command::*;
use msnp::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn parsed<T: std::fmt::Debug>(
    pattern: &'static str,
    parse: impl Fn(&str) -> Result<T, Invalid> + 'static,
) -> impl Strategy<Value = T> {
    pattern.prop_map(move |word| parse(&word).expect("the pattern is valid"))
}

fn tid() -> impl Strategy<Value = TransactionId> {
    prop_oneof![0..100u32, any::<u32>()].prop_map(TransactionId)
}
fn version() -> impl Strategy<Value = ListVersion> {
    any::<u32>().prop_map(ListVersion)
}
fn handle() -> impl Strategy<Value = Handle> {
    parsed("[a-z0-9._+'-]{1,20}@[a-z0-9-]{1,12}(\\.[a-z]{2,6}){1,2}", Handle::parse)
}
fn name() -> impl Strategy<Value = FriendlyName> {
    prop_oneof![
        parsed("([!-$&-~é✓]|%20|%0D%0A|%c3%a9){1,30}", FriendlyName::parse),
        "\\PC{1,20}".prop_map(|text| FriendlyName::from_text(&text).expect("short enough")),
    ]
}
/// A name that a client may give.
fn chosen_name() -> impl Strategy<Value = FriendlyName> {
    name().prop_filter("presentable", FriendlyName::is_presentable)
}

/// The same for a group.
fn chosen_group_name() -> impl Strategy<Value = GroupName> {
    group_name().prop_filter("presentable", |name| GroupName::parse_chosen(name.as_wire()).is_ok())
}

fn group_name() -> impl Strategy<Value = GroupName> {
    parsed("([!-$&-~]|%20){1,20}", GroupName::parse)
}
fn group() -> impl Strategy<Value = GroupId> {
    (0..GroupId::COUNT).prop_map(|number| GroupId::new(number).expect("below 30"))
}
fn argument(list: List, group: Option<GroupId>) -> GroupArgument {
    group.filter(|_| list == List::Forward).map_or(GroupArgument::Absent, GroupArgument::Named)
}
fn word() -> impl Strategy<Value = Box<str>> {
    "[!-~é✓]{1,24}".prop_map(Box::from)
}
/// A word that cannot be taken for an address.
fn field() -> impl Strategy<Value = Box<str>> {
    "[0-9A-Za-z.-]{1,12}".prop_map(Box::from)
}
/// Payloads look like commands, to trip a reader that looks for line ends in them.
fn payload() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        vec(any::<u8>(), 0..200).prop_map(Bytes::from),
        "(\r\n|MSG 1 N 5|OUT|QRY|\n| ){0,12}".prop_map(Bytes::from),
    ]
}
fn cookie() -> impl Strategy<Value = Cookie> {
    parsed("[!-~]{1,40}", Cookie::parse)
}
fn address() -> impl Strategy<Value = HostPort> {
    parsed("[a-z0-9.]{1,20}:[0-9]{1,5}", HostPort::parse)
}
fn session() -> impl Strategy<Value = SessionId> {
    any::<u32>().prop_map(SessionId)
}
fn object() -> impl Strategy<Value = EncodedObject> {
    parsed("%3C[a-zA-Z0-9%]{1,60}", EncodedObject::parse)
}
fn status() -> impl Strategy<Value = Status> {
    select(&Status::ALL[..])
}
fn capabilities() -> impl Strategy<Value = ClientCapabilities> {
    any::<u32>().prop_map(ClientCapabilities)
}
fn prompt() -> impl Strategy<Value = AddPrompt> {
    select(&[AddPrompt::Ask, AddPrompt::Never][..])
}
fn privacy() -> impl Strategy<Value = Privacy> {
    select(&[Privacy::AllowUnlisted, Privacy::BlockUnlisted][..])
}
fn list() -> impl Strategy<Value = List> {
    select(&List::ALL[..])
}
fn property() -> impl Strategy<Value = (PropertyKey, PropertyValue)> {
    select(&PropertyKey::ALL[..]).prop_flat_map(|key| {
        let pattern = match key {
            PropertyKey::MobileAllowed | PropertyKey::MobileEnabled => "[YN]",
            PropertyKey::WebWatch => "[02]",
            _ => "([0-9A-Za-z+-]|%20){0,20}",
        };
        (Just(key), parsed(pattern, move |word| PropertyValue::parse(key, word)))
    })
}
fn fields() -> impl Strategy<Value = Vec<(Box<str>, Box<str>)>> {
    vec(("[a-z]{1,8}".prop_map(Box::from), "[!-~]{0,8}".prop_map(Box::from)), 0..4)
}
fn chg() -> impl Strategy<Value = chg::Chg> {
    (tid(), status(), capabilities(), of(object())).prop_map(|(transaction, status, capabilities, object)| {
        chg::Chg { transaction, status, capabilities, object }
    })
}
fn cvr() -> impl Strategy<Value = cvr::Request> {
    (tid(), field(), field(), field(), field(), field(), (field(), of(field()), of(handle()))).prop_map(
        |(transaction, locale, os, os_version, architecture, library, (version, client, handle))| {
            let client = client.unwrap_or_default();
            cvr::Request {
                transaction,
                locale,
                os,
                os_version,
                architecture,
                library,
                version,
                client,
                handle,
            }
        },
    )
}

pub fn notification_request() -> BoxedStrategy<NotificationRequest> {
    use NotificationRequest as N;
    let sign_in = prop_oneof![
        (tid(), vec(prop_oneof![word(), "MSNP[89]|CVR0".prop_map(Box::from)], 1..5))
            .prop_map(|(transaction, offered)| N::Ver(ver::Request { transaction, offered })),
        cvr().prop_map(N::Cvr),
        tid().prop_map(|transaction| N::Inf(inf::Request { transaction })),
        (tid(), handle())
            .prop_map(|(transaction, handle)| N::Usr(usr::Request::Identify { transaction, handle })),
        (tid(), parsed("[!-~]{1,80}", usr::Ticket::parse))
            .prop_map(|(transaction, ticket)| N::Usr(usr::Request::Ticket { transaction, ticket })),
        (tid(), version()).prop_map(|(transaction, version)| N::Syn(syn::Request { transaction, version })),
        tid().prop_map(|transaction| N::Xfr(xfr::Request { transaction })),
        Just(N::Png(qng::Request)),
        Just(N::Out(out::Request)),
    ];
    let lists =
        prop_oneof![
            (tid(), prompt()).prop_map(|(transaction, prompt)| N::Gtc(gtc::Request { transaction, prompt })),
            (tid(), privacy())
                .prop_map(|(transaction, privacy)| N::Blp(blp::Request { transaction, privacy })),
            (tid(), property()).prop_map(|(transaction, (key, value))| N::Prp(prp::Request {
                transaction,
                key,
                value
            })),
            (tid(), list(), handle(), chosen_name(), of(group())).prop_map(
                |(transaction, list, handle, name, group)| {
                    let group = argument(list, group);
                    N::Add(add::Request { transaction, list, handle, name, group })
                }
            ),
            (tid(), list(), handle(), of(group())).prop_map(|(transaction, list, handle, group)| {
                let group = argument(list, group);
                N::Rem(rem::Request { transaction, list, handle, group })
            }),
            (tid(), chosen_group_name())
                .prop_map(|(transaction, name)| N::Adg(adg::Request { transaction, name })),
            (tid(), group()).prop_map(|(transaction, group)| N::Rmg(rmg::Request { transaction, group })),
            (tid(), group(), chosen_group_name())
                .prop_map(|(transaction, group, name)| N::Reg(reg::Request { transaction, group, name })),
            (tid(), handle(), chosen_name()).prop_map(|(transaction, handle, name)| N::Rea(rea::Request {
                transaction,
                handle,
                name
            })),
            chg().prop_map(N::Chg),
        ];
    let rest = prop_oneof![
        (tid(), word(), payload()).prop_map(|(transaction, product_id, digest)| N::Qry(qry::Request {
            transaction,
            product_id,
            digest
        })),
        (tid(), word(), of(word())).prop_map(|(transaction, service, argument)| N::Url(url::Request {
            transaction,
            service,
            argument
        })),
        (tid(), word(), of((word(), of((word(), of(word())))))).prop_map(|(transaction, address, more)| {
            let (locale, more) = more.unzip();
            let (library, client) = more.flatten().unzip();
            N::Snd(snd::Request { transaction, address, locale, library, client: client.flatten() })
        }),
        (tid(), word(), word(), word(), word(), name(), payload()).prop_map(
            |(transaction, address, locale, library, client, name, text)| {
                N::Sdc(sdc::Request { transaction, address, locale, library, client, name, text })
            }
        ),
        (tid(), fields()).prop_map(|(transaction, fields)| N::Fnd(fnd::Request { transaction, fields })),
        (tid(), handle(), payload()).prop_map(|(transaction, handle, page)| N::Pag(pag::Request {
            transaction,
            handle,
            page
        })),
        (tid(), handle(), payload()).prop_map(|(transaction, handle, page)| N::Pgd(pgd::Request {
            transaction,
            handle,
            page
        })),
        (tid(), any::<bool>()).prop_map(|(transaction, on)| N::Ims(ims::Request { transaction, on })),
    ];
    prop_oneof![sign_in, lists, rest].boxed()
}

fn sign_in_event() -> impl Strategy<Value = NotificationEvent> {
    use NotificationEvent as N;
    prop_oneof![
        (tid(), vec(select(Dialect::ALL), 0..3), any::<bool>())
            .prop_map(|(transaction, dialects, cvr0)| N::Ver(ver::Reply { transaction, dialects, cvr0 })),
        (tid(), word(), word(), word(), word(), word()).prop_map(
            |(transaction, recommended, also_recommended, minimum, download_url, info_url)| {
                N::Cvr(cvr::Reply {
                    transaction,
                    recommended,
                    also_recommended,
                    minimum,
                    download_url,
                    info_url,
                })
            }
        ),
        (tid(), word())
            .prop_map(|(transaction, challenge)| N::Usr(usr::Reply::Challenge { transaction, challenge })),
        (tid(), handle(), name(), any::<bool>()).prop_map(|(transaction, handle, name, verified)| {
            N::Usr(usr::Reply::Ok { transaction, handle, name, verified })
        }),
        (tid(), address(), address()).prop_map(|(transaction, address, current)| {
            N::Xfr(xfr::Reply::Notification { transaction, address, current })
        }),
        (tid(), address(), cookie()).prop_map(|(transaction, address, cookie)| {
            N::Xfr(xfr::Reply::Switchboard { transaction, address, cookie })
        }),
        (tid(), version(), of((0..5000usize, 0..30usize))).prop_map(|(transaction, version, contents)| {
            let contents = contents.map(|(contacts, groups)| syn::Contents { contacts, groups });
            N::Syn(syn::Reply { transaction, version, contents })
        }),
    ]
}

fn list_event() -> impl Strategy<Value = NotificationEvent> {
    use NotificationEvent as N;
    let settings = prop_oneof![
        prompt().prop_map(|prompt| N::GtcLine(gtc::Line { prompt })),
        (tid(), version(), prompt()).prop_map(|(transaction, version, prompt)| N::Gtc(gtc::Reply {
            transaction,
            version,
            prompt
        })),
        privacy().prop_map(|privacy| N::BlpLine(blp::Line { privacy })),
        (tid(), version(), privacy()).prop_map(|(transaction, version, privacy)| N::Blp(blp::Reply {
            transaction,
            version,
            privacy
        })),
        property().prop_map(|(key, value)| N::PrpLine(prp::Line { key, value })),
        (tid(), version(), property()).prop_map(|(transaction, version, (key, value))| {
            N::Prp(prp::Reply { transaction, version, key, value })
        }),
        property().prop_map(|(key, value)| N::BprLine(bpr::Line { key, value })),
        (version(), handle(), property()).prop_map(|(version, handle, (key, value))| {
            N::Bpr(bpr::Push { version, handle, key, value })
        }),
    ];
    let contacts = prop_oneof![
        (handle(), name(), 0..16u8, vec(group(), 1..4)).prop_map(|(handle, name, bits, mut groups)| {
            let lists = ListFlags::from_bits(bits).expect("below 16");
            if !lists.contains(List::Forward) {
                groups.clear();
            }
            N::Lst(lst::Line { handle, name, lists, groups })
        }),
        (tid(), list(), version(), handle(), name(), of(group())).prop_map(
            |(transaction, list, version, handle, name, group)| {
                N::Add(add::Reply { transaction, list, version, handle, name, group })
            }
        ),
        (tid(), list(), version(), handle(), of(group())).prop_map(
            |(transaction, list, version, handle, group)| {
                N::Rem(rem::Reply { transaction, list, version, handle, group })
            }
        ),
        (tid(), version(), handle(), name()).prop_map(|(transaction, version, handle, name)| {
            N::Rea(rea::Reply { transaction, version, handle, name })
        }),
    ];
    let groups = prop_oneof![
        (group(), group_name()).prop_map(|(group, name)| N::Lsg(lsg::Line { group, name })),
        (tid(), version(), group_name(), group()).prop_map(|(transaction, version, name, group)| {
            N::Adg(adg::Reply { transaction, version, name, group })
        }),
        (tid(), version(), group()).prop_map(|(transaction, version, group)| N::Rmg(rmg::Reply {
            transaction,
            version,
            group
        })),
        (tid(), version(), group(), group_name()).prop_map(|(transaction, version, group, name)| {
            N::Reg(reg::Reply { transaction, version, group, name })
        }),
    ];
    prop_oneof![settings, contacts, groups]
}

fn other_event() -> impl Strategy<Value = NotificationEvent> {
    use NotificationEvent as N;
    let presence = prop_oneof![
        chg().prop_map(N::Chg),
        (tid(), handle(), name(), status(), capabilities(), of(object())).prop_map(
            |(transaction, handle, name, status, capabilities, object)| {
                N::Iln(iln::Push { transaction, handle, name, status, capabilities, object })
            }
        ),
        (status(), handle(), name(), capabilities(), of(object())).prop_map(
            |(status, handle, name, capabilities, object)| {
                N::Nln(nln::Push { status, handle, name, capabilities, object })
            }
        ),
        handle().prop_map(|handle| N::Fln(fln::Push { handle })),
        word().prop_map(|challenge| N::Chl(chl::Challenge { challenge })),
        tid().prop_map(|transaction| N::Qry(qry::Reply { transaction })),
        of(any::<u32>()).prop_map(|seconds| N::Qng(qng::Reply { seconds })),
        (session(), address(), cookie(), handle(), name()).prop_map(
            |(session, address, cookie, caller, name)| {
                N::Rng(rng::Push { session, address, cookie, caller, name })
            }
        ),
    ];
    let rest = prop_oneof![
        (tid(), word(), word(), word()).prop_map(|(transaction, path, url, site)| N::Url(url::Reply {
            transaction,
            path,
            url,
            site
        })),
        tid().prop_map(|transaction| N::Snd(snd::Reply { transaction })),
        tid().prop_map(|transaction| N::Sdc(sdc::Reply { transaction })),
        (tid(), 0..9usize, 0..9usize, fields()).prop_map(|(transaction, index, count, fields)| {
            N::Fnd(fnd::Reply { transaction, index, count, fields })
        }),
        (tid(), any::<bool>()).prop_map(|(transaction, on)| N::Ims(ims::Reply { transaction, on })),
        payload().prop_map(|payload| N::Msg(msg::FromService { payload })),
        payload().prop_map(|xml| N::Not(not::Push { xml })),
        payload().prop_map(|xml| N::Ipg(ipg::Push { xml })),
        notice().prop_map(N::Out),
        error().prop_map(N::Error),
    ];
    prop_oneof![presence, rest]
}

fn notice() -> impl Strategy<Value = out::Notice> {
    select(&[out::Reason::OtherSignIn, out::Reason::ServerShuttingDown][..])
        .prop_map(|reason| out::Notice { reason })
}

fn error() -> impl Strategy<Value = error::Reply> {
    (0..1000u16, of(tid())).prop_map(|(number, transaction)| error::Reply { number, transaction })
}

pub fn notification_event() -> BoxedStrategy<NotificationEvent> {
    prop_oneof![sign_in_event(), list_event(), other_event()].boxed()
}

pub fn switchboard_request() -> BoxedStrategy<SwitchboardRequest> {
    use SwitchboardRequest as S;
    prop_oneof![
        (tid(), handle(), cookie()).prop_map(|(transaction, handle, cookie)| {
            S::Usr(usr::SwitchboardRequest { transaction, handle, cookie })
        }),
        (tid(), handle(), cookie(), session()).prop_map(|(transaction, handle, cookie, session)| {
            S::Ans(ans::Request { transaction, handle, cookie, session })
        }),
        (tid(), handle()).prop_map(|(transaction, handle)| S::Cal(cal::Request { transaction, handle })),
        (tid(), select(&msg::Acknowledge::ALL[..]), payload()).prop_map(
            |(transaction, acknowledge, payload)| {
                S::Msg(msg::Request { transaction, acknowledge, payload })
            }
        ),
        Just(S::Out(out::Request)),
    ]
    .boxed()
}

pub fn switchboard_event() -> BoxedStrategy<SwitchboardEvent> {
    use SwitchboardEvent as S;
    prop_oneof![
        (tid(), handle(), name()).prop_map(|(transaction, handle, name)| {
            S::Usr(usr::SwitchboardReply { transaction, handle, name })
        }),
        tid().prop_map(|transaction| S::Ans(ans::Reply { transaction })),
        (tid(), session()).prop_map(|(transaction, session)| S::Cal(cal::Reply { transaction, session })),
        (tid(), 1..30usize, 1..30usize, handle(), name()).prop_map(
            |(transaction, index, count, handle, name)| {
                S::Iro(iro::Push { transaction, index, count, handle, name })
            }
        ),
        (handle(), name()).prop_map(|(handle, name)| S::Joi(joi::Push { handle, name })),
        (handle(), any::<bool>()).prop_map(|(handle, idle)| S::Bye(bye::Push { handle, idle })),
        (handle(), name(), payload()).prop_map(|(sender, name, payload)| S::Msg(msg::Delivery {
            sender,
            name,
            payload
        })),
        tid().prop_map(|transaction| S::Ack(ack::Reply { transaction })),
        tid().prop_map(|transaction| S::Nak(nak::Reply { transaction })),
        notice().prop_map(S::Out),
        error().prop_map(S::Error),
    ]
    .boxed()
}
