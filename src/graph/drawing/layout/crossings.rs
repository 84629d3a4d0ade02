//! The order of what stands in each rank, such that few edges cross: each part goes to the middle of
//! what it is joined to, rank by rank, forth and back; the best order that was met is kept.

use super::Parts;

/// How often all ranks are gone through.
const SWEEPS: usize = 12;

pub(super) fn reduce(parts: &mut Parts) {
    let mut place = vec![0_u32; parts.before.len()];
    number(&parts.ranks, &mut place);
    let mut best = (count(parts, &place), parts.ranks.clone());
    let last = parts.ranks.len();
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
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
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            parts.ranks[rank] = keyed.into_iter().map(|(_, part)| part).collect();
            number(&parts.ranks[rank..=rank], &mut place);
        }
        let found = count(parts, &place);
        if found < best.0 {
            best = (found, parts.ranks.clone());
        }
    }
    parts.ranks = best.1;
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
