namespace Mettle.Bench.Sides;

/// <summary>An op under test with its input.</summary>
internal sealed record Operation(Tensor X, Func<Tensor, Tensor> Run, bool Image = false);

/// <summary>Elementwise ops, reductions, row ops and copies by name; torch_side.py has the same names.</summary>
internal static class Operations
{
    private static readonly RandomKey Key = RandomKey.FromSeed(1);

    public static Operation Of(string name, int[] dims)
    {
        Shape shape = new(dims);
        Tensor x = MettleSide.Input(shape, 1);
        Tensor Other(int salt) => MettleSide.Input(shape, salt);
        Tensor Row(int salt) => MettleSide.Input([shape[^1]], salt);
        switch (name)
        {
            case "relu": return new(x, t => t.Relu());
            case "exp": return new(x, t => t.Exp());
            case "log": return new((x.Abs() + 0.1).Persist(), t => t.Log());
            case "tanh": return new(x, t => t.Tanh());
            case "sigmoid": return new(x, t => t.Sigmoid());
            case "gelu": return new(x, t => t.Gelu());
            case "gelu_tanh": return new(x, t => t.GeluTanh());
            case "add":
                {
                    var b = Other(2);
                    return new(x, t => t + b);
                }

            case "mul":
                {
                    var b = Other(2);
                    return new(x, t => t * b);
                }

            case "add_row":
                {
                    var b = Row(2);
                    return new(x, t => t + b);
                }

            case "where":
                {
                    var b = Other(2);
                    var condition = (Other(5) > 0).Persist();
                    return new(x, t => Tensor.Where(condition, t, b));
                }

            case "sum": return new(x, t => t.Sum());
            case "sum_rows": return new(x, t => t.Sum(1));
            case "sum_columns": return new(x, t => t.Sum(0));
            case "argmax": return new(x, t => t.ArgMax(1));
            case "topk": return new(x, t => t.TopK(5).Values);
            case "concat":
                {
                    var b = Other(2);
                    return new(x, t => Tensor.Concat(1, t, b));
                }

            case "transpose": return new(x, t => t.Transpose().Contiguous());
            case "to_channels_last": return new(x, t => t.Permute(0, 2, 3, 1).Contiguous());
            case "uniform": return new(x, _ => Tensor.Uniform(Key, shape));
            case "normal": return new(x, _ => Tensor.Normal(Key, shape));
            case "softmax": return new(x, t => t.Softmax());
            case "log_softmax": return new(x, t => t.LogSoftmax());
            case "cross_entropy":
                {
                    var labels = Tensor.From([.. Enumerable.Range(0, dims[0]).Select(i => i * 7L % dims[1])]).Persist();
                    return new(x, t => t.CrossEntropy(labels));
                }

            case "layer_norm":
                {
                    Tensor w = Row(2), b = Row(3);
                    return new(x, t => t.LayerNorm(1, w, b));
                }

            case "batch_norm":
            case "group_norm":
                {
                    Tensor image = MettleSide.Input([dims[0], dims[2], dims[3], dims[1]], 1).Permute(0, 3, 1, 2).Persist();
                    Tensor w = MettleSide.Input([dims[1]], 2), b = MettleSide.Input([dims[1]], 3);
                    return name == "batch_norm"
                        ? new(image, t => t.BatchNorm(w, b).Y, Image: true)
                        : new(image, t => t.GroupNorm(8, w, b), Image: true);
                }

            case "max_pool":
            case "avg_pool":
            case "global_pool":
                {
                    Tensor image = MettleSide.Input([dims[0], dims[2], dims[3], dims[1]], 1).Permute(0, 3, 1, 2).Persist();
                    return name switch
                    {
                        "max_pool" => new(image, t => t.MaxPool2d(2), Image: true),
                        "avg_pool" => new(image, t => t.AvgPool2d(2), Image: true),
                        _ => new(image, t => t.GlobalAvgPool2d(), Image: true),
                    };
                }

            default: throw new ArgumentException($"no op '{name}'.");
        }
    }
}
