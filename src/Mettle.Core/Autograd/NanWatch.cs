using System.Diagnostics;

namespace Mettle;

/// <summary>
/// Finds the op in which the first NaN or infinity was born. Off (and free) in normal steps; a failing step is replayed
/// inside <see cref="Find"/>.
/// </summary>
public static class NanWatch
{
    /// <summary>
    /// Runs <paramref name="body"/> with every result checked. Returns where the first non-finite value came out of an op
    /// with finite operands, or null if none did.
    /// </summary>
    public static NanBirth? Find(Action body)
    {
        ThreadContext.Current.WatchesNan = true;
        try
        {
            body();
            return null;
        }
        catch (NanBornException e)
        {
            return e.Birth;
        }
        finally
        {
            ThreadContext.Current.WatchesNan = false;
        }
    }

    internal static void OnApply(Op op, Tensor[] inputs, Tensor[] outputs)
    {
        var here = ThreadContext.Current;
        if (!here.WatchesNan)
        {
            return;
        }

        here.WatchesNan = false;
        try
        {
            if (outputs.Any(y => !AllFinite(y)) && inputs.All(AllFinite))
            {
                throw new NanBornException(new NanBirth(op.Name, string.Join(", ", inputs.Select(t => t.Spec)), Caller()));
            }
        }
        finally
        {
            here.WatchesNan = true;
        }
    }

    private static bool AllFinite(Tensor t)
        => t.DType switch
        {
            DType.F32 => Array.TrueForAll(t.ToArray<float>(), float.IsFinite),
            DType.F64 => Array.TrueForAll(t.ToArray<double>(), double.IsFinite),
            _ => true,
        };

    // The first frame outside the engine is the line its user wrote.
    private static string Caller()
    {
        var frames = new StackTrace(fNeedFileInfo: true).GetFrames();
        foreach (var frame in frames)
        {
            string? file = frame.GetFileName();
            if (file is not null && !file.Contains("Mettle.Core", StringComparison.Ordinal))
            {
                return $"{file}:{frame.GetFileLineNumber()}";
            }
        }

        return "unknown place (no debug symbols)";
    }

    private sealed class NanBornException(NanBirth birth) : Exception
    {
        public NanBirth Birth { get; } = birth;
    }
}

/// <summary>The op that made the first non-finite value out of finite ones.</summary>
/// <param name="Op">Name of the op.</param>
/// <param name="Inputs">Shapes and types of its operands.</param>
/// <param name="Place">File and line of the calling code.</param>
public sealed record NanBirth(string Op, string Inputs, string Place);
