using System.Numerics;

namespace Mettle;

/// <summary>What a normalised channel is multiplied by.</summary>
internal static unsafe class ChannelScale
{
    /// <summary>weight / sqrt(variance + epsilon); the weight may be missing.</summary>
    public static void Of<T>(T* variance, T* weight, int channels, T epsilon, T* scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < channels; c++)
        {
            T s = T.One / T.Sqrt(variance[c] + epsilon);
            scale[c] = weight == null ? s : s * weight[c];
        }
    }
}
