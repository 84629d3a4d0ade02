//! How far from above each part of a rank stands: as near to what it is joined to as the order and the
//! room between neighbours allow.

use super::{BESIDE, BETWEEN, CARD_HEIGHT, MARGIN, Parts};

/// How often all ranks are gone through.
const SWEEPS: usize = 8;

/// From one part of a rank to the next one below it, middle to middle.
fn room(parts: &Parts, above: u32, below: u32) -> f64 {
    let half = |part| match parts.is_card(part) {
        true => f64::from(CARD_HEIGHT) / 2.0,
        false => 0.0,
    };
    let between = match parts.is_card(above) && parts.is_card(below) {
        true => BETWEEN,
        false => BESIDE,
    };
    half(above) + between + half(below)
}

/// The distances of the parts of a rank from its first one, when they stand as close as they may.
fn closest<'p>(parts: &'p Parts, rank: &'p [u32]) -> impl Iterator<Item = (u32, f64)> + 'p {
    let mut last: Option<(u32, f64)> = None;
    rank.iter().map(move |part| {
        let at = last.map_or(0.0, |(above, at)| at + room(parts, above, *part));
        last = Some((*part, at));
        (*part, at)
    })
}

/// The middles of all parts, each rank as close as it may.
pub(super) fn stacked(parts: &Parts) -> Vec<f64> {
    let mut y = vec![0.0; parts.before.len()];
    for rank in &parts.ranks {
        for (part, at) in closest(parts, rank) {
            y[part as usize] = at;
        }
    }
    from_above(parts, y)
}

/// The middles of all parts, each near to what it is joined to.
pub(super) fn even(parts: &Parts) -> Vec<f64> {
    let mut y = stacked(parts);
    let last = parts.ranks.len();
    for sweep in 0..SWEEPS {
        for step in 0..last {
            let (rank, joined) = match sweep % 2 {
                0 => (step, &parts.before),
                _ => (last - 1 - step, &parts.after),
            };
            settle(parts, &parts.ranks[rank], joined, &mut y);
        }
    }
    from_above(parts, y)
}

/// Moves the parts of a rank to the middle of what they are joined to. Where that is too close, those
/// concerned share the distance: the least sum of squares (pool adjacent violators).
fn settle(parts: &Parts, rank: &[u32], joined: &[Vec<u32>], y: &mut [f64]) {
    // Sum of wishes, and how many share it.
    let mut pools: Vec<(f64, usize)> = Vec::with_capacity(rank.len());
    let closest: Vec<(u32, f64)> = closest(parts, rank).collect();
    for (part, at) in &closest {
        let of = &joined[*part as usize];
        let sum: f64 = of.iter().map(|p| y[*p as usize]).sum();
        let wish = match of.len() {
            0 => y[*part as usize],
            n => sum / n as f64,
        };
        pools.push((wish - at, 1));
        while let [.., (a, m), (b, n)] = pools[..]
            && a / m as f64 > b / n as f64
        {
            pools.truncate(pools.len() - 2);
            pools.push((a + b, m + n));
        }
    }
    let mut all = closest.iter();
    for (sum, count) in pools {
        for (part, at) in all.by_ref().take(count) {
            y[*part as usize] = sum / count as f64 + at;
        }
    }
}

/// The same with the topmost card at the upper margin.
fn from_above(parts: &Parts, mut y: Vec<f64>) -> Vec<f64> {
    let ranked = parts.ranks.iter().flatten();
    let top = ranked.map(|part| y[*part as usize]).reduce(f64::min);
    let down = f64::from(MARGIN + CARD_HEIGHT / 2) - top.unwrap_or_default();
    y.iter_mut().for_each(|y| *y += down);
    y
}
