//! Where the cards and edges of a graph's picture lie: columns by longest path, rows by the
//! neighbours. An edge over several columns gets a lane of its own in each, so that it crosses no
//! card.
//!
//! Pure, and the same for the same graph every time. Takes a graph with a cycle too: one that has
//! not passed its check.

/// Size of a card and the gaps around it.
pub(in crate::web) const CARD_W: i32 = 176;
pub(in crate::web) const CARD_H: i32 = 40;
pub(in crate::web) const GAP_X: i32 = 56;
const GAP_Y: i32 = 14;
const LANE_H: i32 = 4;
pub(in crate::web) const MARGIN: i32 = 10;
/// Sweeps that bring neighbours together.
const SWEEPS: usize = 6;

/// A picture's geometry.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::web) struct Layout {
    pub(in crate::web) width: i32,
    pub(in crate::web) height: i32,
    /// The left upper corner of each card.
    pub(in crate::web) cards: Vec<(i32, i32)>,
    /// Of each edge the points that it goes through: the middle of the tail's right side, the
    /// middle of each lane's left side, the middle of the head's left side.
    pub(in crate::web) routes: Vec<Vec<(i32, i32)>>,
}

/// A card or a lane.
struct Item {
    rank: usize,
    height: i32,
    before: Vec<usize>,
    after: Vec<usize>,
    /// Its middle.
    y: f64,
}

