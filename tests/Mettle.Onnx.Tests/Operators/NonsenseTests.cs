using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Operators;

/// <summary>Every operator with random inputs, types, shapes and attributes: a result or a clear refusal, nothing else.</summary>
public sealed class NonsenseTests
{
    private const int Rounds = 400;

    private static readonly string[] Numbers =
    [
        "axis", "axes", "keepdims", "group", "kernel_shape", "strides", "dilations", "pads", "output_shape", "output_padding", "to", "block_size", "output_dtype",
        "num_outputs", "perm", "blocksize", "hidden_size", "num_heads", "q_num_heads", "kv_num_heads", "batch_axis", "time_axis", "exclusive", "reverse", "largest",
        "sorted", "size", "dtype", "allowzero", "start", "end", "split", "shape", "starts", "ends", "ceil_mode", "storage_order", "count_include_pad", "batch_dims",
        "num_groups", "training_mode", "interleaved", "rotary_embedding_dim", "onesided", "inverse", "center_point_box", "select_last_index", "layout", "linear_before_reset",
        "new_axis", "keys_int64s", "min_gram_length", "max_gram_length", "max_skip_count", "pool_int64s", "ngram_counts", "ngram_indexes", "antialias", "exclude_outside", "k",
    ];

    private static readonly string[] Lists =
    [
        "axes", "kernel_shape", "strides", "dilations", "pads", "output_shape", "output_padding", "perm", "shape", "starts", "ends", "split", "keys_int64s", "pool_int64s",
        "ngram_counts", "ngram_indexes",
    ];

    private static readonly (string Name, string[] Values)[] Words =
    [
        ("auto_pad", ["SAME_UPPER", "SAME_LOWER", "VALID", "?"]), ("mode", ["linear", "nearest", "cubic", "reflect", "edge", "wrap", "DCR", "TFIDF", "max", "?"]), ("direction", ["LEFT", "RIGHT", "forward", "reverse", "bidirectional"]),
        ("reduction", ["add", "mul", "max", "none", "sum", "mean"]), ("equation", ["ij,jk->ik", "i...->...", "ii->i", "->", "a,,b"]), ("coordinate_transformation_mode", ["asymmetric", "align_corners", "tf_crop_and_resize"]),
        ("padding_mode", ["zeros", "border", "reflection"]), ("case_change_action", ["LOWER", "UPPER"]), ("pattern", ["a+", "(", "(a*)*b"]),
    ];

    public static TheoryData<string, string> Operators => [.. OperatorTable.Every.Select(o => (o.Domain, o.Name)).Order()];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Evaluate_RandomCalls_GiveAResultOrAnOnnxException(string domain, string name)
    {
        for (int round = 0; round < Rounds; round++)
        {
            using var scope = MemoryScope.Begin();
            var dice = new Dice(RandomKey.FromSeed(5).For(name).At(round));
            OnnxValue[] inputs = [.. Enumerable.Range(0, 1 + dice.Below(5)).Select(_ => Value(dice))];
            int opset = domain.Length > 0 ? 1 + dice.Below(5) : 7 + dice.Below(18);
            string[] names = [.. inputs.Select((_, i) => $"x{i}")];
            var node = Models.Node(name, names, ["y"], [.. Attributes(dice)]);
            node.Domain = domain;
            var model = Models.Of(domain.Length > 0 ? 21 : opset, names, ["y"], node);
            if (domain.Length > 0)
            {
                model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = opset });
            }

            try
            {
                OnnxEvaluator.Run(Models.Parse(model), names.Zip(inputs).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
            }
            catch (OnnxException)
            {
                // A refusal is what most of these deserve; anything else fails the test.
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}, opset {opset}, inputs {string.Join(", ", inputs.Select(i => i.Describe()))}, attributes {string.Join(", ", node.Attribute)}: {e}");
            }
        }
    }

    private static OnnxValue Value(Dice dice)
    {
        int kind = dice.Below(24);
        if (kind == 0)
        {
            return new TextValue(["a", "12", "\u00e9t\u00e9", ""], [2, 2]);
        }

        if (kind == 1)
        {
            return new SequenceValue([Tensor(dice), Tensor(dice)], ElementType.F32);
        }

        return kind == 2 ? new OptionalValue(null) : Tensor(dice);
    }

    private static TensorValue Tensor(Dice dice)
    {
        ElementType[] types =
        [
            ElementType.F32, ElementType.F32, ElementType.F32, ElementType.F32, ElementType.I64, ElementType.I64, ElementType.I64, ElementType.I32, ElementType.F64, ElementType.F16,
            ElementType.U8, ElementType.I8, ElementType.Bool, ElementType.U64, ElementType.BF16, ElementType.F8E4M3FN, ElementType.I4, ElementType.U16,
        ];
        var type = types[dice.Below(types.Length)];
        var shape = new Shape([.. Enumerable.Range(0, dice.Below(5)).Select(_ => dice.Below(5))]);
        double[] values = [.. Enumerable.Range(0, (int)shape.Count).Select(_ => (double)(dice.Below(12) - 4))];
        return Call.Result(Mettle.Tensor.From(values, shape), type);
    }

    private static IEnumerable<AttributeProto> Attributes(Dice dice)
    {
        foreach (string name in Numbers)
        {
            if (dice.Below(6) == 0)
            {
                long[] values = [.. Enumerable.Range(0, dice.Below(5)).Select(_ => (long)dice.Below(8) - 3)];
                yield return Lists.Contains(name) == (dice.Below(30) == 0)
                    ? Models.Attribute(name, (long)dice.Below(10) - 3)
                    : new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };
            }
        }

        foreach (var (name, values) in Words)
        {
            if (dice.Below(3) == 0)
            {
                yield return Models.Attribute(name, values[dice.Below(values.Length)]);
            }
        }
    }

    private sealed class Dice(RandomKey key)
    {
        private ulong rolled;

        public int Below(int n) => (int)(n * key.Uniform(rolled++));
    }
}
