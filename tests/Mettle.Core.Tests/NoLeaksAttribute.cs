using System.Reflection;
using Xunit.v3;

namespace Mettle.Core.Tests;

/// <summary>Fails a test after which more native blocks are live than before it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NoLeaksAttribute : BeforeAfterTestAttribute
{
    private long before;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => before = Settled();

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        long after = Memory.LiveBlocks;
        if (after > before)
        {
            Assert.Fail($"{after - before} native blocks are still live after the test: make tensors inside a MemoryScope, and Release() parameters.");
        }
    }

    /// <summary>Live blocks when garbage of earlier tests can no longer take some away meanwhile.</summary>
    public static long Settled()
    {
        if (Memory.LiveBlocks > 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Memory.LiveBlocks;
    }
}
