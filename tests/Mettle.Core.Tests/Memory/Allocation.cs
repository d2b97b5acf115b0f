namespace Mettle.Core.Tests;

/// <summary>Managed memory that calls allocate.</summary>
internal static class Allocation
{
    private const int WarmUp = 3;
    private const int Rounds = 5;
    private const int Calls = 4;

    /// <summary>
    /// Bytes that each warm call of <paramref name="body"/> allocates on this thread: the least of a few rounds, since what a
    /// call allocates it allocates in every round, but the runtime now and then something of its own (a method compiled anew, a
    /// pool that a collection emptied).
    /// </summary>
    public static long OfEach(Action body)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            body();
        }

        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                body();
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before + Calls - 1) / Calls);
        }

        return least;
    }
}
