using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>
/// Stochastic gradient descent with momentum (Polyak 1964), dampening, Nesterov's form (Sutskever et al., ICML 2013) and L2
/// weight decay, in PyTorch's order: d = g + wd w; b = mu b + (1 - dampening) d (first step: b = d); d = b, or d + mu b with
/// Nesterov; w -= rate d.
/// </summary>
public sealed class Sgd : Optimizer
{
    private static readonly string[] Momenta = ["momentum_buffer"];
    private readonly double momentum, dampening;
    private readonly bool nesterov;
    private readonly UpdateBatch<float, Rule<float>> singles = new();
    private readonly UpdateBatch<double, Rule<double>> doubles = new();

    /// <summary>Settings as in PyTorch. Throws <see cref="ArgumentException"/> for Nesterov without momentum or with dampening.</summary>
    public Sgd(IReadOnlyList<ParameterGroup> groups, double rate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : base(groups, rate, weightDecay)
    {
        Check(momentum >= 0, nameof(momentum), momentum, "at least 0");
        if (nesterov && (momentum == 0 || dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum needs a momentum above 0 and no dampening.");
        }

        this.momentum = momentum;
        this.dampening = dampening;
        this.nesterov = nesterov;
    }

    /// <summary>All parameters in one group.</summary>
    public Sgd(IEnumerable<Parameter> parameters, double rate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : this([new ParameterGroup([.. parameters])], rate, momentum, dampening, weightDecay, nesterov)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => Momenta;

    internal override int StatesInUse => momentum > 0 ? 1 : 0;

    private protected override void Add(Slot slot, Tensor gradient)
    {
        var p = slot.Parameter.Value;
        var buffer = momentum > 0 ? slot.StateAt(0) : null;
        double rate = Rate * slot.Group.RateScale, decay = slot.Group.WeightDecay ?? WeightDecay;
        double fresh = slot.Steps == 1 ? 1 : 1 - dampening;
        if (p.DType == DType.F32)
        {
            singles.Add(p, gradient, buffer, null, new Rule<float>(rate, momentum, fresh, decay, nesterov), RoundingOf(slot));
        }
        else
        {
            doubles.Add(p, gradient, buffer, null, new Rule<double>(rate, momentum, fresh, decay, nesterov));
        }
    }

    private protected override void Apply()
    {
        singles.Run();
        doubles.Run();
    }

    private protected override void Discard()
    {
        singles.Clear();
        doubles.Clear();
    }

    // The buffer starts at zero, so the first step's b = d is the general form with a factor of 1 on d.
    private readonly unsafe struct Rule<T>(double rate, double momentum, double fresh, double decay, bool nesterov) : IUpdateRule<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(T* w, T* g, T* m, T* v, nint n)
        {
            var minusRate = UpdateLanes.Fill<T>(-rate);
            var mu = UpdateLanes.Fill<T>(momentum);
            var part = UpdateLanes.Fill<T>(fresh);
            var wd = UpdateLanes.Fill<T>(decay);
            int lanes = Vector512<T>.Count;
            if (m is null)
            {
                nint i = 0;
                for (; i <= n - (4 * lanes); i += 4 * lanes)
                {
                    // All loads before the stores: whole lines of both are under way at once.
                    var x0 = Vector512.Load(w + i);
                    var x1 = Vector512.Load(w + i + lanes);
                    var x2 = Vector512.Load(w + i + (2 * lanes));
                    var x3 = Vector512.Load(w + i + (3 * lanes));
                    var d0 = UpdateLanes.Fma(wd, x0, Vector512.Load(g + i));
                    var d1 = UpdateLanes.Fma(wd, x1, Vector512.Load(g + i + lanes));
                    var d2 = UpdateLanes.Fma(wd, x2, Vector512.Load(g + i + (2 * lanes)));
                    var d3 = UpdateLanes.Fma(wd, x3, Vector512.Load(g + i + (3 * lanes)));
                    UpdateLanes.Fma(minusRate, d0, x0).Store(w + i);
                    UpdateLanes.Fma(minusRate, d1, x1).Store(w + i + lanes);
                    UpdateLanes.Fma(minusRate, d2, x2).Store(w + i + (2 * lanes));
                    UpdateLanes.Fma(minusRate, d3, x3).Store(w + i + (3 * lanes));
                }

                for (; i < n; i += lanes)
                {
                    var x = Vector512.Load(w + i);
                    UpdateLanes.Fma(minusRate, UpdateLanes.Fma(wd, x, Vector512.Load(g + i)), x).Store(w + i);
                }

                return;
            }

            for (nint i = 0; i < n; i += lanes)
            {
                var x = Vector512.Load(w + i);
                var d = UpdateLanes.Fma(wd, x, Vector512.Load(g + i));
                var b = UpdateLanes.Fma(mu, Vector512.Load(m + i), part * d);
                b.Store(m + i);
                UpdateLanes.Fma(minusRate, nesterov ? UpdateLanes.Fma(mu, b, d) : b, x).Store(w + i);
            }
        }
    }
}
