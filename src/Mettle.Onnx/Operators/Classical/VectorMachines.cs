namespace Mettle.Onnx;

/// <summary>Support vector machines (ONNX SVMRegressor, SVMClassifier; Chang and Lin, LIBSVM, 2011).</summary>
internal static class VectorMachines
{
    private const long WorkOfPair = 400;

    // Differences of all rows with all support vectors are formed in parts of so many elements.
    private const long MostDifferences = 1 << 22;
    private const long MostCoefficients = 1 << 26;

    public static TensorValue Regressor(Call c)
    {
        var x = Features.Rows(c);
        int supports = c.Int("n_supports", 0);
        float[] weights = Needed(c, "coefficients"), shift = Needed(c, "rho");
        var features = supports > 0 ? Kernel(c, x, supports) : x;
        if (weights.Length != features.Shape[1])
        {
            throw c.Bad($"{weights.Length} coefficients do not fit {features.Shape[1]} values per row.");
        }

        var y = features.Affine(Tensor.From(weights, [1, weights.Length]).To(x.DType), Tensor.From([shift[0]]).To(x.DType));
        y = c.Flag("one_class") ? Tensor.Where(y > 0, 1, Tensor.Full(y.Shape, -1, y.DType)) : y;
        return Call.Result(PostTransforms.Apply(c, y, c.Text("post_transform", "NONE")), ElementType.F32);
    }

    public static OnnxValue[] Classifier(Call c)
    {
        var labels = Labels.Of(c, "classlabels_ints", "classlabels_strings");
        int classes = (int)Moved.Shape(labels).Count;
        var x = Features.Rows(c);
        int[] each = c.Ints("vectors_per_class") ?? [];
        string transform = c.Text("post_transform", "NONE");
        if (each.Sum() == 0)
        {
            float[] weights = Needed(c, "coefficients");
            var linear = x.Affine(Tensor.From(weights, [classes, weights.Length / classes]).To(x.DType)) + Needed(c, "rho")[0];
            return classes == 1
                ? [LinearModels.OneLabel(labels, (linear > 0).Flatten()), Call.Result(PostTransforms.Apply(c, linear, transform), ElementType.F32)]
                : [Labels.Pick(labels, linear.ArgMax()), Call.Result(PostTransforms.Apply(c, linear, transform), ElementType.F32)];
        }

        if (each.Length != classes || each.Any(n => n < 0))
        {
            throw c.Bad($"vectors for {each.Length} classes do not fit {classes} labels.");
        }

        var scores = Duels(c, x, each);
        var winner = Votes(scores, classes).ArgMax();
        bool hasProbabilities = c.Floats("prob_a") is { Length: > 0 };
        var results = hasProbabilities ? Call.Result(Probabilities(c, scores, classes), ElementType.F64).Tensor : scores;
        results = results.Shape[1] == 1 ? PostTransforms.ApplyToPair(c, results, transform) : PostTransforms.Apply(c, results, transform);
        return [Labels.Pick(labels, winner), Call.Result(results, ElementType.F32)];
    }

    // Each class against each later one: positive where the earlier wins.
    private static Tensor Duels(Call c, Tensor x, int[] each)
    {
        int classes = each.Length, supports = each.Sum(), pairs = classes * (classes - 1) / 2;
        float[] given = Needed(c, "coefficients"), shift = Needed(c, "rho");
        if (pairs < 1 || given.Length != (classes - 1L) * supports || shift.Length != pairs || (long)pairs * supports > MostCoefficients)
        {
            throw c.Bad($"{given.Length} coefficients and {shift.Length} shifts do not fit {classes} classes with {supports} vectors.");
        }

        int[] from = new int[classes];
        for (int i = 1; i < classes; i++)
        {
            from[i] = from[i - 1] + each[i - 1];
        }

        float[] weights = new float[pairs * supports];
        int pair = 0;
        for (int i = 0; i < classes; i++)
        {
            for (int j = i + 1; j < classes; j++, pair++)
            {
                given.AsSpan(((j - 1) * supports) + from[i], each[i]).CopyTo(weights.AsSpan((pair * supports) + from[i]));
                given.AsSpan((i * supports) + from[j], each[j]).CopyTo(weights.AsSpan((pair * supports) + from[j]));
            }
        }

        return Kernel(c, x, supports).Affine(Tensor.From(weights, [pairs, supports]).To(x.DType), Tensor.From(shift).To(x.DType));
    }

    private static Tensor Votes(Tensor scores, int classes)
    {
        int pairs = scores.Shape[1], pair = 0;
        float[] wins = new float[classes * pairs], losses = new float[classes * pairs];
        for (int i = 0; i < classes; i++)
        {
            for (int j = i + 1; j < classes; j++, pair++)
            {
                (wins[(i * pairs) + pair], losses[(j * pairs) + pair]) = (1, 1);
            }
        }

        var won = (scores > 0).To(DType.F32);
        return won.Affine(Tensor.From(wins, [classes, pairs])) + (1 - won).Affine(Tensor.From(losses, [classes, pairs]));
    }

