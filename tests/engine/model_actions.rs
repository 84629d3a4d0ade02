//! What can be asked, in the naive model: false means that it is refused.

use trackyard::engine::{
    Action, Ending, Mark, PendingOn, PipelineState, Scope, TrackAction, TrackState,
};

use crate::model::{Model, Pipe, Track, end_one};

impl Model {
    /// Stops a pipeline, whatever it is at.
    pub(crate) fn stop(&mut self, i: usize, how: Ending) {
        let pipe = &mut self.pipes[i];
        let rest = pipe.at_rest();
        pipe.stop_what_waits(rest);
        if pipe.going() {
            pipe.verdict = PipelineState::Stopped;
        }
        (pipe.paused, pipe.due) = (false, None);
        pipe.end_what_runs(how);
    }

    /// What is asked of pipeline `i`; a track is named by its vertex.
    pub(crate) fn ask(&mut self, i: usize, action: &Action, t: usize) -> bool {
        let was_over = self.pipes[i].over;
        let before = self.pipes[i].clone();
        let done = match action {
            Action::Pause => self.pause(i),
            Action::Resume => self.resume(i),
            Action::Stop { now } => self.ask_stop(i, *now),
            Action::RetryFailed => self.retry_failed(i),
            Action::Track(_, action) => self.ask_track(i, t, action),
        };
        if !done {
            self.pipes[i] = before;
            return false;
        }
        // It may be that something of it moves again.
        self.pipes[i].over = false;
        self.pipes[i].follow();
        if was_over && !self.pipes[i].settled() {
            self.reopen(i);
        }
        self.settle();
        true
    }

    fn reopen(&mut self, i: usize) {
        let limit = self.pipes[i].plan.policies.concurrency;
        let family = self.pipes[i].plan.family;
        let begun = self
            .pipes
            .iter()
            .filter(|p| !p.over && !p.queued && p.plan.family == family);
        let queued = limit.is_some_and(|limit| begun.count() > limit.limit as usize);
        let due = self.deadline(&self.pipes[i]);
        let pipe = &mut self.pipes[i];
        pipe.queued = queued;
        pipe.due = due.filter(|_| !queued && !pipe.at_rest());
    }

    fn pause(&mut self, i: usize) -> bool {
        let pipe = &mut self.pipes[i];
        if pipe.over || pipe.paused {
            return false;
        }
        pipe.paused = true;
        if pipe.verdict == PipelineState::Running {
            pipe.verdict = PipelineState::Paused;
        }
        true
    }

    fn resume(&mut self, i: usize) -> bool {
        let pipe = &mut self.pipes[i];
        if !std::mem::take(&mut pipe.paused) {
            return false;
        }
        if pipe.verdict == PipelineState::Paused {
            pipe.verdict = PipelineState::Running;
        }
        join(pipe);
        true
    }

    fn ask_stop(&mut self, i: usize, now: bool) -> bool {
        let pipe = &self.pipes[i];
        let rest = pipe.at_rest();
        let left = |t: usize| match pipe.tracks[t].at {
            TrackState::Running => pipe.tracks[t].ending.is_none(),
            TrackState::Waiting => pipe.is_handler(t) == rest,
            _ => false,
        };
        let runs = pipe
            .tracks
            .iter()
            .any(|track| track.at == TrackState::Running);
        let ends = !pipe.going() && runs && !(0..pipe.tracks.len()).any(left);
        // One that is STOPPED was stopped as a whole.
        let stopped = pipe.verdict == PipelineState::Stopped && !rest;
        if pipe.over || ((ends || stopped) && !now) {
            return false;
        }
        self.stop(i, if now { Ending::Kill } else { Ending::Stop });
        true
    }

    fn retry_failed(&mut self, i: usize) -> bool {
        use TrackState::{Failed, Interrupted, Stopped};
        let pipe = &self.pipes[i];
        let bad = |t: &usize| [Failed, Interrupted, Stopped].contains(&pipe.tracks[*t].at);
        let all = (0..pipe.scripts()).filter(|t| bad(t) && !pipe.done(*t));
        let all: Vec<usize> = all.collect();
        let ends = |track: &Track| track.at == TrackState::Running && track.ending.is_some();
        let ends = pipe.tracks.iter().any(ends);
        !all.is_empty() && !ends && self.set_back(i, &all, None)
    }

