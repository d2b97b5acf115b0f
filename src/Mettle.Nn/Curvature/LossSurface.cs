namespace Mettle.Nn;

/// <summary>
/// A loss as a function of a model's unfrozen parameters, on rows that stay the same: what curvature is measured of. Points,
/// gradients and directions are float64 vectors over all parameters, in the order of <see cref="Parameters"/>, row-major; the
/// loss itself is computed in the parameters' type. Not for several threads at once.
/// </summary>
/// <example><code>
/// var surface = LossSurface.Of(model, new CrossEntropyLoss(), rows, [.. Enumerable.Range(0, 256)]);
/// var ends = EigenSolver.Solve(surface.Hessian(), top: 5, bottom: 1, RandomKey.FromSeed(1));
/// </code></example>
public sealed class LossSurface
{
    private readonly Func<Tensor> loss;
    private readonly Parameter[] parameters;
    private readonly int[] offsets;

    /// <param name="model">Whose unfrozen parameters are the variables.</param>
    /// <param name="loss">The scalar loss from the model as it is: the same rows, and nothing random, at every call. Batch norm by running statistics.</param>
    public LossSurface(Module model, Func<Tensor> loss)
    {
        this.loss = loss;
        parameters = [.. model.Parameters.Where(p => !p.Frozen)];
        offsets = new int[parameters.Length + 1];
        for (int i = 0; i < parameters.Length; i++)
        {
            offsets[i + 1] = checked(offsets[i] + (int)parameters[i].Count);
        }

        if (Dimension == 0)
        {
            throw new ArgumentException("The model has no parameters that are not frozen.");
        }
    }

    /// <summary>The variables.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>Numbers in a point.</summary>
    public int Dimension => offsets[^1];

    /// <summary>The loss of chosen rows as one batch, with the model in evaluation mode.</summary>
    public static LossSurface Of(Module model, Loss loss, IDataset data, IReadOnlyList<int> rows)
    {
        Tensor[] inputs;
        Tensor targets;
        using (MemoryScope.Begin("loss surface"))
        {
            var batch = data.Load([.. rows], default);
            inputs = [.. batch.Inputs.Select(t => t.Persist())];
            targets = batch.Targets.Persist();
        }

        return new LossSurface(model, () => loss.Forward(model.Forward(inputs, Pass.Eval), targets));
    }

    /// <summary>The weights as they are.</summary>
    public double[] Point()
    {
        var point = new double[Dimension];
        CopyPoint(point);
        return point;
    }

    /// <summary>The weights as they are, written into <paramref name="point"/>.</summary>
    public void CopyPoint(Span<double> point)
    {
        CheckLength(point.Length);
        using var scope = MemoryScope.Begin("point");
        using var quiet = Autograd.NoGrad();
        Flatten([.. parameters.Select(p => p.Value.Detach())], point);
    }

    /// <summary>The loss at the weights as they are.</summary>
    public double Value()
    {
        using var scope = MemoryScope.Begin("loss");
        using var quiet = Autograd.NoGrad();
        return loss().Item();
    }

    /// <summary>The loss at <paramref name="point"/>; the weights are put back to the bit.</summary>
    public double Value(ReadOnlySpan<double> point)
    {
        using var there = new Visit(this, point);
        return Value();
    }

    /// <summary>The gradient at the weights as they are.</summary>
    public double[] Gradient()
    {
        using var scope = MemoryScope.Begin("gradient");
        using var on = Autograd.Recording();
        return Flatten(Autograd.Grad(loss(), Leaves()));
    }

    /// <summary>The gradient at <paramref name="point"/>; the weights are put back to the bit.</summary>
    public double[] Gradient(ReadOnlySpan<double> point)
    {
        using var there = new Visit(this, point);
        return Gradient();
    }

    /// <summary>
    /// The Hessian at the weights as they are. It keeps the gradient's graph in the memory scope that is open now: use it
    /// within that scope, and leave the weights alone meanwhile.
    /// </summary>
    public Hessian Hessian() => new(this);

    /// <summary>Writes <paramref name="point"/> into the weights, for good.</summary>
    public void MoveTo(ReadOnlySpan<double> point)
    {
        CheckLength(point.Length);
        for (int i = 0; i < parameters.Length; i++)
        {
            Write(point[offsets[i]..offsets[i + 1]], parameters[i].Value);
        }
    }

    internal Tensor Loss() => loss();

    internal Tensor[] Leaves() => [.. parameters.Select(p => p.Value)];

    internal int Offset(int parameter) => offsets[parameter];

    /// <summary>A vector in the parameters' pieces and types.</summary>
    internal Tensor[] Pieces(ReadOnlySpan<double> vector)
    {
        CheckLength(vector.Length);
        var pieces = new Tensor[parameters.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Tensor.Zeros(parameters[i].Shape, parameters[i].Value.DType);
            Write(vector[offsets[i]..offsets[i + 1]], pieces[i]);
        }

        return pieces;
    }

    /// <summary>The parameters' pieces as one vector; 0 where there is none.</summary>
    internal double[] Flatten(Tensor?[] pieces)
    {
        using var quiet = Autograd.NoGrad();
        var vector = new double[Dimension];
        Flatten(pieces, vector);
        return vector;
    }

    private void Flatten(Tensor?[] pieces, Span<double> vector)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i]?.Contiguous() is not { } piece)
            {
                continue;
            }

            var part = vector[offsets[i]..];
            if (piece.DType == DType.F64)
            {
                piece.AsSpan<double>().CopyTo(part);
                continue;
            }

            var values = piece.AsSpan<float>();
            for (int j = 0; j < values.Length; j++)
            {
                part[j] = values[j];
            }
        }
    }

    private static void Write(ReadOnlySpan<double> part, Tensor to)
    {
        if (to.DType == DType.F64)
        {
            part.CopyTo(to.MutableSpan<double>());
            return;
        }

        var values = to.MutableSpan<float>();
        for (int j = 0; j < values.Length; j++)
        {
            values[j] = (float)part[j];
        }
    }

    private void CheckLength(int length)
    {
        if (length != Dimension)
        {
            throw new ArgumentException($"The vector has {length} numbers, the model {Dimension} that are not frozen.");
        }
    }

    /// <summary>Weights elsewhere for a while.</summary>
    private readonly ref struct Visit
    {
        private readonly LossSurface surface;
        private readonly double[] home;

        public Visit(LossSurface surface, ReadOnlySpan<double> point)
        {
            this.surface = surface;
            home = surface.Point();
            surface.MoveTo(point);
        }

        // float32 goes to float64 and back without loss.
        public void Dispose() => surface.MoveTo(home);
    }
}