    private static Tensor Kernel(Call c, Tensor x, int supports)
    {
        float[] given = Needed(c, "support_vectors"), kernel = c.Floats("kernel_params") ?? [];
        if (supports < 1 || given.Length != (long)supports * x.Shape[1])
        {
            throw c.Bad($"{given.Length} numbers are not {supports} support vectors of {x.Shape[1]} features.");
        }

        double gamma = kernel.ElementAtOrDefault(0), shift = kernel.ElementAtOrDefault(1), degree = kernel.ElementAtOrDefault(2);
        var vectors = Tensor.From(given, [supports, x.Shape[1]]).To(x.DType);
        return c.Text("kernel_type", "LINEAR") switch
        {
            "LINEAR" => x.Affine(vectors),
            "POLY" => Power((x.Affine(vectors) * gamma) + shift, degree),
            "SIGMOID" => ((x.Affine(vectors) * gamma) + shift).Tanh(),
            "RBF" => (Distances(x, vectors) * -gamma).Exp(),
            var other => throw c.Bad($"there is no kernel {OnnxException.Quote(other)}; there are LINEAR, POLY, RBF and SIGMOID."),
        };
    }

    // Squared, from the differences: the difference of squares would lose what is close together.
    private static Tensor Distances(Tensor x, Tensor vectors)
    {
        long each = Math.Max(1, x.Count);
        int part = (int)Math.Clamp(MostDifferences / each, 1, vectors.Shape[0]);
        var parts = new List<Tensor>();
        for (int from = 0; from < vectors.Shape[0]; from += part)
        {
            parts.Add((x.Unsqueeze(1) - vectors.Narrow(0, from, from + part)).Square().Sum(-1));
        }

        return Tensor.Concat(1, [.. parts]);
    }

    // Whole powers by multiplication: the base may be negative.
    private static Tensor Power(Tensor x, double degree)
    {
        const int Most = 64;
        if (degree < 1 || degree > Most || degree != Math.Floor(degree))
        {
            return x.Pow(degree);
        }

        var y = x;
        for (int i = 1; i < degree; i++)
        {
            y *= x;
        }

        return y;
    }

    // Platt's sigmoid for each pair (1999), coupled by the second method of Wu, Lin and Weng (2004).
    private static Tensor Probabilities(Call c, Tensor scores, int classes)
    {
        float[] slopes = Needed(c, "prob_a"), shifts = Needed(c, "prob_b");
        int pairs = scores.Shape[1], rows = scores.Shape[0];
        if (slopes.Length != pairs || shifts.Length != pairs)
        {
            throw c.Bad($"{slopes.Length} slopes and {shifts.Length} shifts do not fit {pairs} pairs of classes.");
        }

        const double Least = 1e-7;
        var p = (-((scores.To(DType.F64) * Tensor.From(slopes).To(DType.F64)) + Tensor.From(shifts).To(DType.F64))).Sigmoid();
        double[] duels = p.Clamp(Least, 1 - Least).ToArray<double>(), results = new double[rows * classes];
        double[,] wins = new double[classes, classes];
        for (int row = 0; row < rows; row++)
        {
            int pair = row * pairs;
            for (int i = 0; i < classes; i++)
            {
                for (int j = i + 1; j < classes; j++, pair++)
                {
                    (wins[i, j], wins[j, i]) = (duels[pair], 1 - duels[pair]);
                }
            }

            Budget.Spend(WorkOfPair * (1 + classes) * classes);
            Couple(wins, results.AsSpan(row * classes, classes));
        }

        return Tensor.From(results, [rows, classes]);
    }

    private static void Couple(double[,] wins, Span<double> p)
    {
        int n = p.Length;
        double[,] q = new double[n, n];
        double[] qp = new double[n];
        for (int i = 0; i < n; i++)
        {
            p[i] = 1.0 / n;
            for (int j = 0; j < n; j++)
            {
                if (i != j)
                {
                    q[i, i] += wins[j, i] * wins[j, i];
                    q[i, j] = -wins[j, i] * wins[i, j];
                }
            }
        }

        for (int round = 0; round < Math.Max(100, n); round++)
        {
            double energy = 0, error = 0;
            for (int i = 0; i < n; i++)
            {
                qp[i] = 0;
                for (int j = 0; j < n; j++)
                {
                    qp[i] += q[i, j] * p[j];
                }

                energy += p[i] * qp[i];
            }

            for (int i = 0; i < n; i++)
            {
                error = Math.Max(error, Math.Abs(qp[i] - energy));
            }

            if (error < 0.005 / n)
            {
                return;
            }

            for (int i = 0; i < n; i++)
            {
                double step = (energy - qp[i]) / q[i, i], all = 1 + step;
                p[i] += step;
                energy = (energy + (step * ((step * q[i, i]) + (2 * qp[i])))) / (all * all);
                for (int j = 0; j < n; j++)
                {
                    qp[j] = (qp[j] + (step * q[i, j])) / all;
                    p[j] /= all;
                }
            }
        }
    }

    private static float[] Needed(Call c, string name) => c.Floats(name) is { Length: > 0 } given ? given : throw c.Bad($"it needs '{name}'.");
}
