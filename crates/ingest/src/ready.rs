//! Whether events are taken in, for whoever watches over the program.

use crate::Pipeline;
use desk::Problem;
use lake::LakeError;

impl Pipeline {
    /// Whether events are taken in. Who asks has not logged in: the program's own log says more.
    pub fn ready(&self) -> Result<(), Problem> {
        if self.is_broken() {
            return Err(Problem::unavailable("ingest.broken", "A thread of the pipeline has failed; the program ends."));
        }
        match self.refusing().as_deref() {
            None => Ok(()),
            Some(LakeError::Full { .. }) => {
                Err(Problem::unavailable("ingest.disk_full", "The disk's reserve is reached: no events are taken in until there is room."))
            }
            Some(LakeError::Poisoned) => {
                Err(Problem::unavailable("ingest.log_closed", "A write of the log has failed: no events are taken in before a restart."))
            }
            Some(_) => Err(Problem::unavailable("ingest.log", "The log takes no events; the program's log says why.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Frames, IngestError, Pipeline, PipelineOptions, Submission};
    use arc_swap::ArcSwap;
    use model::{Clock, SystemClock, Timestamp};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Stands for any defect in the thread that writes.
    #[derive(Default)]
    struct Defect(AtomicBool);

    impl Clock for Defect {
        fn now(&self) -> Timestamp {
            assert!(!self.0.load(Ordering::SeqCst), "as a defect would");
            SystemClock.now()
        }
    }

    fn pipeline(dir: &std::path::Path, reserve_bytes: u64, clock: Arc<dyn Clock>) -> Pipeline {
        let lake = lake::Lake::open(lake::LakeOptions { reserve_bytes, ..lake::LakeOptions::new(dir) }, clock).unwrap();
        let rules = Arc::new(ArcSwap::from_pointee(detect::RuleSet::compile(Vec::new()).0));
        Pipeline::start(lake, rules, Arc::new(SystemClock), &PipelineOptions::default())
    }

    fn code(pipeline: &Pipeline) -> Option<String> {
        pipeline.ready().err().map(|problem| problem.code.into_owned())
    }

    #[test]
    fn a_full_disk_is_known_before_anything_comes() {
        let dir = tempfile::tempdir().unwrap();
        let pipeline = pipeline(dir.path(), u64::MAX, Arc::new(SystemClock));
        while code(&pipeline).is_none() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(code(&pipeline).as_deref(), Some("ingest.disk_full"));
        pipeline.stop();
    }

    #[tokio::test]
    async fn a_writer_that_dies_is_known_and_nobody_waits_for_it() {
        let (dir, defect) = (tempfile::tempdir().unwrap(), Arc::new(Defect::default()));
        let pipeline = pipeline(dir.path(), 0, defect.clone());
        let one = || Submission::new("a", parse::Format::Lines, Frames::join([b"one".as_slice()]));
        assert_eq!(pipeline.submit(one()).await.unwrap().stored, 1);
        assert_eq!(code(&pipeline), None);
        defect.0.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            assert!(matches!(pipeline.submit(one()).await, Err(IngestError::Stopping)));
        }
        pipeline.broken().await;
        assert_eq!(code(&pipeline).as_deref(), Some("ingest.broken"));
        pipeline.stop();
    }
}
