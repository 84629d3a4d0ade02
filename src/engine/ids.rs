//! Names of things: integers that the engine gives out.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// One version of a graph.
    GraphId
}
id! {
    /// One script of one version of a graph.
    VertexId
}
id! {
    /// One run of a graph.
    PipelineId
}
id! {
    /// One vertex in one pipeline.
    TrackId
}

/// One start of a track's script: what every file and message about it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptKey {
    /// The run.
    pub pipeline: PipelineId,
    /// The vertex in that run.
    pub track: TrackId,
    /// 1 for the first start of the track's script.
    pub attempt: u32,
}

impl fmt::Display for AttemptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.pipeline, self.track, self.attempt)
    }
}

/// A moment: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);