    /// Sets tracks back, and what the pipeline makes of it; one of them may be one that runs whatever
    /// holds back the others.
    fn set_back(&mut self, i: usize, all: &[usize], named: Option<(usize, Scope)>) -> bool {
        let pipe = &self.pipes[i];
        let runs = |t: usize| pipe.tracks[t].at == TrackState::Running;
        let used = |t: &usize| {
            pipe.plan
                .successors(*t as u32)
                .iter()
                .any(|h| runs(*h as usize))
        };
        let handlers = (pipe.scripts()..pipe.tracks.len()).any(runs);
        if handlers || all.iter().any(|t| runs(*t) || used(t)) {
            return false;
        }
        let alone = matches!(named, Some((_, Scope::Alone)));
        let pipe = &mut self.pipes[i];
        all.iter().for_each(|t| pipe.set_back(*t));
        pipe.paused |= alone;
        self.revive(i);
        let pipe = &mut self.pipes[i];
        let by_name = named.filter(|_| !pipe.goes_on() || (alone && pipe.paused));
        if let Some((t, _)) = by_name {
            pipe.tracks[t].mark = Some(Mark::Alone);
        }
        join(&mut self.pipes[i]);
        true
    }

    /// The pipeline of tracks that are to run again.
    fn revive(&mut self, i: usize) {
        let due = self.deadline(&self.pipes[i]);
        let pipe = &mut self.pipes[i];
        let due = due.filter(|_| !pipe.queued);
        let was = pipe.verdict;
        if !pipe.going() {
            pipe.due = due;
        }
        pipe.timed_out = false;
        pipe.verdict = match (pipe.failing(), pipe.paused) {
            (true, _) => PipelineState::Failed,
            (false, true) => PipelineState::Paused,
            (false, false) => PipelineState::Running,
        };
        changed(pipe, was);
    }

    /// A person's word made a track done; `was`: it was so before.
    fn done(&mut self, i: usize, t: usize, was: bool) {
        let pipe = &self.pipes[i];
        if !was && !pipe.is_handler(t) && (0..pipe.scripts()).all(|t| pipe.done(t)) {
            self.revive(i);
        }
        let due = self.deadline(&self.pipes[i]);
        let pipe = &mut self.pipes[i];
        let due = due.filter(|_| !pipe.queued);
        let was = pipe.verdict;
        if was == PipelineState::Failed && !pipe.failing() && !pipe.timed_out {
            pipe.due = due;
            pipe.verdict = match pipe.paused {
                true => PipelineState::Paused,
                false => PipelineState::Running,
            };
        }
        changed(pipe, was);
        join(pipe);
    }

