using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>
/// Adam's update (Kingma and Ba, ICLR 2015, algorithm 1) with PyTorch's placement of epsilon:
/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= rate / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps).
/// </summary>
internal readonly unsafe struct AdamRule<T> : IUpdateRule<T>
    where T : unmanaged
{
    private readonly double beta1, beta2, epsilon, step, rootCorrection, shrink, l2;

    /// <summary>Settings of one step.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="beta1">Decay of the mean of gradients.</param>
    /// <param name="beta2">Decay of the mean of squares.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="t">Step number from 1.</param>
    /// <param name="shrink">Factor on the weights before the update (decoupled decay).</param>
    /// <param name="l2">Weight added to the gradient (L2 penalty).</param>
    public AdamRule(double rate, double beta1, double beta2, double epsilon, long t, double shrink, double l2)
    {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.shrink = shrink;
        this.l2 = l2;
        step = rate / (1 - Power(beta1, t));
        rootCorrection = Math.Sqrt(1 - Power(beta2, t));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* w, T* g, T* m, T* v, nint n)
    {
        Vector512<T> b1 = UpdateLanes.Fill<T>(beta1), c1 = UpdateLanes.Fill<T>(1 - beta1);
        Vector512<T> b2 = UpdateLanes.Fill<T>(beta2), c2 = UpdateLanes.Fill<T>(1 - beta2);
        Vector512<T> eps = UpdateLanes.Fill<T>(epsilon), root = UpdateLanes.Fill<T>(1 / rootCorrection);
        Vector512<T> minusStep = UpdateLanes.Fill<T>(-step), keep = UpdateLanes.Fill<T>(shrink), penalty = UpdateLanes.Fill<T>(l2);
        int lanes = Vector512<T>.Count;
        for (nint i = 0; i < n; i += lanes)
        {
            var x = Vector512.Load(w + i) * keep;
            var d = UpdateLanes.Fma(penalty, x, Vector512.Load(g + i));
            var mean = UpdateLanes.Fma(b1, Vector512.Load(m + i), c1 * d);
            var square = UpdateLanes.Fma(b2, Vector512.Load(v + i), c2 * (d * d));
            mean.Store(m + i);
            square.Store(v + i);
            var denominator = UpdateLanes.Fma(Vector512.Sqrt(square), root, eps);
            UpdateLanes.Fma(minusStep, mean / denominator, x).Store(w + i);
        }
    }

    // Squaring instead of Math.Pow, whose last bit belongs to the platform.
    private static double Power(double b, long n)
    {
        double result = 1;
        for (; n > 0; n >>= 1, b *= b)
        {
            result = (n & 1) != 0 ? result * b : result;
        }

        return result;
    }
}
