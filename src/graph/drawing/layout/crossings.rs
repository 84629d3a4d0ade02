//! The order of what stands in each rank, such that few edges cross: each part goes to the middle of
//! what it is joined to, rank by rank, forth and back, and neighbours change places where that helps;
//! the best order that was met is kept.

use super::Parts;

/// How often all ranks are gone through.
const SWEEPS: usize = 24;
/// After so many without a better order it ends.
const PATIENCE: usize = 6;
/// How often neighbours are compared after a sweep.
const SWITCHES: usize = 4;
/// Of more parts than this neighbours are not compared.
const MOST_SWITCHED: usize = 30_000;

pub(super) fn reduce(parts: &mut Parts) {
    let mut place = vec![0_u32; parts.before.len()];
    number(&parts.ranks, &mut place);
    let mut best = (count(parts, &place), parts.ranks.clone());
    let last = parts.ranks.len();
    let mut since = 0;
    let switches = match parts.before.len() <= MOST_SWITCHED {
        true => SWITCHES,
        false => 0,
    };
    for sweep in 0..SWEEPS {
        if best.0 == 0 || since == PATIENCE {
            break;
        }
        for step in 0..last {
            let (rank, joined) = match sweep % 2 {
                0 => (step, &parts.before),
                _ => (last - 1 - step, &parts.after),
            };
            let middle = |part: u32| {
                let of = &joined[part as usize];
                let sum: f64 = of.iter().map(|p| f64::from(place[*p as usize])).sum();
                match of.len() {
                    0 => f64::from(place[part as usize]),
                    n => sum / n as f64,
                }
            };
            let mut keyed: Vec<_> = parts.ranks[rank].iter().map(|p| (middle(*p), *p)).collect();
            // Equals change their order in every other pair of sweeps.
            if sweep % 4 >= 2 {
                keyed.reverse();
            }
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            parts.ranks[rank] = keyed.into_iter().map(|(_, part)| part).collect();
            number(&parts.ranks[rank..=rank], &mut place);
        }
        for _ in 0..switches {
            if !switch(parts, &mut place) {
                break;
            }
        }
        let found = count(parts, &place);
        since += 1;
        if found < best.0 {
            best = (found, parts.ranks.clone());
            since = 0;
        }
    }
    parts.ranks = best.1;
}

/// Lets neighbours in a rank change places where fewer edges cross then; false: nothing changed.
fn switch(parts: &mut Parts, place: &mut [u32]) -> bool {
    let Parts {
        ranks,
        before,
        after,
        ..
    } = parts;
    let mut changed = false;
    for ranked in ranks {
        let ends = |joined: &[Vec<u32>], part: u32| {
            let mut ends: Vec<u32> = joined[part as usize]
                .iter()
                .map(|p| place[*p as usize])
                .collect();
            ends.sort_unstable();
            ends
        };
        let mut all: Vec<_> = ranked
            .iter()
            .map(|p| (*p, ends(before, *p), ends(after, *p)))
            .collect();
        for at in 1..all.len() {
            let (upper, lower) = (&all[at - 1], &all[at]);
            let now = inverted(&upper.1, &lower.1) + inverted(&upper.2, &lower.2);
            if now > 0 && now > inverted(&lower.1, &upper.1) + inverted(&lower.2, &upper.2) {
                all.swap(at - 1, at);
                changed = true;
            }
        }
        ranked.clear();
        ranked.extend(all.into_iter().map(|(part, ..)| part));
        for (at, part) in (0..).zip(&*ranked) {
            place[*part as usize] = at;
        }
    }
    changed
}

/// How many pairs of the ends of an upper and a lower part cross.
fn inverted(upper: &[u32], lower: &[u32]) -> usize {
    let mut below = 0;
    upper
        .iter()
        .map(|end| {
            while lower.get(below).is_some_and(|other| other < end) {
                below += 1;
            }
            below
        })
        .sum()
}

fn number(ranks: &[Vec<u32>], place: &mut [u32]) {
    for rank in ranks {
        for (at, part) in (0..).zip(rank) {
            place[*part as usize] = at;
        }
    }
}
/// How many pairs of edges cross: for each rank, those that end above where an earlier one ended.
pub(super) fn count(parts: &Parts, place: &[u32]) -> u64 {
    let mut crossings = 0;
    for (rank, next) in parts.ranks.iter().zip(parts.ranks.iter().skip(1)) {
        // Sums of ends by their place, as a tree in an array.
        let mut ended = vec![0_u64; next.len() + 1];
        let mut so_far = 0;
        let mut ends = Vec::new();
        for part in rank {
            ends.clear();
            ends.extend(
                parts.after[*part as usize]
                    .iter()
                    .map(|p| place[*p as usize] as usize),
            );
            for end in &ends {
                let (mut at, mut above) = (end + 1, 0);
                while at > 0 {
                    above += ended[at];
                    at &= at - 1;
                }
                crossings += so_far - above;
            }
            for end in &ends {
                let mut at = end + 1;
                while at < ended.len() {
                    ended[at] += 1;
                    at += at & at.wrapping_neg();
                }
                so_far += 1;
            }
        }
    }
    crossings
}
