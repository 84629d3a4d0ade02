//! A graph for a terminal: a line for each vertex, and beside it a lane for each vertex that is still
//! to come and has a predecessor above.
//!
//! Vertices come in an order in which each stands below all that it needs; of those that could come
//! next, what the last one has made ready comes first, so that a chain stays in its lane.

use crate::graph::model::Graph;

/// More lanes than this are no picture any more.
const MOST: usize = 48;

/// One line of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The lanes.
    pub lanes: String,
    /// The place of the vertex that stands on this line; none: lanes alone.
    pub vertex: Option<u32>,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lanes {
    /// Its lines.
    Drawn(Vec<Row>),
    /// It would be wider than anybody could read: the vertices in their order.
    TooWide(Vec<u32>),
}

/// Draws the vertices that the verdict is about.
pub fn lanes(graph: &Graph) -> Lanes {
    let (order, after) = order(graph);
    let mut rows = Vec::new();
    // The vertex that each lane leads to.
    let mut open: Vec<Option<u32>> = Vec::new();
    for &vertex in &order {
        let at = open.iter().position(|lane| *lane == Some(vertex));
        let at = at.unwrap_or_else(|| free(&mut open));
        open[at] = Some(vertex);
        rows.push(Row {
            lanes: line(&open, at),
            vertex: Some(vertex),
        });
        let before = open.clone();
        open[at] = None;
        let mut to = Vec::new();
        for &head in &after[vertex as usize] {
            let lane = open.iter().position(|lane| *lane == Some(head));
            let lane = lane.unwrap_or_else(|| match open[at] {
                None => at,
                Some(_) => free(&mut open),
            });
            open[lane] = Some(head);
            to.push(lane);
        }
        if open.len() > MOST {
            return Lanes::TooWide(order);
        }
        if to.iter().any(|lane| *lane != at) {
            rows.push(Row {
                lanes: turns(&before, &open, at, &to),
                vertex: None,
            });
        }
        while open.last() == Some(&None) {
            open.pop();
        }
    }
    Lanes::Drawn(rows)
}

/// The order of the vertices, and those that come right after each one.
fn order(graph: &Graph) -> (Vec<u32>, Vec<Vec<u32>>) {
    let n = graph.vertices.len();
    let (mut after, mut missing) = (vec![Vec::new(); n], vec![0_u32; n]);
    for edge in &graph.edges {
        after[edge.tail as usize].push(edge.head);
        missing[edge.head as usize] += 1;
    }
    let first =
        |i: &u32| missing[*i as usize] == 0 && graph.vertices[*i as usize].handler.is_none();
    let mut ready: Vec<u32> = (0..n as u32).rev().filter(first).collect();
    let mut order = Vec::with_capacity(n);
    while let Some(vertex) = ready.pop() {
        order.push(vertex);
        for &head in after[vertex as usize].iter().rev() {
            missing[head as usize] -= 1;
            if missing[head as usize] == 0 {
                ready.push(head);
            }
        }
    }
    (order, after)
}

/// A lane that leads nowhere yet.
fn free(open: &mut Vec<Option<u32>>) -> usize {
    let free = open.iter().position(Option::is_none);
    free.unwrap_or_else(|| {
        open.push(None);
        open.len() - 1
    })
}

/// The line of the vertex in lane `at`.
fn line(open: &[Option<u32>], at: usize) -> String {
    let cell = |(lane, to): (usize, &Option<u32>)| match to {
        _ if lane == at => "● ",
        Some(_) => "│ ",
        None => "  ",
    };
    let cells: String = open.iter().enumerate().map(cell).collect();
    cells.trim_end().to_owned()
}

/// The line on which what comes from lane `at` turns into the lanes `to`.
fn turns(before: &[Option<u32>], open: &[Option<u32>], at: usize, to: &[usize]) -> String {
    let first = to.iter().copied().min().unwrap_or(at).min(at);
    let last = to.iter().copied().max().unwrap_or(at).max(at);
    let mut out = String::new();
    for lane in 0..open.len().max(before.len()) {
        let up = before.get(lane).is_some_and(Option::is_some);
        let down = open.get(lane).is_some_and(Option::is_some);
        let turns = lane == at || to.contains(&lane);
        let (left, right) = (lane > first && lane <= last, lane >= first && lane < last);
        out.push(match (turns, up, down, left, right) {
            (true, true, true, true, true) => '┼',
            (true, true, true, true, false) => '┤',
            (true, true, true, false, _) => '├',
            (true, true, false, true, true) => '┴',
            (true, true, false, true, false) => '╯',
            (true, true, false, false, _) => '╰',
            (true, false, _, true, true) => '┬',
            (true, false, _, true, false) => '╮',
            (true, false, _, false, _) => '╭',
            // A lane that has nothing to do with it passes before it.
            (false, true, _, _, _) => '│',
            (false, false, _, true, true) => '─',
            (false, false, _, _, _) => ' ',
        });
        out.push(if right { '─' } else { ' ' });
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Lanes, lanes};
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    fn drawn(vertices: &str) -> String {
        let yaml = format!("name: x\nvertices:\n{vertices}");
        let graph = parse(&yaml, Format::Yaml, &Limits::default()).graph;
        let graph = graph.expect("a graph");
        let Lanes::Drawn(rows) = lanes(&graph) else {
            panic!("too wide");
        };
        let rows = rows.iter().map(|row| match row.vertex {
            Some(vertex) => format!("{} {}\n", row.lanes, graph.vertices[vertex as usize].name),
            None => format!("{}\n", row.lanes),
        });
        rows.collect()
    }

    fn vertex(name: &str, needs: &str) -> String {
        format!("  {name}: {{needs: [{needs}], script: 'true'}}\n")
    }

    #[test]
    fn a_chain_stays_in_its_lane() {
        let chain = [vertex("a", ""), vertex("b", "a"), vertex("c", "b")];
        assert_eq!(drawn(&chain.concat()), "● a\n● b\n● c\n");
    }

    #[test]
    fn branches_part_and_meet() {
        let diamond = [
            vertex("a", ""),
            vertex("b", "a"),
            vertex("c", "a"),
            vertex("d", "b, c"),
            vertex("e", ""),
        ];
        let expected = "\
● a
├─╮
● │ b
│ ● c
├─╯
● d
● e
";
        assert_eq!(drawn(&diamond.concat()), expected);
    }

    #[test]
    fn a_lane_that_is_passed_stays_whole() {
        let crossing = [
            vertex("a", ""),
            vertex("b", "a"),
            vertex("c", "a"),
            vertex("d", "a"),
            vertex("e", "b, d"),
            vertex("f", "c"),
        ];
        let expected = "\
● a
├─┬─╮
● │ │ b
│ ● │ c
│ ● │ f
│   ● d
├───╯
● e
";
        assert_eq!(drawn(&crossing.concat()), expected);
    }

    #[test]
    fn what_nobody_could_read_is_not_drawn() {
        let mut wide = vertex("a", "");
        (0..60).for_each(|i| wide.push_str(&vertex(&format!("b{i}"), "a")));
        let yaml = format!("name: x\nvertices:\n{wide}");
        let graph = parse(&yaml, Format::Yaml, &Limits::default()).graph;
        let Lanes::TooWide(order) = lanes(&graph.expect("a graph")) else {
            panic!("drawn");
        };
        assert_eq!(order.len(), 61);
    }
}
