//! What pipelines share, and what they must not leave idle.

use std::collections::BTreeMap;

use trackyard::engine::{
    Capacity, GraphId, LoadedPipeline, LoadedTrack, Mark, PendingOn, PipelineId, Pool, Time,
    TrackState,
};

use crate::oracles::{Checked, Oracle, ensure, may_start};

/// What is in use.
#[derive(Default)]
pub(crate) struct Used {
    slots: u32,
    pools: BTreeMap<Pool, u32>,
    of: BTreeMap<PipelineId, u32>,
}

/// Nothing that is shared is exceeded. Gives what is in use.
pub(crate) fn check_room<'a>(
    rows: impl Iterator<Item = &'a LoadedPipeline>,
    capacity: &Capacity,
) -> Result<Used, crate::oracles::Broken> {
    let mut used = Used::default();
    let mut families: BTreeMap<GraphId, usize> = BTreeMap::new();
    for row in rows {
        for (vertex, track) in (0..).zip(&row.tracks) {
            if track.row.state == TrackState::Running {
                used.slots += 1;
                *used.of.entry(row.id).or_default() += 1;
                if let Some(pool) = &row.plan.vertex(vertex).pool {
                    *used.pools.entry(pool.clone()).or_default() += 1;
                }
            }
        }
        let mine = used.of.get(&row.id).copied().unwrap_or(0);
        let most = row.plan.policies.max_parallel.unwrap_or(u32::MAX);
        ensure(mine <= most, Oracle::SlotsExceeded, || {
            format!("{mine} scripts of pipeline {}, at most {most}", row.id)
        })?;
        let begun = families.entry(row.plan.family).or_default();
        *begun += usize::from(!row.row.queued);
        let limit = row.plan.policies.concurrency.map(|c| c.limit as usize);
        ensure(
            *begun <= limit.unwrap_or(usize::MAX),
            Oracle::SlotsExceeded,
            || {
                format!(
                    "{begun} pipelines of graph {}, at most {limit:?}",
                    row.plan.family
                )
            },
        )?;
    }
    ensure(used.slots <= capacity.slots, Oracle::SlotsExceeded, || {
        format!("{} attempts in {} slots", used.slots, capacity.slots)
    })?;
    for (pool, n) in &used.pools {
        ensure(*n <= capacity.pool(pool), Oracle::SlotsExceeded, || {
            format!("{n} attempts in pool {pool} of {}", capacity.pool(pool))
        })?;
    }
    Ok(used)
}

/// Nothing is free at `now` while a track could have it.
pub(crate) fn check_idle<'a>(
    rows: impl Iterator<Item = &'a LoadedPipeline>,
    used: &Used,
    capacity: &Capacity,
    now: Time,
) -> Checked {
    let mut waiting: BTreeMap<GraphId, &LoadedPipeline> = BTreeMap::new();
    let mut begun: BTreeMap<GraphId, u32> = BTreeMap::new();
    for row in rows {
        let late = row.row.due_at.is_some_and(|due| due <= now);
        ensure(!late, Oracle::SlotsIdle, || {
            format!("pipeline {} has run out of time and goes on", row.id)
        })?;
        let family = row.plan.family;
        if row.row.queued {
            // A pause keeps it from its turn, unless something of it is to run alone.
            let alone = |track: &LoadedTrack| {
                track.row.mark == Some(Mark::Alone) && track.row.state == TrackState::Pending
            };
            if !row.row.paused || row.tracks.iter().any(alone) {
                waiting.insert(family, row);
            }
        } else {
            *begun.entry(family).or_default() += 1;
        }
        let most = row.plan.policies.max_parallel.unwrap_or(u32::MAX);
        let mine = used.of.get(&row.id).copied().unwrap_or(0);
        let room = used.slots < capacity.slots && mine < most;
        for (index, track) in (0..).zip(&row.tracks) {
            let due = track.row.due_at.is_some_and(|due| due <= now);
            let pool = row.plan.vertex(index).pool.as_ref().is_none_or(|pool| {
                used.pools.get(pool).copied().unwrap_or(0) < capacity.pool(pool)
            });
            let on_slot = track.row.pending_on == Some(PendingOn::Slot);
            let ready = room && pool && on_slot && may_start(row, index);
            ensure(!due && !ready, Oracle::SlotsIdle, || {
                let id = row.id;
                format!("there is room, and vertex {index} of pipeline {id} waits: {track:?}")
            })?;
        }
    }
    for (family, row) in waiting {
        let limit = row.plan.policies.concurrency.map_or(u32::MAX, |c| c.limit);
        let begun = begun.get(&family).copied().unwrap_or(0);
        ensure(begun >= limit, Oracle::SlotsIdle, || {
            format!(
                "{begun} pipelines of {limit}, and pipeline {} waits",
                row.id
            )
        })?;
    }
    Ok(())
}
