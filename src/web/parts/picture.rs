//! The picture of a graph: inline SVG that needs no script, with a state on each card when it is
//! of a pipeline.

use crate::web::parts::layout::{CARD_H, CARD_W, GAP_X, Layout, MARGIN, layout};
use crate::web::parts::marks::Mark;

/// Graphs with more vertices have no picture.
pub(in crate::web) const MOST_VERTICES: usize = 300;
/// Graphs with more edges have no picture.
pub(in crate::web) const MOST_EDGES: usize = 2_000;
/// The room above the row of what runs after the verdict, and of the words over it.
const AFTER: i32 = 34;
/// Places where an edge passes a column.
const MOST_LANES: usize = 6_000;

/// A vertex to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Card {
    /// The number of its vertex.
    pub(in crate::web) vertex: i64,
    pub(in crate::web) name: String,
    /// Where a click leads; a path or a fragment of fixed words and numbers.
    pub(in crate::web) href: String,
    /// Its state in a pipeline.
    pub(in crate::web) mark: Option<Mark>,
    /// The second line.
    pub(in crate::web) note: String,
}

/// A card with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Placed {
    pub(in crate::web) card: Card,
    pub(in crate::web) x: i32,
    pub(in crate::web) y: i32,
    /// The name, shortened to the card.
    pub(in crate::web) short: String,
}

/// An edge as an SVG path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Line {
    pub(in crate::web) path: String,
    /// The state of its tail; empty: none.
    pub(in crate::web) look: &'static str,
}

/// A drawn graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Picture {
    pub(in crate::web) width: i32,
    pub(in crate::web) height: i32,
    pub(in crate::web) cards: Vec<Placed>,
    pub(in crate::web) lines: Vec<Line>,
    /// Where the row of what runs after the verdict begins; 0: there is none.
    pub(in crate::web) after: i32,
}

impl Picture {
    /// Adds a row of cards below: what runs after the verdict, apart from what it is about.
    pub(in crate::web) fn and_after(mut self, cards: Vec<Card>) -> Self {
        if cards.is_empty() {
            return self;
        }
        let top = self.height + AFTER;
        let places = (0..).map(|place| MARGIN + place * (CARD_W + GAP_X / 2));
        let placed = cards.into_iter().zip(places);
        self.cards
            .extend(placed.map(|(card, x)| place(card, (x, top))));
        let right = self.cards.iter().map(|card| card.x + CARD_W).max();
        self.width = self.width.max(right.unwrap_or(0) + MARGIN);
        (self.after, self.height) = (self.height, top + CARD_H + MARGIN);
        self
    }
}

fn place(card: Card, (x, y): (i32, i32)) -> Placed {
    Placed {
        short: shorten(&card.name, name_units(&card)),
        card,
        x,
        y,
    }
}

/// Draws cards and `(tail, head)` edges by vertex numbers; none when there is too much to draw.
pub(in crate::web) fn draw(cards: Vec<Card>, edges: &[(i64, i64)]) -> Option<Picture> {
    if cards.is_empty() || cards.len() > MOST_VERTICES || edges.len() > MOST_EDGES {
        return None;
    }
    let nth = |vertex: i64| cards.iter().position(|card| card.vertex == vertex);
    let known = edges
        .iter()
        .filter_map(|(tail, head)| Some((nth(*tail)?, nth(*head)?)));
    let edges: Vec<(usize, usize)> = known.collect();
    let Layout {
        width,
        height,
        cards: corners,
        routes,
    } = layout(cards.len(), &edges, MOST_LANES)?;
    let lines = routes.iter().zip(&edges).map(|(route, (tail, _))| Line {
        path: path(route),
        look: cards[*tail].mark.map_or("", |mark| mark.look),
    });
    let lines = lines.collect();
    let placed = cards.into_iter().zip(corners);
    Some(Picture {
        width,
        height,
        cards: placed.map(|(card, corner)| place(card, corner)).collect(),
        lines,
        after: 0,
    })
}

/// A name fits when its letters take so much room; a wide letter takes two.
fn name_units(card: &Card) -> usize {
    if card.mark.is_some() { 16 } else { 19 }
}

/// A text cut to a width.
fn shorten(text: &str, units: usize) -> String {
    let width = |c: char| match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    };
    let (mut used, mut short) = (0, String::new());
    for c in text.chars() {
        used += width(c);
        if used > units {
            short.push('…');
            break;
        }
        short.push(c);
    }
    short
}

/// Curves between the columns, straight on across each column.
fn path(route: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in route.iter().enumerate() {
        if place == 0 {
            path = format!("M{x} {y}");
            continue;
        }
        let (from_x, from_y) = route[place - 1];
        let from_x = if place == 1 { from_x } else { from_x + CARD_W };
        // An edge back to an earlier column (of a cycle) swings out.
        let bend = ((x - from_x) / 2).max(40);
        let (out, back) = (from_x + bend, x - bend);
        path.push_str(&format!(" C{out} {from_y} {back} {y} {x} {y}"));
        if place + 1 < route.len() {
            path.push_str(&format!(" H{}", x + CARD_W));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Card, MOST_VERTICES, draw, shorten};
    use crate::web::tests::wellformed;

    #[derive(Template)]
    #[template(source = "{% include \"parts/picture.html\" %}", ext = "html")]
    struct Alone {
        picture: Option<super::Picture>,
        caption: &'static str,
    }

    fn card(vertex: i64, name: &str) -> Card {
        Card {
            vertex,
            name: name.to_owned(),
            href: format!("#v{vertex}"),
            mark: None,
            note: "note".to_owned(),
        }
    }

    #[test]
    fn names_are_cut_by_the_room_they_take() {
        assert_eq!(shorten("build", 5), "build");
        assert_eq!(shorten("builds", 5), "build…");
        assert_eq!(shorten("日志清理", 5), "日志…");
    }

    #[test]
    fn every_edge_is_an_element_of_its_own_and_names_are_text() {
        let cards = vec![
            card(7, "a\"><script>x</script>"),
            card(8, "b"),
            card(9, "c"),
        ];
        let picture = draw(cards, &[(7, 8), (8, 9), (7, 9), (7, 99)]);
        assert_eq!(picture.as_ref().map(|p| p.lines.len()), Some(3));
        let picture = picture.map(|p| p.and_after(vec![card(4, "on_exit")]));
        let cards = picture.as_ref().map_or(&[][..], |p| &p.cards);
        let below = |own: &super::Placed| cards[..3].iter().all(|c| c.y + super::CARD_H < own.y);
        assert!(cards.len() == 4 && below(&cards[3]) && cards[3].short == "on_exit");
        let html = Alone {
            picture,
            caption: "A graph",
        };
        let html = html.render().expect("renders");
        wellformed::check(&html);
        assert!(!html.contains("<script") && html.contains("After the verdict"));
        assert_eq!(html.matches("<path class=\"e").count(), 3);
    }

    #[test]
    fn too_much_and_nothing_are_not_drawn() {
        let many = (0..=MOST_VERTICES as i64).map(|v| card(v, "v")).collect();
        assert_eq!(draw(many, &[]), None);
        assert_eq!(draw(Vec::new(), &[]), None);
        let html = Alone {
            picture: None,
            caption: "",
        };
        wellformed::check(&html.render().expect("renders"));
    }
}