    fn ask_track(&mut self, i: usize, t: usize, action: &TrackAction) -> bool {
        use TrackState::{
            Failed, Interrupted, Pending, Running, Skipped, Stopped, Succeed, Waiting,
        };
        let pipe = &mut self.pipes[i];
        let (state, handler) = (pipe.state(t), pipe.is_handler(t));
        let handlers_run = pipe.stands(true, Running);
        let free = handler || pipe.free(t);
        let done = [Succeed, Skipped].contains(&state);
        let held = pipe.tracks[t].mark;
        match action {
            TrackAction::Retry(scope, input) => {
                if state == Pending && pipe.tracks[t].wait.is_some() && *scope == Scope::Only {
                    pipe.tracks[t].wait = None;
                    give(pipe, t, input);
                    return true;
                }
                if [Waiting, Pending, Running].contains(&state) || !free {
                    return false;
                }
                if handler {
                    let rest = pipe.at_rest();
                    pipe.set_back(t);
                    pipe.tracks[t].turn = true;
                    give(pipe, t, input);
                    return rest;
                }
                let mut all = vec![t];
                let mut next = 0;
                while *scope == Scope::After && next < all.len() {
                    for head in pipe.plan.successors(all[next] as u32) {
                        if !all.contains(&(*head as usize)) {
                            all.push(*head as usize);
                        }
                    }
                    next += 1;
                }
                if !self.set_back(i, &all, Some((t, *scope))) {
                    return false;
                }
                give(&mut self.pipes[i], t, input);
                true
            }
            TrackAction::Skip => {
                if state == Running || done || (!handler && handlers_run) {
                    return false;
                }
                if state == Waiting {
                    if held == Some(Mark::Skip) {
                        return false;
                    }
                    if handler || !pipe.free(t) {
                        pipe.tracks[t].mark = Some(Mark::Skip);
                        return true;
                    }
                }
                if !free {
                    return false;
                }
                let was = pipe.done(t);
                pipe.finish(t, Skipped);
                self.done(i, t, was);
                true
            }
            TrackAction::ForceSuccess(_) => {
                let ended = [Failed, Interrupted, Stopped].contains(&state);
                if !ended || !free || (!handler && handlers_run) {
                    return false;
                }
                let was = pipe.done(t);
                pipe.finish(t, Succeed);
                self.done(i, t, was);
                true
            }
            TrackAction::ForceFailure => match state {
                Running if pipe.tracks[t].ending.is_none() => {
                    end_one(&mut pipe.tracks[t], Ending::Fail);
                    true
                }
                Interrupted => {
                    pipe.finish(t, Failed);
                    true
                }
                _ => false,
            },
            TrackAction::Hold => {
                let open = [Waiting, Pending].contains(&state) && held != Some(Mark::Hold);
                if open {
                    pipe.tracks[t].mark = Some(Mark::Hold);
                    pipe.tracks[t].wait = None;
                }
                open
            }
            TrackAction::Release => {
                let marked = matches!(held, Some(Mark::Hold | Mark::Skip));
                if marked {
                    pipe.tracks[t].mark = None;
                }
                marked
            }
            TrackAction::Stop { now } => {
                let how = if *now { Ending::Kill } else { Ending::Stop };
                let lost = pipe.tracks[t].lost > 0;
                match state {
                    Waiting | Pending => pipe.finish(t, Stopped),
                    Running if pipe.tracks[t].ending.is_none() || *now => {
                        end_one(&mut pipe.tracks[t], how);
                    }
                    Running => return false,
                    _ if lost => {}
                    _ => return false,
                }
                pipe.end_survivors(t, *now);
                true
            }
            TrackAction::Input(input) => {
                let open = [Waiting, Pending].contains(&state);
                if open {
                    pipe.tracks[t].missing = input.missing;
                }
                open
            }
        }
    }
}

fn give(pipe: &mut Pipe, t: usize, input: &Option<trackyard::engine::TrackInput>) {
    if let Some(input) = input {
        pipe.tracks[t].missing = input.missing;
    }
}

/// What ran although nothing else started is one of all again.
fn join(pipe: &mut Pipe) {
    if pipe.paused || !pipe.goes_on() {
        return;
    }
    for track in &mut pipe.tracks[..] {
        track.mark = track.mark.filter(|mark| *mark != Mark::Alone);
    }
}

/// Another verdict will come: what ran after the one before may run again.
fn changed(pipe: &mut Pipe, was: PipelineState) {
    let was_going = matches!(was, PipelineState::Running | PipelineState::Paused);
    if was_going || pipe.verdict == was {
        return;
    }
    for t in pipe.scripts()..pipe.tracks.len() {
        if ![TrackState::Running, TrackState::Waiting].contains(&pipe.state(t)) {
            // One that is held, and was to run next, is still held.
            let mark = pipe.tracks[t].mark;
            pipe.set_back(t);
            pipe.tracks[t].mark = mark;
        }
    }
}

/// What a page would say that a track waits for.
pub(crate) fn waits_on(pipe: &Pipe, t: usize) -> Option<PendingOn> {
    pipe.waits_on(t)
}
