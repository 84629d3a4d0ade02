//! What all pages share: the frame around them and the page that says one thing.

use askama::Template;

use crate::web::edge::assets;
use crate::web::edge::guard::Browser;

/// Which entry of the header a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Section {
    /// Runs.
    Pipelines,
    /// What waits for a person.
    Inbox,
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

/// Tracks that wait for a person are counted up to here.
pub(in crate::web) const INBOX_SHOWN: usize = 99;

/// The frame of a page.
#[derive(Debug, Clone)]
pub(in crate::web) struct Frame {
    /// The entry that is marked.
    section: Section,
    /// What its forms carry; empty: nobody is signed in.
    pub(in crate::web) csrf: String,
    /// The page loads itself again after this many seconds.
    pub(in crate::web) refresh: Option<u32>,
    /// Why nothing can be changed now, when that is so.
    pub(in crate::web) trouble: Option<String>,
    /// Nothing new starts.
    pub(in crate::web) draining: bool,
    /// Why the reserve of the disk is not there.
    pub(in crate::web) no_reserve: Option<String>,
    /// How many tracks wait for a person, in words; empty: none.
    pub(in crate::web) inbox: String,
    pub(in crate::web) css: String,
    pub(in crate::web) favicon: String,
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
            ..Self::outside_of(section)
        }
    }

    fn outside_of(section: Section) -> Self {
        Self {
            section,
            csrf: String::new(),
            refresh: None,
            trouble: None,
            draining: false,
            no_reserve: None,
            inbox: String::new(),
            css: assets::href("app.css"),
            favicon: assets::href("favicon.svg"),
        }
    }

    /// The same page, which loads itself again while something can change.
    pub(in crate::web) fn refreshing(self, live: bool) -> Self {
        Self {
            refresh: live.then_some(2),
            ..self
        }
    }

    /// `page` or nothing, as `aria-current` wants it.
    pub(in crate::web) fn is_at(&self, word: &str) -> bool {
        match self.section {
            Section::Pipelines => word == "pipelines",
            Section::Inbox => word == "inbox",
            Section::Graphs => word == "graphs",
            Section::NewGraph => word == "new",
            Section::Secrets => word == "secrets",
            Section::Docs | Section::Outside => false,
        }
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
    title: &'static str,
    sentence: String,
    /// Say how to get a sign-in link.
    how_to_sign_in: bool,
}

impl Notice {
    /// A title and a sentence.
    pub(in crate::web) fn new(title: &'static str, sentence: String) -> Self {
        Self {
            frame: Frame::outside_of(Section::Outside),
            title,
            sentence: capital(&sentence),
            how_to_sign_in: false,
        }
    }

    /// The server failed; the log has more.
    pub(in crate::web) fn broken() -> Self {
        let sentence = "The server could not make this page. Its log says why; running scripts \
                        are not affected.";
        Self::new("Something failed", sentence.to_owned())
    }

    /// How to get in.
    pub(in crate::web) fn sign_in(sentence: &str) -> Self {
        Self {
            how_to_sign_in: true,
            ..Self::new("Sign in", sentence.to_owned())
        }
    }
}
