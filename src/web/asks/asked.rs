//! Of what something is asked, and how it stands now.

use std::collections::BTreeSet;

use crate::desk::{Ask, Asked, Desk, StartError, Takes, TrackAsk};
use crate::engine::{PipelineId, TrackId, TrackState};
use crate::graph::Param;
use crate::l10n::Words;
use crate::store::{PipelineHead, TrackHead};
use crate::web::asks::deeds::{self, Deed, Told};
use crate::web::edge::answer::Failure;
use crate::web::edge::posted::Posted;
use crate::web::edge::seen::Seen;
use crate::web::graphs::start::new_key;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::values::{self, Begun};

/// What is asked, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Subject {
    Pipeline(PipelineId, Deed),
    Track(TrackId, TrackAsk),
}

/// What is asked, and how the thing stands.
pub(in crate::web) struct Found {
    pub(in crate::web) subject: Subject,
    pub(in crate::web) pipeline: PipelineHead,
    pub(in crate::web) track: Option<OfTrack>,
}

/// The track that is asked.
pub(in crate::web) struct OfTrack {
    pub(in crate::web) head: TrackHead,
    /// The values that it has.
    pub(in crate::web) input: String,
    /// What the form asks for.
    pub(in crate::web) params: Vec<Param>,
    /// Outputs that have to be given.
    pub(in crate::web) asked: BTreeSet<String>,
}

impl Subject {
    /// How it stands now.
    pub(in crate::web) fn find(self, desk: &Desk) -> Result<Found, Failure> {
        let (id, track) = match self {
            Self::Pipeline(id, _) => (id, None),
            Self::Track(id, ask) => {
                let missing = || Failure::Missing("track");
                let (head, texts) = desk.store.track(id)?.ok_or_else(missing)?;
                let order = desk.store.order(id)?.ok_or_else(missing)?;
                let (params, asked) = match ask.takes() {
                    Takes::Values => (order.taken(), BTreeSet::new()),
                    Takes::Outputs => {
                        let asked = desk.asked_outputs(&head, &order.outputs)?;
                        (order.outputs, asked)
                    }
                    Takes::Nothing => (Vec::new(), BTreeSet::new()),
                };
                let (pipeline, input) = (PipelineId(head.pipeline_id), texts.input);
                let track = OfTrack {
                    head,
                    input,
                    params,
                    asked,
                };
                (pipeline, Some(track))
            }
        };
        let pipeline = desk.store.pipeline(id)?;
        Ok(Found {
            subject: self,
            pipeline: pipeline.ok_or(Failure::Missing("pipeline"))?,
            track,
        })
    }
}

impl Found {
    pub(in crate::web) fn words(&self, t: Words) -> Told {
        match self.subject {
            Subject::Pipeline(_, deed) => deed.words(t),
            Subject::Track(_, ask) => {
                let state = self.track.as_ref().map(|track| track.head.state);
                deeds::words_at(ask, state.and_then(TrackState::from_code), t)
            }
        }
    }

    /// Whether values are asked for that its script does not take.
    pub(in crate::web) fn is_idle(&self) -> bool {
        let input = matches!(self.subject, Subject::Track(_, TrackAsk::Input));
        input && self.track.as_ref().is_some_and(|t| t.params.is_empty())
    }

    pub(in crate::web) fn track(&self) -> Option<i64> {
        self.track.as_ref().map(|track| track.head.id)
    }

    pub(in crate::web) fn name(&self) -> &str {
        let track = self.track.as_ref();
        track.map_or(&self.pipeline.name, |track| &track.head.vertex)
    }

    pub(in crate::web) fn mark(&self) -> Mark {
        match &self.track {
            Some(track) => {
                let mark = marks::track(track.head.state, track.head.reason);
                match self.pipeline.finished_at {
                    Some(_) => mark.over(track.head.attempt),
                    None => mark,
                }
            }
            None => marks::pipeline(self.pipeline.state),
        }
    }

    pub(in crate::web) fn path(&self) -> String {
        match self.subject {
            Subject::Pipeline(id, deed) => format!("/pipelines/{id}/{}", deed.word()),
            Subject::Track(id, ask) => format!("/tracks/{id}/{}", ask.word()),
        }
    }

    /// The address of the form, for somebody who came from there.
    pub(in crate::web) fn at(&self, from: &str) -> String {
        match from {
            "" => self.path(),
            from => format!("{}?from={from}", self.path()),
        }
    }

    /// Where the reader came from.
    pub(in crate::web) fn back(&self, from: &str) -> String {
        match (self.subject, from) {
            (Subject::Track(..), "inbox") => "/inbox".to_owned(),
            (Subject::Track(id, _), "") => format!("/tracks/{id}"),
            (Subject::Track(..) | Subject::Pipeline(..), _) => {
                format!("/pipelines/{}", self.pipeline.id)
            }
        }
    }

    pub(in crate::web) fn seen(&self) -> Seen {
        match &self.track {
            Some(track) => Seen::track(&track.head),
            None => Seen::pipeline(&self.pipeline),
        }
    }

    /// What makes a second press of the button the same start.
    pub(in crate::web) fn key(&self) -> Result<String, Failure> {
        match self.subject {
            Subject::Pipeline(_, Deed::Again) => new_key(),
            Subject::Pipeline(_, Deed::Ask(_)) | Subject::Track(..) => Ok(String::new()),
        }
    }

    /// What a new pipeline would be given.
    pub(in crate::web) fn given(&self, desk: &Desk) -> Result<Vec<Begun>, Failure> {
        match self.subject {
            Subject::Pipeline(_, Deed::Again) => values::of_pipeline(desk, &self.pipeline),
            Subject::Pipeline(_, Deed::Ask(_)) | Subject::Track(..) => Ok(Vec::new()),
        }
    }

    /// Does what the form asks; gives the number of a pipeline that is started.
    pub(in crate::web) fn ask(
        &self,
        desk: &Desk,
        who: &str,
        form: &Posted,
    ) -> Result<Option<PipelineId>, StartError> {
        let attempt = form.get("attempt").and_then(|text| text.parse().ok());
        let saw = |ask: Ask| ask.saw(form.text("expect"), attempt);
        let asked = |expect| Asked {
            who: who.to_owned(),
            why: form.text("why").trim().to_owned(),
            expect,
        };
        let ask = match self.subject {
            Subject::Pipeline(id, Deed::Again) => {
                let key = Some(form.text("key")).filter(|key| !key.is_empty());
                let key = key.map(|key| format!("form:{key}"));
                let started = desk.again(id, "form", key, asked(None))?;
                return Ok(Some(started.id));
            }
            Subject::Pipeline(id, Deed::Ask(ask)) => Ask::Pipeline(id, ask),
            Subject::Track(id, ask) => Ask::Track(id, ask),
        };
        let expect = saw(ask).map_err(|wrong| StartError::Fields(vec![wrong]))?;
        desk.ask(ask, asked(expect), &self.changes(form))?;
        Ok(None)
    }
}
