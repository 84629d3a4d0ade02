//! What all pages share: the frame around them and the page that says one thing.

use askama::Template;

use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::l10n::{L10n, Words};
use crate::web::edge::assets;
use crate::web::edge::guard::Browser;
use crate::web::edge::look::Look;
use crate::web::parts::eta;

/// Which entry of the header a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Section {
    /// What runs and how it went.
    Home,
    /// Runs.
    Pipelines,
    /// What waits for a person.
    Inbox,
    /// All that has happened.
    Journal,
    /// The server itself.
    System,
    /// The shortcuts of the keyboard.
    Help,
    /// Definitions.
    Graphs,
    /// The form for a definition.
    NewGraph,
    /// Named secrets.
    Secrets,
    /// The description of the REST interface.
    Docs,
    /// Pages for somebody who is not signed in.
    Outside,
}

/// What `web/build.mjs` makes.
const EDITOR: &str = "vendor/editor.js";

/// Tracks that wait for a person are counted up to here.
pub(in crate::web) const INBOX_SHOWN: usize = 99;

/// What a page is kept up to date by (`static/js/live.js`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Live {
    /// The pipeline that it shows; 0: all of them.
    pub(in crate::web) of: i64,
    /// The entry of the journal that it knows.
    pub(in crate::web) seq: i64,
    /// When it was made, by the clock of the server.
    pub(in crate::web) now: i64,
}

impl Live {
    /// From here on: to be asked for before anything of the page is read, so that nothing is missed.
    pub(in crate::web) fn of(desk: &Desk, pipeline: Option<PipelineId>, now: i64) -> Self {
        let passed = desk.handle.view(pipeline, None).passed();
        Self {
            of: pipeline.map_or(0, |id| id.0),
            seq: passed.unwrap_or(0),
            now,
        }
    }

    /// The same of one pipeline, which was found after that moment.
    pub(in crate::web) fn about(self, pipeline: i64) -> Self {
        Self {
            of: pipeline,
            ..self
        }
    }
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub(in crate::web) struct Frame {
    /// The entry that is marked.
    section: Section,
    /// What its forms carry; empty: nobody is signed in.
    pub(in crate::web) csrf: String,
    /// The page loads itself again after this many seconds.
    pub(in crate::web) refresh: Option<u32>,
    /// With scripts it changes in place instead.
    pub(in crate::web) live: Option<Live>,
    /// Why nothing can be changed now, when that is so.
    pub(in crate::web) trouble: Option<String>,
    /// Nothing new starts.
    pub(in crate::web) draining: bool,
    /// Why the reserve of the disk is not there.
    pub(in crate::web) no_reserve: Option<String>,
    /// How many tracks wait for a person, in words; empty: none.
    pub(in crate::web) inbox: String,
    /// How the page looks to whoever asked.
    pub(in crate::web) look: Look,
    /// What pages say, in the language of the page.
    pub(in crate::web) t: Words,
}

impl Frame {
    /// The frame for a browser.
    pub(in crate::web) fn new(who: &Browser, section: Section) -> Self {
        Self {
            csrf: who.csrf().to_owned(),
            trouble: who.trouble.clone(),
            draining: who.draining,
            no_reserve: who.no_reserve.clone(),
            inbox: match who.inbox {
                0 => String::new(),
                n if n > INBOX_SHOWN => format!("{INBOX_SHOWN}+"),
                n => n.to_string(),
            },
            ..Self::outside_of(&who.look, section)
        }
    }

    fn outside_of(look: &Look, section: Section) -> Self {
        Self {
            section,
            csrf: String::new(),
            refresh: None,
            live: None,
            trouble: None,
            draining: false,
            no_reserve: None,
            inbox: String::new(),
            t: look.t,
            look: look.clone(),
        }
    }

    /// The same page, where its form stands at this address of ours.
    pub(in crate::web) fn standing_at(mut self, address: &str) -> Self {
        self.look = self.look.standing_at(address);
        self
    }

    /// The same page, which loads itself again while something can change.
    pub(in crate::web) fn refreshing(self, live: bool) -> Self {
        Self {
            refresh: live.then_some(2),
            ..self
        }
    }

    /// The same page, which its script keeps up to date.
    pub(in crate::web) fn following(self, live: Option<Live>) -> Self {
        Self { live, ..self }
    }

    /// The words with which the page counts down to a guess.
    pub(in crate::web) fn ends(&self) -> String {
        eta::words(self.t)
    }

    /// `page` or nothing, as `aria-current` wants it.
    pub(in crate::web) fn is_at(&self, word: &str) -> bool {
        match self.section {
            Section::Home => word == "home",
            Section::Pipelines => word == "pipelines",
            Section::Inbox => word == "inbox",
            Section::Journal => word == "journal",
            Section::System => word == "system",
            Section::Help => word == "help",
            Section::Graphs => word == "graphs",
            Section::NewGraph => word == "new",
            Section::Secrets => word == "secrets",
            Section::Docs | Section::Outside => false,
        }
    }

    /// The address of a file of `static/`; it changes with the file.
    pub(in crate::web) fn asset(&self, name: &str) -> String {
        assets::href(name)
    }

    /// The address of the editor of scripts, where it was built (`web/`); else texts are edited in plain fields.
    pub(in crate::web) fn editor(&self) -> Option<String> {
        assets::has(EDITOR).then(|| self.asset(EDITOR))
    }

    /// The languages that this page is not in: their words for the page, their names.
    pub(in crate::web) fn other_languages(&self) -> Vec<(String, &'static str)> {
        let others = L10n::iter().filter(|language| **language != self.look.language);
        let named = others.map(|language| (language.to_string(), language.language_name()));
        named.collect()
    }
}

/// A text that begins with a capital letter.
pub(in crate::web) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// A page that says one thing.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub(in crate::web) struct Notice {
    frame: Frame,
    title: String,
    sentence: String,
    /// Say how to get a sign-in link.
    how_to_sign_in: bool,
}

impl Notice {
    /// A title and a sentence.
    pub(in crate::web) fn new(look: &Look, title: String, sentence: String) -> Self {
        Self {
            frame: Frame::outside_of(look, Section::Outside),
            title,
            sentence: capital(&sentence),
            how_to_sign_in: false,
        }
    }

    /// The server failed; the log has more.
    pub(in crate::web) fn broken(look: &Look) -> Self {
        Self::new(look, look.t.notice_failed(), look.t.notice_broken())
    }

    /// How to get in.
    pub(in crate::web) fn sign_in(look: &Look, sentence: String) -> Self {
        Self {
            how_to_sign_in: true,
            ..Self::new(look, look.t.sign_in(), sentence)
        }
    }
}
