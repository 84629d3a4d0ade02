//! The built-in cases: what they are called, how large they are, and a figure of one.

use clap::ValueEnum;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Case {
    /// Durable commits of one insert a second, as the disk lets them through
    Commits,
    /// Scripts of which none needs another
    Independent,
    /// Scripts one after the other
    Chain,
    /// Many pipelines of 17 scripts each, at once
    Pipelines,
    /// Scripts that sleep for 1 s, all at once: the time beyond that second
    Sleepers,
    /// From the request to its answer: the start of one pipeline of many vertices
    Start,
    /// Starts of pipelines by REST a second, by 8 clients
    Starts,
}

/// Scripts of one of many pipelines.
pub(super) const SHORT: usize = 17;
/// Clients that start pipelines at the same time.
pub(super) const CLIENTS: usize = 8;

impl Case {
    /// How it is named on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Commits => "commits",
            Self::Independent => "independent",
            Self::Chain => "chain",
            Self::Pipelines => "pipelines",
            Self::Sleepers => "sleepers",
            Self::Start => "start",
            Self::Starts => "starts",
        }
    }

    /// How many there are of what it counts, in a run whose usual pipeline has `usual` vertices.
    pub(super) fn size(self, usual: usize) -> usize {
        match self {
            Self::Commits | Self::Starts => usual * 2,
            Self::Independent | Self::Chain | Self::Sleepers => usual,
            Self::Pipelines => (usual / 10).max(1),
            Self::Start => usual * 10,
        }
    }

    /// How many scripts run at once, where there are so many slots.
    pub(super) fn at_once(self, usual: usize, slots: usize) -> usize {
        match self {
            Self::Commits | Self::Start => 0,
            Self::Chain => 1,
            Self::Sleepers => self.size(usual),
            Self::Independent | Self::Pipelines | Self::Starts => slots.min(self.size(usual)),
        }
    }

    /// What is measured, in words.
    pub(super) fn what(self, usual: usize) -> String {
        let n = many(self.size(usual));
        match self {
            Self::Commits => format!("{n} durable commits of one insert"),
            Self::Independent => format!("{n} scripts, none needs another"),
            Self::Chain => format!("{n} scripts, one after the other"),
            Self::Pipelines => format!("{n} pipelines of a chain of {SHORT} scripts"),
            Self::Sleepers => format!("{n} scripts of `sleep 1` at once, the time beyond 1 s"),
            Self::Start => format!("start of {n} vertices, from request to answer"),
            Self::Starts => format!("{n} starts by REST, {CLIENTS} clients"),
        }
    }
}

/// In what a figure is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    EachSecond,
}

impl Unit {
    /// The unit as programs read it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::EachSecond => "/s",
        }
    }
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub(super) case: Case,
    pub(super) unit: Unit,
    /// The median of all rounds.
    pub(super) ours: f64,
    /// The same scripts by a plain loop, in the same unit.
    pub(super) plain: Option<f64>,
    /// Scripts, or vertices; none: it is not about them.
    pub(super) vertices: Option<usize>,
}

impl Figure {
    /// Ours for each script or vertex, in milliseconds.
    pub(super) fn per_vertex_ms(&self) -> Option<f64> {
        let ms = match self.unit {
            Unit::Seconds => self.ours * 1e3,
            Unit::Milliseconds => self.ours,
            Unit::EachSecond => return None,
        };
        self.vertices.map(|n| ms / n as f64)
    }

    /// How many times as long as the plain loop; none where that took no time at all.
    pub(super) fn ratio(&self) -> Option<f64> {
        let plain = self.plain.filter(|plain| *plain > 0.0);
        plain.map(|plain| self.ours / plain)
    }
}

/// The median; of an even number the higher one of the middle.
pub(super) fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// A whole number as people read it: `10,000`.
pub(super) fn many(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::{Case, Figure, Unit, many, median};

    #[test]
    fn numbers_are_grouped() {
        let all = [7, 170, 1_000, 10_000, 1_234_567].map(many);
        assert_eq!(all, ["7", "170", "1,000", "10,000", "1,234,567"]);
    }

    #[test]
    fn the_middle_one_counts() {
        assert_eq!(median(vec![9.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(vec![2.0]), 2.0);
    }

    #[test]
    fn a_case_is_named_as_it_is_typed() {
        for case in Case::value_variants() {
            assert_eq!(Case::from_str(case.word(), false), Ok(*case));
        }
    }

    #[test]
    fn a_figure_is_told_for_each_vertex_and_beside_the_plain_one() {
        let figure = Figure {
            case: Case::Chain,
            unit: Unit::Seconds,
            ours: 3.0,
            plain: Some(1.5),
            vertices: Some(1_000),
        };
        assert_eq!(figure.per_vertex_ms(), Some(3.0));
        assert_eq!(figure.ratio(), Some(2.0));
        let without = Figure {
            plain: Some(0.0),
            unit: Unit::EachSecond,
            ..figure
        };
        assert_eq!((without.ratio(), without.per_vertex_ms()), (None, None));
    }
}
