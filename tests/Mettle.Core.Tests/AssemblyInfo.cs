// Memory counters and the scheduler's thread count belong to the process: tests that read them must run alone.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
