//! The macro that makes the enums of a role's requests and events from a table of verbs.

/// A role's two tables: its requests, each with the reply it gets, and its other events.
///
/// A row is a verb, the name of the variant, the form that is read and written, and its purpose:
///
/// ```text
/// "ZAP" Zap(zap::Request) + payload "do it" => Zap(zap::Reply) "done";
/// "GTC" GtcLine(gtc::Line) if word_is_next "the setting";
/// ```
/// `+ payload` says that bytes follow the line, as many as its last word says. `if` names the
/// question to [`Words`](crate::wire::Words) that tells the form from another one of the same verb.
/// The `else` row takes the verbs of three digits.
macro_rules! verbs {
    (
        $(#[$requests:meta])*
        $Request:ident {$(
            $verb:literal $name:ident($form:path) $(+ $payload:ident)? $doc:literal
                $(=> $reply:ident($reply_form:path) $(+ $reply_payload:ident)? $reply_doc:literal)?;
        )*}

        $(#[$events:meta])*
        $Event:ident {
            $(
                $event_verb:literal $event:ident($event_form:path)
                    $(if $question:ident)? $(+ $event_payload:ident)? $event_doc:literal;
            )*
            else $Error:ident($error:path) $error_doc:literal;
        }
    ) => {
        $(#[$requests])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $Request {
            $(#[doc = concat!("`", $verb, "`: ", $doc)] $name($form),)*
        }

        $(#[$events])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $Event {
            $($(#[doc = concat!("`", $verb, "`: ", $reply_doc)] $reply($reply_form),)?)*
            $(#[doc = concat!("`", $event_verb, "`: ", $event_doc)] $event($event_form),)*
            #[doc = $error_doc]
            $Error($error),
        }

        impl $Request {
            /// The verbs there are, for tests that go through all of them.
            pub const VERBS: &'static [&'static str] = &[$($verb),*];

            /// Reads a frame of this stream.
            ///
            /// # Errors
            /// The reason for which the command cannot be read, with the transaction id for the answer.
            pub fn parse(frame: &Frame, dialect: Dialect) -> Result<Self, ParseError> {
                // Not made legible: a service refuses a request that it cannot read.
                read(frame, dialect, |verb, words| {
                    Ok(match verb {
                        $($verb => Self::$name(<$form>::parse(words)?),)*
                        _ => return Err(unknown(words)),
                    })
                })
            }

            /// Whether bytes follow the line of this verb.
            pub(crate) fn has_payload(verb: &[u8]) -> bool {
                false $($(|| verbs!(@is $payload verb $verb))?)*
            }
        }

        impl $Event {
            /// The verbs, once for each form, for tests that go through all of them.
            pub const VERBS: &'static [&'static str] = &[$($(verbs!(@verb $verb $reply),)?)* $($event_verb),*];

            /// Reads a frame of this stream. Names are read as well as they can be; see [`Frame::legible`].
            ///
            /// # Errors
            /// The reason for which the command cannot be read.
            pub fn parse(frame: &Frame, dialect: Dialect) -> Result<Self, ParseError> {
                read(&frame.legible(), dialect, |verb, words| {
                    Ok(match verb {
                        // Events first: a row with `if` has the verb of a reply, and leaves to the reply every line that
                        // its question does not fit.
                        $($event_verb $(if words.$question())? => Self::$event(<$event_form>::parse(words)?),)*
                        $($($verb => Self::$reply(<$reply_form>::parse(words)?),)?)*
                        // Last, and only among events: no client sends an error.
                        verb => match error::number(verb.as_bytes()) {
                            Some(number) => Self::$Error(<$error>::parse(number, words)),
                            None => return Err(unknown(words)),
                        },
                    })
                })
            }

            /// Whether bytes follow the line of this verb.
            pub(crate) fn has_payload(verb: &[u8]) -> bool {
                false
                    $($($(|| verbs!(@is $reply_payload verb $verb))?)?)*
                    $($(|| verbs!(@is $event_payload verb $event_verb))?)*
            }
        }

        #[cfg(test)]
        impl $Request {
            pub(super) const ROWS: &'static [vectors::Row<Self>] =
                &[$(verbs!(@row $verb $name($form))),*];
        }

        #[cfg(test)]
        impl $Event {
            pub(super) const ROWS: &'static [vectors::Row<Self>] = &[
                $($(verbs!(@row $verb $reply($reply_form)),)?)*
                $(verbs!(@row $event_verb $event($event_form)),)*
                verbs!(@row "error" $Error($error)),
            ];
        }

        impl EncodeFor for $Request {
            fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
                match self {
                    $(Self::$name(command) => command.encode_for(dialect, out),)*
                }
            }
        }

        impl EncodeFor for $Event {
            fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
                match self {
                    $($(Self::$reply(command) => command.encode_for(dialect, out),)?)*
                    $(Self::$event(command) => command.encode_for(dialect, out),)*
                    Self::$Error(command) => command.encode_for(dialect, out),
                }
            }
        }
    };

    // The word `payload` is matched here, so that a row with any other word after `+` does not compile.
    (@is payload $given:ident $verb:literal) => { $given == $verb.as_bytes() };
    (@row $verb:literal $name:ident($form:path)) => {
        vectors::Row {
            verb: $verb,
            lines: <$form as vectors::Vectors>::LINES,
            is_it: |command| matches!(command, Self::$name(_)),
        }
    };
    // The verb of a request that has a reply.
    (@verb $verb:literal $reply:ident) => { $verb };
}

pub(super) use verbs;
