//! What one process of a script may use of the machine: `limits: {memory: 512MiB, cpu: 30s}`.
//!
//! They are the kernel's own limits of a process (`setrlimit`): each process that the script starts
//! has them for itself, but `processes`, which counts all processes of the user.

use std::fmt;

use super::duration::LONGEST;
use super::model::Millis;

/// Something that can be limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Bytes of address space.
    Memory,
    /// Open files.
    OpenFiles,
    /// Processes of the user that runs the script, all together.
    Processes,
    /// Processor time in milliseconds, in whole seconds.
    Cpu,
    /// Bytes of each file that it writes.
    FileSize,
}

/// Limits of a graph or of a vertex; what is not there is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rlimits([Option<u64>; 5]);

const KIB: u64 = 1 << 10;

/// The units of sizes, largest first.
const UNITS: [(&str, u64); 5] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", KIB),
    ("B", 1),
];

impl Resource {
    /// All of them, in the order in which texts list them.
    pub const ALL: [Self; 5] = [
        Self::Memory,
        Self::OpenFiles,
        Self::Processes,
        Self::Cpu,
        Self::FileSize,
    ];

    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::OpenFiles => "open_files",
            Self::Processes => "processes",
            Self::Cpu => "cpu",
            Self::FileSize => "file_size",
        }
    }

    /// The resource that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }

    /// The least and the most that a limit may be. With less than the least no interpreter starts.
    pub fn range(self) -> (u64, u64) {
        match self {
            Self::Memory => (16 << 20, 1 << 50),
            Self::OpenFiles => (16, 1 << 20),
            Self::Processes => (1, 1 << 22),
            Self::Cpu => (1_000, LONGEST.0),
            Self::FileSize => (KIB, 1 << 50),
        }
    }

    /// Reads a limit as people write it. The error says what to write.
    pub fn parse(self, text: &str) -> Result<u64, String> {
        let value = match self {
            Self::Memory | Self::FileSize => size(text),
            Self::OpenFiles | Self::Processes => text.parse().ok(),
            Self::Cpu => Millis::parse(text).map(|m| m.0),
        };
        value
            .filter(|&value| self.allows(value))
            .ok_or_else(|| self.advice())
    }

    /// Whether a limit may be this.
    pub fn allows(self, value: u64) -> bool {
        let (least, most) = self.range();
        let whole = self != Self::Cpu || value.is_multiple_of(1_000);
        whole && (least..=most).contains(&value)
    }

    /// What may be written.
    pub fn advice(self) -> String {
        let (least, most) = self.range();
        let (least, most) = (self.show(least), self.show(most));
        match self {
            Self::Memory | Self::FileSize => {
                format!("write a size such as 512MiB or 2GiB, from {least} to {most}")
            }
            Self::OpenFiles | Self::Processes => {
                format!("write a whole number from {least} to {most}")
            }
            Self::Cpu => format!("write whole seconds such as 30s or 5m, from {least} to {most}"),
        }
    }

    /// A limit as people write it.
    pub fn show(self, value: u64) -> String {
        match self {
            Self::Memory | Self::FileSize => exact_size(value),
            Self::OpenFiles | Self::Processes => value.to_string(),
            Self::Cpu => Millis(value).to_string(),
        }
    }
}

/// A number of bytes in the largest unit that leaves a whole number: `512MiB`.
pub fn exact_size(bytes: u64) -> String {
    let exact = UNITS.into_iter().find(|(_, n)| bytes.is_multiple_of(*n));
    let (unit, length) = exact.unwrap_or(("B", 1));
    format!("{}{unit}", bytes / length)
}

/// A whole number of bytes with a unit, or without one.
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let length = match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, length)) => *length,
        None if unit.is_empty() => 1,
        None => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(length)
}

impl Rlimits {
    /// Nothing is limited.
    pub const NONE: Self = Self([None; 5]);

    /// The limit of a resource.
    pub fn get(&self, resource: Resource) -> Option<u64> {
        self.0[resource as usize]
    }

    /// These limits with one more.
    pub fn with(mut self, resource: Resource, value: u64) -> Self {
        self.0[resource as usize] = Some(value);
        self
    }

    /// These limits, and those of `general` that these do not name.
    pub fn or(self, general: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].or(general.0[i])))
    }

    /// Each limit that there is.
    pub fn iter(&self) -> impl Iterator<Item = (Resource, u64)> + '_ {
        let all = Resource::ALL.into_iter();
        all.filter_map(|resource| Some((resource, self.get(resource)?)))
    }

    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl fmt::Display for Rlimits {
    /// `memory 512MiB, cpu 30s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (resource, value)) in self.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{} {}", resource.word(), resource.show(value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Resource, Rlimits};

    #[test]
    fn limits_are_read_and_shown_in_the_largest_exact_unit() {
        for (resource, text, value, shown) in [
            (Resource::Memory, "512MiB", 512 << 20, "512MiB"),
            (Resource::Memory, "2048 MiB", 2 << 30, "2GiB"),
            (Resource::FileSize, "1025", 1025, "1025B"),
            (Resource::OpenFiles, "64", 64, "64"),
            (Resource::Processes, "1", 1, "1"),
            (Resource::Cpu, "90s", 90_000, "90s"),
        ] {
            assert_eq!(resource.parse(text), Ok(value), "{text}");
            assert_eq!(resource.show(value), shown);
            assert_eq!(
                resource.parse(shown),
                Ok(value),
                "what is shown can be read"
            );
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_advice() {
        for (resource, text) in [
            (Resource::Memory, "1MiB"),
            (Resource::Memory, "512M"),
            (Resource::Memory, "99999999999999999999GiB"),
            (Resource::OpenFiles, "3"),
            (Resource::OpenFiles, "many"),
            (Resource::Processes, "0"),
            (Resource::Cpu, "500ms"),
            (Resource::Cpu, "30"),
            (Resource::FileSize, "-1"),
        ] {
            let advice = resource.parse(text).expect_err(text);
            assert!(advice.starts_with("write "), "{text}: {advice}");
        }
    }

    #[test]
    fn a_vertex_overrides_its_graph_limit_by_limit() {
        let graph = Rlimits::default()
            .with(Resource::Cpu, 1_000)
            .with(Resource::OpenFiles, 64);
        let vertex = Rlimits::default()
            .with(Resource::Cpu, 2_000)
            .with(Resource::Memory, 32 << 20);
        let both = vertex.or(graph);
        assert_eq!(both.to_string(), "memory 32MiB, open_files 64, cpu 2s");
        assert!(Rlimits::default().is_empty() && !both.is_empty());
    }
}
