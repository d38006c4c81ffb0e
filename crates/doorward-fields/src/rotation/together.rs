use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Drives at most `at_once` of `futures` at a time, to the end of all or to the first error: the others
/// are dropped then.
///
/// The answers come as they are ready. Every wake asks all of the running ones, which is cheap for as
/// many as a store takes at once from one caller.
pub(super) async fn together<F, T, E>(
    futures: impl IntoIterator<Item = F>,
    at_once: usize,
) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = futures.into_iter().fuse();
    let mut running: Vec<Pin<Box<F>>> =
        waiting.by_ref().take(at_once.max(1)).map(Box::pin).collect();
    let mut answers = Vec::new();
    poll_fn(|context| {
        let mut at = 0;
        while let Some(future) = running.get_mut(at) {
            match future.as_mut().poll(context) {
                Poll::Pending => at += 1,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(answer)) => {
                    answers.push(answer);
                    match waiting.next() {
                        Some(next) => future.set(next),
                        None => drop(running.swap_remove(at)),
                    }
                }
            }
        }
        if running.is_empty() {
            Poll::Ready(Ok(std::mem::take(&mut answers)))
        } else {
            Poll::Pending
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::ready;
    use std::task::{Context, Waker};

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = Box::pin(future);
        loop {
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(answer) = polled {
                return answer;
            }
        }
    }

    #[test]
    fn no_more_run_than_may_and_all_come_to_their_end() {
        for at_once in [0, 1, 3, 50] {
            let (running, most) = (Cell::new(0_usize), Cell::new(0_usize));
            let futures = (0..20_usize).map(|number| {
                let (running, most) = (&running, &most);
                async move {
                    running.set(running.get() + 1);
                    most.set(most.get().max(running.get()));
                    let mut turns = number % 4;
                    poll_fn(|_| {
                        let is_over = turns == 0;
                        turns = turns.saturating_sub(1);
                        if is_over { Poll::Ready(()) } else { Poll::Pending }
                    })
                    .await;
                    running.set(running.get() - 1);
                    Ok::<_, ()>(number)
                }
            });
            let mut answers = block_on(together(futures, at_once)).unwrap();
            answers.sort_unstable();
            assert!(answers.into_iter().eq(0..20));
            assert!(most.get() <= at_once.max(1), "{} of {at_once}", most.get());
        }
    }

    #[test]
    fn an_error_ends_it() {
        let begun = Cell::new(0);
        let futures = (0..20).map(|number| {
            begun.set(begun.get() + 1);
            ready(if number == 4 { Err(number) } else { Ok(number) })
        });
        assert_eq!(block_on(together(futures, 2)), Err(4));
        assert!(begun.get() <= 6, "{} were begun", begun.get());
        assert_eq!(
            block_on(together(std::iter::empty::<std::future::Ready<Result<(), ()>>>(), 2)),
            Ok(vec![])
        );
    }
}
