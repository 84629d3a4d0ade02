//! Words of which a field has one: the lists are those of the modules that own them.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::desk::why::{Code, Moves as WhyMoves, ReferKind};
use crate::engine;
use crate::engine::Will;

/// A text that is one of these words.
pub(in crate::api) fn one_of(of: &str, words: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(of))
        .enum_values(Some(words))
        .into()
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $owner:ty;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Serialize)]
        pub(in crate::api) struct $name(pub(in crate::api) &'static str);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$owner>::ALL.iter().map(|one| one.word());
                one_of(concat!($($doc),+).trim(), words)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

words! {
    /// Where a track stands.
    TrackState = engine::TrackState;
    /// The verdict on a pipeline; RUNNING while there is none, PAUSED while nothing new of it starts.
    PipelineState = engine::PipelineState;
    /// What keeps a PENDING track from running.
    PendingOn = engine::PendingOn;
    /// What people have said of a track before it starts: it waits for them, is passed over, or runs alone.
    TrackMark = engine::Mark;
    /// Why an attempt, and with it a track, ended as it did.
    EndReason = engine::Reason;
    /// What becomes of a track.
    Fate = Will;
    /// A stable name of an answer to why something stands where it does.
    WhyCode = Code;
    /// Who moves it on.
    Moves = WhyMoves;
    /// What an answer can speak of.
    Kind = ReferKind;
}

impl TrackState {
    pub(super) fn of(code: i16) -> Self {
        Self(engine::TrackState::from_code(code).map_or("?", engine::TrackState::word))
    }
}

impl PipelineState {
    pub(in crate::api) fn of(code: i16) -> Self {
        Self(engine::PipelineState::from_code(code).map_or("?", engine::PipelineState::word))
    }
}

impl PendingOn {
    pub(super) fn of(code: i16) -> Option<Self> {
        engine::PendingOn::from_code(code).map(|on| Self(on.word()))
    }
}

impl TrackMark {
    pub(super) fn of(code: i16) -> Option<Self> {
        engine::Mark::from_code(code).map(|mark| Self(mark.word()))
    }
}

impl EndReason {
    pub(super) fn of(code: Option<i16>) -> Option<Self> {
        code.and_then(engine::Reason::from_code)
            .map(|reason| Self(reason.word()))
    }
}
