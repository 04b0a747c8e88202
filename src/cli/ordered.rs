//! Work on many things in parallel, results in order.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How far the workers may run ahead of the next result in order; bounds the results that wait in memory.
const WINDOW: usize = 64;
/// How often the waiting thread looks up, for progress.
const TICK: Duration = Duration::from_millis(200);

#[derive(Debug)]
struct State<R> {
    next_to_take: usize,
    next_to_give: usize,
    finished: BTreeMap<usize, R>,
    stopped: bool,
}

#[derive(Debug)]
struct Shared<R> {
    state: Mutex<State<R>>,
    changed: Condvar,
}

impl<R> Shared<R> {
    /// The state; work never runs while it is locked, so a panic can't have left it half changed.
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece of work, once it is near enough to the results given out.
    fn take(&self, items: usize) -> Option<usize> {
        let mut state = self.lock();
        while !state.stopped
            && state.next_to_take < items
            && state.next_to_take >= state.next_to_give + WINDOW
        {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped || state.next_to_take >= items {
            return None;
        }
        state.next_to_take += 1;
        Some(state.next_to_take - 1)
    }

    fn finish(&self, index: usize, result: R) {
        self.lock().finished.insert(index, result);
        self.changed.notify_all();
    }

    /// Waits for the next result in order and calls `tick` now and then meanwhile.
    fn wait(&self, tick: &mut impl FnMut()) -> R {
        let mut state = self.lock();
        loop {
            let wanted = state.next_to_give;
            if let Some(result) = state.finished.remove(&wanted) {
                state.next_to_give += 1;
                self.changed.notify_all();
                return result;
            }
            tick();
            state = self.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// Does `work` on every item, on as many threads as there are cores, and gives the results to `give` in the order of
/// the items, each as soon as it and those before it are there. Work must not panic. An error of `give` ends it all.
pub(super) fn in_order<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut give: impl FnMut(R) -> io::Result<()>,
    mut tick: impl FnMut(),
) -> io::Result<()> {
    let state = State { next_to_take: 0, next_to_give: 0, finished: BTreeMap::new(), stopped: false };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new() };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(index) = shared.take(items.len()) {
                    shared.finish(index, work(&items[index]));
                }
            });
        }
        let result = (0..items.len()).try_for_each(|_| give(shared.wait(&mut tick)));
        shared.stop();
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..500).collect();
        let mut given = Vec::new();
        let uneven = |&n: &u64| (0..(n % 7) * 1000).fold(n, |a, b| std::hint::black_box(a ^ b ^ b));
        let give = |result| {
            given.push(result);
            Ok(())
        };
        in_order(&items, uneven, give, || ()).unwrap();
        assert_eq!(given, items);
    }

    #[test]
    fn a_receiver_that_has_had_enough_ends_it() {
        let items: Vec<usize> = (0..1000).collect();
        let mut given = 0;
        let result = in_order(
            &items,
            |&n| n,
            |n| {
                given = n;
                if n < 10 { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
            },
            || (),
        );
        assert_eq!((result.unwrap_err().kind(), given), (io::ErrorKind::BrokenPipe, 10));
    }

    #[test]
    fn nothing_to_do_is_done() {
        in_order(&[], |n: &u8| *n, |_| Ok(()), || ()).unwrap();
    }
}
