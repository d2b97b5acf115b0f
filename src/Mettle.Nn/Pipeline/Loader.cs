using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Mettle.Nn;

/// <summary>
/// The batches of one epoch, in order, made ahead by background threads. Which thread makes a batch changes nothing in it.
/// Whoever takes a batch owns it: <see cref="Batch.Release"/>. Enumerate once; disposing the enumerator stops the threads and
/// frees what they had made.
/// </summary>
public sealed class Loader : IEnumerable<Batch>
{
    private const int Ahead = 2;
    private readonly IDataset dataset;
    private readonly int[][] batches;
    private readonly RandomKey epochKey;
    private readonly int workers, from;

    /// <summary>Prepares to load; threads start with the enumeration.</summary>
    /// <param name="dataset">Where samples are read.</param>
    /// <param name="batches">Indices by batch, see <see cref="BatchOrder.Epoch"/>.</param>
    /// <param name="epochKey">Passed to <see cref="IDataset.Load"/>.</param>
    /// <param name="workers">Background threads; 0 loads on the calling thread.</param>
    /// <param name="from">The first batch to give (a resumed epoch).</param>
    public Loader(IDataset dataset, int[][] batches, RandomKey epochKey, int workers = 1, int from = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        this.dataset = dataset;
        this.batches = batches;
        this.epochKey = epochKey;
        this.workers = workers;
        this.from = from;
    }

    /// <inheritdoc/>
    public IEnumerator<Batch> GetEnumerator() => workers == 0 ? Inline() : Prefetched();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerator<Batch> Inline()
    {
        for (int i = from; i < batches.Length; i++)
        {
            yield return Load(i);
        }
    }

    private IEnumerator<Batch> Prefetched()
    {
        using var stop = new CancellationTokenSource();
        var lanes = new Lane[workers];
        for (int w = 0; w < workers; w++)
        {
            lanes[w] = new Lane(this, from + w, stop.Token);
        }

        try
        {
            for (int i = from; i < batches.Length; i++)
            {
                yield return lanes[(i - from) % workers].Take();
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var lane in lanes)
            {
                lane.Dispose();
            }
        }
    }

    // The batch belongs to no scope: it is made on one thread and freed on another.
    private Batch Load(int i)
    {
        using var scope = MemoryScope.Begin("loader");
        var batch = dataset.Load(batches[i], epochKey);
        foreach (var input in batch.Inputs)
        {
            scope.Keep(input);
        }

        scope.Keep(batch.Targets);
        return batch;
    }

    /// <summary>One thread that makes every workers-th batch, at most <see cref="Ahead"/> before they are wanted.</summary>
    private sealed class Lane : IDisposable
    {
        private readonly BlockingCollection<Batch> made = new(Ahead);
        private readonly Thread thread;
        private ExceptionDispatchInfo? failure;

        public Lane(Loader loader, int first, CancellationToken stop)
        {
            thread = new Thread(() => Work(loader, first, stop)) { IsBackground = true, Name = "mettle-loader" };
            thread.Start();
        }

        public Batch Take()
        {
            if (!made.TryTake(out var batch, Timeout.Infinite))
            {
                failure?.Throw();
                throw new InvalidOperationException("The loader's thread ended without this batch.");
            }

            return batch;
        }

        public void Dispose()
        {
            thread.Join();
            while (made.TryTake(out var batch))
            {
                batch.Release();
            }

            made.Dispose();
        }

        private void Work(Loader loader, int first, CancellationToken stop)
        {
            try
            {
                for (int i = first; i < loader.batches.Length && !stop.IsCancellationRequested; i += loader.workers)
                {
                    Add(loader.Load(i), stop);
                }
            }
            catch (Exception e)
            {
                // Carried to whoever waits for the batch, who throws it.
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                made.CompleteAdding();
            }
        }

        private void Add(Batch batch, CancellationToken stop)
        {
            try
            {
                made.Add(batch, stop);
            }
            catch (OperationCanceledException)
            {
                // The reader left; the batch made meanwhile is freed and the loop ends.
                batch.Release();
            }
        }
    }
}
