//! The order of a graph: where it starts, in which layers it runs, and which vertices wait for
//! each other. Nothing here recurses: a graph may be one chain of 50,000 vertices.

use std::collections::{BTreeMap, VecDeque};

use super::model::{Edge, Graph};

/// The vertices that nothing comes before, in the order of their places. Scripts that run after the
/// verdict are none of them.
pub fn starts(graph: &Graph) -> Vec<u32> {
    let mut has_tail = vec![false; graph.vertices.len()];
    for edge in &graph.edges {
        if let Some(flag) = has_tail.get_mut(edge.head as usize) {
            *flag = true;
        }
    }
    let free = |(i, has): &(u32, bool)| !has && graph.vertices[*i as usize].handler.is_none();
    (0..).zip(has_tail).filter(free).map(|(i, _)| i).collect()
}

/// Every vertex after all that it needs; of those that could come next, the one written first does
/// not always come first. Vertices on a cycle, and what comes after them, are left out.
pub fn order(graph: &Graph) -> Vec<u32> {
    let after = Successors::of(graph);
    let mut missing = in_degrees(graph);
    let mut out = starts(graph);
    let mut next = 0;
    while let Some(vertex) = out.get(next).copied() {
        next += 1;
        for head in after.of_vertex(vertex) {
            missing[*head as usize] -= 1;
            if missing[*head as usize] == 0 {
                out.push(*head);
            }
        }
    }
    out
}

/// The rank of each vertex: 0 for a start, else one more than the highest rank that it needs. 0 for
/// vertices that [`order`] leaves out.
pub fn layers(graph: &Graph) -> Vec<u32> {
    let after = Successors::of(graph);
    let mut rank = vec![0; graph.vertices.len()];
    for vertex in order(graph) {
        let next = rank[vertex as usize] + 1;
        for head in after.of_vertex(vertex) {
            rank[*head as usize] = next.max(rank[*head as usize]);
        }
    }
    rank
}

/// One cycle for each group of vertices that wait for each other: the shortest through the group's
/// first vertex, as places in running order, starting with that vertex.
pub fn cycles(graph: &Graph) -> Vec<Vec<u32>> {
    let after = Successors::of(graph);
    let groups = components(&after);
    let mut group_of = vec![u32::MAX; graph.vertices.len()];
    for (number, group) in (0..).zip(&groups) {
        for vertex in group {
            group_of[*vertex as usize] = number;
        }
    }
    let mut found: Vec<Vec<u32>> = groups
        .iter()
        .filter(|group| group.len() > 1)
        .filter_map(|group| group.iter().min().copied())
        .map(|first| shortest(&after, &group_of, first))
        .collect();
    found.sort_unstable();
    found
}

/// The heads of each vertex's edges in one array; edges to places that do not exist are left out.
struct Successors {
    from: Vec<usize>,
    heads: Vec<u32>,
}

impl Successors {
    fn of(graph: &Graph) -> Self {
        let count = graph.vertices.len();
        let mut from = vec![0; count + 1];
        for edge in usable(graph) {
            from[edge.tail as usize + 1] += 1;
        }
        for i in 0..count {
            from[i + 1] += from[i];
        }
        let mut next = from.clone();
        let mut heads = vec![0; from[count]];
        for edge in usable(graph) {
            let slot = &mut next[edge.tail as usize];
            heads[*slot] = edge.head;
            *slot += 1;
        }
        Self { from, heads }
    }

    fn of_vertex(&self, vertex: u32) -> &[u32] {
        &self.heads[self.from[vertex as usize]..self.from[vertex as usize + 1]]
    }
}

fn usable(graph: &Graph) -> impl Iterator<Item = &Edge> {
    let count = graph.vertices.len();
    graph
        .edges
        .iter()
        .filter(move |e| (e.head as usize) < count && (e.tail as usize) < count)
}

fn in_degrees(graph: &Graph) -> Vec<u32> {
    let mut degrees = vec![0; graph.vertices.len()];
    for edge in usable(graph) {
        degrees[edge.head as usize] += 1;
    }
    degrees
}

