//! Which pipelines a list is of, as its address and its form say it.

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use rocket::FromForm;
use rocket::http::RawStr;

use crate::clock;
use crate::engine::{GraphId, PipelineState, Time};
use crate::l10n::Words;
use crate::store::{OfGraph, PipelineFilter};
use crate::web::edge::look::Look;

/// By what pipelines are started.
pub(in crate::web) const TRIGGERS: [&str; 4] = ["form", "rest", "run", "hook"];

/// What is asked for; empty: it does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromForm)]
pub(in crate::web) struct Asked {
    /// Words of states with commas between them.
    #[field(default = "")]
    pub(in crate::web) state: String,
    /// The name of a graph, or the number of one version.
    #[field(default = "")]
    pub(in crate::web) graph: String,
    /// Part of the name.
    #[field(default = "")]
    pub(in crate::web) name: String,
    /// Who started it.
    #[field(default = "")]
    pub(in crate::web) creator: String,
    /// By what it was started.
    #[field(default = "")]
    pub(in crate::web) trigger: String,
    /// `true`: something of it can still move; `false`: nothing can.
    #[field(default = "")]
    pub(in crate::web) live: String,
    /// A day in the zone of the reader, or a moment: from then on.
    #[field(default = "")]
    pub(in crate::web) since: String,
    /// The same: to the end of the day, or before that moment.
    #[field(default = "")]
    pub(in crate::web) until: String,
}

impl Asked {
    /// What is said, with its name.
    pub(in crate::web) fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("state", &self.state),
            ("graph", &self.graph),
            ("name", &self.name),
            ("creator", &self.creator),
            ("trigger", &self.trigger),
            ("live", &self.live),
            ("since", &self.since),
            ("until", &self.until),
        ];
        let said = all.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name, value.as_str())).collect()
    }

    /// As the query of an address.
    pub(in crate::web) fn query(&self) -> String {
        query(&self.fields())
    }

    /// The same of other states.
    pub(in crate::web) fn at(&self, state: &str) -> Self {
        Self {
            state: state.to_owned(),
            ..self.clone()
        }
    }

    /// What is meant, or what of it is not understood.
    pub(in crate::web) fn filter(&self, look: &Look) -> Result<PipelineFilter, Vec<String>> {
        let (t, zone) = (look.t, look.zone);
        let mut wrong = Vec::new();
        let mut states = Vec::new();
        for word in self.state.split(',').filter(|word| !word.is_empty()) {
            let known = PipelineState::ALL.iter().find(|state| state.word() == word);
            match known {
                Some(state) if states.contains(state) => {}
                Some(state) => states.push(*state),
                None => wrong.push(t.filter_no_state(word)),
            }
        }
        if !self.trigger.is_empty() && !TRIGGERS.contains(&self.trigger.as_str()) {
            wrong.push(t.filter_no_trigger(self.trigger.as_str()));
        }
        let live = match self.live.as_str() {
            "" => None,
            word => {
                let read = word.parse();
                if read.is_err() {
                    wrong.push(t.filter_no_live(word));
                }
                read.ok()
            }
        };
        let said = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let filter = PipelineFilter {
            ended_before: None,
            states,
            graph: said(&self.graph).map(|graph| match graph.parse() {
                Ok(id) => OfGraph::Version(GraphId(id)),
                Err(_) => OfGraph::Name(graph),
            }),
            name: said(&self.name),
            creator: said(&self.creator),
            trigger: said(&self.trigger),
            since: moment(&self.since, (zone, 0), t, &mut wrong),
            until: moment(&self.until, (zone, 1), t, &mut wrong),
            live,
        };
        match wrong.is_empty() {
            true => Ok(filter),
            false => Err(wrong),
        }
    }

    /// The address of the same list in the REST interface.
    pub(in crate::web) fn rest(&self, filter: &PipelineFilter) -> String {
        let utc = |time: Option<Time>| time.map_or_else(String::new, |time| time.0.to_string());
        let same = Self {
            since: utc(filter.since),
            until: utc(filter.until),
            ..self.clone()
        };
        format!("/api/v1/pipelines?{}", same.query())
    }
}

/// Fields as the query of an address.
pub(in crate::web) fn query(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        let value = RawStr::new(*value).percent_encode();
        format!("{name}={value}")
    };
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A moment, or the beginning of a day in a zone, so many days later.
fn moment(text: &str, (zone, days): (Tz, u64), t: Words, wrong: &mut Vec<String>) -> Option<Time> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let begins = day
        .and_then(|day| day.checked_add_days(Days::new(days)))
        .and_then(|day| {
            let midnight = day.and_time(NaiveTime::MIN);
            // Where the clock skips midnight, the day begins when it is on again.
            let later = midnight.checked_add_signed(chrono::TimeDelta::hours(1));
            let at = |moment| zone.from_local_datetime(&moment).earliest();
            at(midnight).or_else(|| at(later?))
        })
        .map(|moment| moment.timestamp_millis());
    let found = begins.or_else(|| clock::parse(text)).map(Time);
    if found.is_none() {
        wrong.push(t.filter_no_moment(text));
    }
    found
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::Asked;
    use crate::engine::{GraphId, PipelineState, Time};
    use crate::store::{OfGraph, PipelineFilter};
    use crate::web::edge::look::Look;

    fn look() -> Look {
        Look {
            zone: Tz::Asia__Shanghai,
            ..Look::default()
        }
    }

    #[test]
    fn what_is_said_is_meant_and_written_back() {
        let asked = Asked {
            state: "FAILED,STOPPED,FAILED".to_owned(),
            graph: "日志 清理".to_owned(),
            name: " a&b ".to_owned(),
            since: "2026-11-21".to_owned(),
            until: "2026-11-21".to_owned(),
            trigger: "hook".to_owned(),
            ..Asked::default()
        };
        let filter = asked.filter(&look()).expect("understood");
        let day = 1_795_190_400_000;
        let expected = PipelineFilter {
            states: vec![PipelineState::Failed, PipelineState::Stopped],
            graph: Some(OfGraph::Name("日志 清理".to_owned())),
            name: Some("a&b".to_owned()),
            trigger: Some("hook".to_owned()),
            since: Some(Time(day)),
            until: Some(Time(day + 86_400_000)),
            ..PipelineFilter::default()
        };
        assert_eq!(filter, expected);
        assert!(asked.query().contains("name=%20a%26b%20&"));
        let rest = asked.rest(&filter);
        assert!(
            rest.ends_with("&since=1795190400000&until=1795276800000"),
            "{rest}"
        );
        let version = Asked {
            graph: "7".to_owned(),
            ..Asked::default()
        };
        let filter = version.filter(&look()).expect("understood");
        assert_eq!(filter.graph, Some(OfGraph::Version(GraphId(7))));
        assert_eq!(Asked::default().query(), "");
    }

    #[test]
    fn what_is_not_understood_is_said_all_at_once() {
        let asked = Asked {
            state: "DONE".to_owned(),
            live: "perhaps".to_owned(),
            trigger: "mail".to_owned(),
            since: "yesterday".to_owned(),
            until: "2026-13-01".to_owned(),
            ..Asked::default()
        };
        let wrong = asked.filter(&look()).expect_err("not understood");
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        assert!(wrong[0].contains("DONE") && wrong[3].contains("yesterday"));
    }
}