/// Lays out `n` cards with edges `(tail, head)`; none when edges over many columns would need more
/// than `most_lanes` lanes.
pub(in crate::web) fn layout(
    n: usize,
    edges: &[(usize, usize)],
    most_lanes: usize,
) -> Option<Layout> {
    let ranks = ranks(n, edges);
    let mut linked = vec![false; n];
    for &(tail, head) in edges {
        linked[tail] = true;
        linked[head] = true;
    }
    let lanes: usize = edges
        .iter()
        .map(|&(tail, head)| ranks[head].saturating_sub(ranks[tail] + 1))
        .sum();
    if lanes > most_lanes {
        return None;
    }
    let card = |rank: usize| Item {
        rank,
        height: CARD_H,
        before: Vec::new(),
        after: Vec::new(),
        y: 0.0,
    };
    let mut items: Vec<Item> = ranks.iter().map(|rank| card(*rank)).collect();
    let paths: Vec<Vec<usize>> = edges
        .iter()
        .map(|&edge| add_path(&mut items, edge))
        .collect();
    let columns = ranks.iter().max().map_or(0, |rank| rank + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (index, item) in items.iter().enumerate() {
        if index >= n || linked[index] {
            order[item.rank].push(index);
        }
    }
    arrange(&mut items, &mut order);
    let top = order
        .iter()
        .flatten()
        .map(|i| items[*i].y - f64::from(items[*i].height) / 2.0)
        .fold(f64::INFINITY, f64::min);
    for index in order.iter().flatten() {
        items[*index].y += f64::from(MARGIN) - top;
    }
    Some(finish(&items, &paths, &linked))
}

/// The longest way to each card from a card without predecessors. On a cycle the first card as
/// written is taken as if it had none.
fn ranks(n: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut after = vec![Vec::new(); n];
    let mut open = vec![0_usize; n];
    for &(tail, head) in edges {
        after[tail].push(head);
        open[head] += 1;
    }
    let mut ranks = vec![0; n];
    let mut taken = vec![false; n];
    let mut ready: Vec<usize> = (0..n).filter(|v| open[*v] == 0).collect();
    let mut first_left = 0;
    loop {
        while let Some(tail) = ready.pop() {
            taken[tail] = true;
            for &head in &after[tail] {
                if taken[head] {
                    continue;
                }
                ranks[head] = ranks[head].max(ranks[tail] + 1);
                open[head] -= 1;
                if open[head] == 0 {
                    ready.push(head);
                }
            }
        }
        while first_left < n && taken[first_left] {
            first_left += 1;
        }
        if first_left == n {
            return ranks;
        }
        ready.push(first_left);
    }
}

/// Joins the ends of an edge through new lanes; gives the items on its way.
fn add_path(items: &mut Vec<Item>, (tail, head): (usize, usize)) -> Vec<usize> {
    let mut path = vec![tail];
    let (first, last) = (items[tail].rank + 1, items[head].rank);
    for rank in first..last {
        path.push(items.len());
        items.push(Item {
            rank,
            height: LANE_H,
            before: Vec::new(),
            after: Vec::new(),
            y: 0.0,
        });
    }
    path.push(head);
    if first <= last {
        for pair in path.windows(2) {
            items[pair[0]].after.push(pair[1]);
            items[pair[1]].before.push(pair[0]);
        }
    }
    path
}

/// Orders each column by the rows of its neighbours, then gives rows, several times.
fn arrange(items: &mut [Item], order: &mut [Vec<usize>]) {
    for column in order.iter_mut() {
        place(items, column);
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let columns: Vec<usize> = if forward {
            (0..order.len()).collect()
        } else {
            (0..order.len()).rev().collect()
        };
        for column in columns {
            for &index in &order[column] {
                let near = if forward {
                    &items[index].before
                } else {
                    &items[index].after
                };
                if !near.is_empty() {
                    let sum: f64 = near.iter().map(|i| items[*i].y).sum();
                    items[index].y = sum / near.len() as f64;
                }
            }
            order[column].sort_by(|a, b| items[*a].y.total_cmp(&items[*b].y));
            place(items, &order[column]);
        }
    }
}

/// Moves the items of a column as little as gives each its room, keeping their order: the mean of
/// pushing down and pushing up, which both keep the gaps.
fn place(items: &mut [Item], column: &[usize]) {
    let gap = |a: &Item, b: &Item| f64::from(a.height + b.height) / 2.0 + f64::from(GAP_Y);
    let wanted: Vec<f64> = column.iter().map(|i| items[*i].y).collect();
    let mut down = wanted.clone();
    for k in 1..column.len() {
        let least = down[k - 1] + gap(&items[column[k - 1]], &items[column[k]]);
        down[k] = down[k].max(least);
    }
    let mut up = wanted;
    for k in (1..column.len()).rev() {
        let most = up[k] - gap(&items[column[k - 1]], &items[column[k]]);
        up[k - 1] = up[k - 1].min(most);
    }
    for (k, index) in column.iter().enumerate() {
        items[*index].y = f64::midpoint(down[k], up[k]);
    }
}

/// Whole numbers, and a grid for the cards without any edge below the rest.
fn finish(items: &[Item], paths: &[Vec<usize>], linked: &[bool]) -> Layout {
    let left = |rank: usize| MARGIN + rank as i32 * (CARD_W + GAP_X);
    let middle = |item: &Item| item.y.round() as i32;
    let n = linked.len();
    let mut cards: Vec<(i32, i32)> = items[..n]
        .iter()
        .map(|item| (left(item.rank), middle(item) - CARD_H / 2))
        .collect();
    let in_columns = |(index, _): &(usize, &Item)| *index >= n || linked[*index];
    let above = items.iter().enumerate().filter(in_columns);
    let bottom = above.map(|(_, item)| middle(item) + item.height / 2).max();
    let ranks = items.iter().map(|item| item.rank + 1).max().unwrap_or(0);
    let alone: Vec<usize> = (0..n).filter(|i| !linked[*i]).collect();
    let columns = ranks
        .max(((alone.len() as f64).sqrt().ceil() as usize).min(5))
        .max(1);
    let first_row = bottom.map_or(MARGIN, |y| y + GAP_Y * 2);
    for (place, index) in alone.iter().enumerate() {
        let row = (place / columns) as i32;
        cards[*index] = (left(place % columns), first_row + row * (CARD_H + GAP_Y));
    }
    let routes = paths.iter().map(|path| {
        let (tail, head) = (path[0], path[path.len() - 1]);
        let start = (cards[tail].0 + CARD_W, cards[tail].1 + CARD_H / 2);
        let end = (cards[head].0, cards[head].1 + CARD_H / 2);
        let lanes = path[1..path.len() - 1].iter();
        let lanes = lanes.map(|lane| (left(items[*lane].rank), middle(&items[*lane])));
        std::iter::once(start).chain(lanes).chain([end]).collect()
    });
    let routes: Vec<Vec<(i32, i32)>> = routes.collect();
    let lowest = routes.iter().flatten().map(|(_, y)| *y).max().unwrap_or(0);
    let right = cards.iter().map(|(x, _)| x + CARD_W).max().unwrap_or(0);
    let low = cards.iter().map(|(_, y)| y + CARD_H).max().unwrap_or(0);
    Layout {
        width: right + MARGIN,
        height: low.max(lowest + LANE_H) + MARGIN,
        cards,
        routes,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::{CARD_H, CARD_W, layout, ranks};

    #[test]
    fn columns_are_longest_paths_and_a_cycle_ends() {
        assert_eq!(ranks(4, &[(0, 1), (1, 2), (0, 2), (2, 3)]), [0, 1, 2, 3]);
        assert_eq!(ranks(3, &[(0, 1), (1, 0), (2, 2)]).len(), 3);
        assert_eq!(layout(0, &[], 10).map(|l| l.cards.len()), Some(0));
        assert!(layout(4, &[(0, 1), (1, 2), (2, 3), (0, 3)], 1).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_card_lies_on_another_and_no_edge_crosses_a_card(
            n in 1_usize..40,
            pairs in proptest::collection::vec((0_usize..40, 0_usize..40), 0..80),
        ) {
            let edges: Vec<_> = pairs
                .into_iter()
                .map(|(a, b)| (a % n, b % n))
                .filter(|(a, b)| a < b)
                .collect();
            let picture = layout(n, &edges, 10_000).expect("few lanes");
            let cards = &picture.cards;
            for (i, a) in cards.iter().enumerate() {
                assert!(a.0 > 0 && a.1 > 0 && a.0 + CARD_W < picture.width && a.1 + CARD_H < picture.height);
                for b in &cards[i + 1..] {
                    assert!((a.0 - b.0).abs() >= CARD_W || (a.1 - b.1).abs() >= CARD_H, "{a:?} {b:?}");
                }
            }
            for route in &picture.routes {
                for (x, y) in &route[1..route.len() - 1] {
                    assert!(cards.iter().all(|c| c.0 != *x || *y < c.1 || *y > c.1 + CARD_H));
                }
            }
        }
    }
}