/// Tarjan's strongly connected components, with its own stack of calls.
fn components(after: &Successors) -> Vec<Vec<u32>> {
    let count = after.from.len() - 1;
    const UNSEEN: u32 = u32::MAX;
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let (mut held, mut stack) = (vec![false; count], Vec::new());
    let (mut clock, mut out) = (0, Vec::new());
    let mut calls: Vec<(u32, usize)> = Vec::new();
    for root in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        if index[root as usize] == UNSEEN {
            calls.push((root, 0));
        }
        while let Some((vertex, edge)) = calls.pop() {
            let v = vertex as usize;
            if edge == 0 {
                index[v] = clock;
                low[v] = clock;
                clock += 1;
                stack.push(vertex);
                held[v] = true;
            }
            if let Some(head) = after.of_vertex(vertex).get(edge).copied() {
                let h = head as usize;
                calls.push((vertex, edge + 1));
                if index[h] == UNSEEN {
                    calls.push((head, 0));
                } else if held[h] {
                    low[v] = low[v].min(index[h]);
                }
                continue;
            }
            if let Some((parent, _)) = calls.last() {
                low[*parent as usize] = low[*parent as usize].min(low[v]);
            }
            if low[v] == index[v] {
                let start = stack
                    .iter()
                    .rposition(|x| *x == vertex)
                    .expect("a vertex is held until its group is complete");
                let group = stack.split_off(start);
                group.iter().for_each(|x| held[*x as usize] = false);
                out.push(group);
            }
        }
    }
    out
}

/// The shortest way from `first` back to itself inside its group, breadth first.
fn shortest(after: &Successors, group_of: &[u32], first: u32) -> Vec<u32> {
    let group = group_of[first as usize];
    let mut from = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(vertex) = queue.pop_front() {
        for head in after.of_vertex(vertex) {
            if *head == first {
                let mut path = vec![vertex];
                while let Some(before) = path.last().and_then(|v| from.get(v)) {
                    path.push(*before);
                }
                path.reverse();
                return path;
            }
            if group_of[*head as usize] == group && !from.contains_key(head) {
                from.insert(*head, vertex);
                queue.push_back(*head);
            }
        }
    }
    vec![first]
}

#[cfg(test)]
mod tests {
    use super::{cycles, layers, order, starts};
    use crate::graph::model::{Edge, Graph, Vertex};

    fn graph(count: u32, edges: &[(u32, u32)]) -> Graph {
        let vertices = (0..count)
            .map(|i| Vertex {
                name: i.to_string(),
                ..Vertex::default()
            })
            .collect();
        let mut edges: Vec<Edge> = edges
            .iter()
            .map(|(tail, head)| Edge {
                head: *head,
                tail: *tail,
            })
            .collect();
        edges.sort_unstable();
        Graph {
            vertices,
            edges,
            ..Graph::default()
        }
    }

    #[test]
    fn ranks_by_the_longest_path() {
        let graph = graph(6, &[(0, 1), (1, 2), (0, 2), (4, 2), (2, 3)]);
        assert_eq!(starts(&graph), [0, 4, 5]);
        assert_eq!(layers(&graph), [0, 1, 2, 3, 0, 0]);
        assert_eq!(order(&graph), [0, 4, 5, 1, 2, 3]);
        assert_eq!(graph.tails(2).collect::<Vec<_>>(), [0, 1, 4]);
    }

    #[test]
    fn finds_one_cycle_for_each_group() {
        let graph = graph(
            8,
            &[
                (0, 1),
                (1, 2),
                (2, 0),
                (2, 1),
                (2, 3),
                (5, 4),
                (4, 5),
                (6, 7),
            ],
        );
        assert_eq!(cycles(&graph), [vec![0, 1, 2], vec![4, 5]]);
        assert_eq!(order(&graph), [6, 7]);
        assert_eq!(
            cycles(&self::graph(3, &[(0, 1), (1, 2), (0, 2)])),
            Vec::<Vec<u32>>::new()
        );
    }

    #[test]
    fn a_cycle_of_fifty_thousand_is_found_without_recursion() {
        let edges: Vec<_> = (0..50_000).map(|i| (i, (i + 1) % 50_000)).collect();
        let graph = graph(50_000, &edges);
        assert_eq!(cycles(&graph), [(0..50_000).collect::<Vec<_>>()]);
    }
}
