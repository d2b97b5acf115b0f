using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx.Fuzz;

/// <summary>
/// Everything that is done with a foreign model: read, run node by node, traced, made a plan as it is and for inference, exported
/// and read again. Memory, work and time are limited, as a server would.
/// </summary>
internal sealed class Trial(string folder)
{
    private const string Source = "mutant.onnx";
    private const int Ways = 4;
    private static readonly ResourceLimits Limits = new() { Bytes = 192 << 20, Work = 1L << 31, Time = TimeSpan.FromSeconds(1.2) };

    // What the framework says by itself, without a place or a mend.
    private static readonly string[] Vague =
    [
        "Index was out", "Object reference", "Specified argument", "Sequence contains", "Specified cast", "Unable to cast", "must be non-negative and less", "destination", "Nullable object",
        "Operation is not valid", "given key", "Parameter '", "Non-negative number", "Attempted to divide",
    ];

    public Verdict Run(byte[] file)
    {
        using var scope = MemoryScope.Begin("mutant");
        using var budget = Budget.Begin(Limits);
        OnnxModel? model = null;
        OnnxValue[]? eager = null;
        Dictionary<string, OnnxValue> given = [];
        if (Attempt(Kind.NotRead, () => model = OnnxModel.Parse(file, Source, folder)) is { } notRead)
        {
            return notRead;
        }

        var run = Attempt(Kind.NotRun, () =>
        {
            given = Given.For(model!);
            eager = OnnxEvaluator.Run(model!, given);
        });
        if (run is { IsFault: true } or { Kind: Kind.OverLimit })
        {
            return run;
        }

        var beside = (file.Length % Ways) switch
        {
            0 => Attempt(Kind.NotRun, () => OnnxShapes.Infer(model!)),
            1 => Attempt(Kind.NotRun, () => AsModule(model!, given)),
            _ => null,
        };
        if (beside is { IsFault: true })
        {
            return beside;
        }

        Graph? graph = null;
        var traced = Attempt(Kind.NotRun, () => graph = OnnxGraphs.Trace(model!, Shapes(given)));
        if (graph is null || traced is { Kind: Kind.OverLimit })
        {
            return traced is { IsFault: true } ? traced : run ?? new(Kind.Ran, "no graph");
        }

        return AsGraph(file, graph, given, eager) is { } fault && (fault.IsFault || run is null) ? fault : run ?? new(Kind.Ran);
    }

    // What becomes a graph must do there what it did node by node.
    private static Verdict? AsGraph(byte[] file, Graph graph, Dictionary<string, OnnxValue> given, OnnxValue[]? eager)
    {
        Tensor[] inputs = [.. graph.Inputs.Select(i => ((TensorValue)given[i.Name]).Tensor)];
        string? difference = null;
        var plan = Attempt(
            Kind.NotRun,
            () =>
            {
                var results = Plan.Compile(graph).Run(inputs);
                difference = eager is null ? null : Difference(eager, results);
            },
            alone: eager is null);
        if (plan is not null)
        {
            return plan.Kind == Kind.NotRun && eager is not null ? new(Kind.Differs, $"only the plan fails: {plan.Detail}") : plan;
        }

        if (difference is not null)
        {
            return new(Kind.Differs, difference);
        }

        Graph? fast = null;
        return Attempt(Kind.NotRun, () =>
        {
            fast = graph.ForInference();
            Plan.Compile(fast).Run(inputs);
        }) ?? (file.Length % Ways == 2 ? Exported(graph, inputs) : null);
    }

    private static void AsModule(OnnxModel model, Dictionary<string, OnnxValue> given)
    {
        var module = new OnnxModule(model);
        module.Forward([.. module.Inputs.Select(i => given[i] is TensorValue t ? t.Tensor : throw new OnnxException(Source, "an input is no tensor."))], Pass.Eval);
    }

    private static Verdict? Exported(Graph graph, Tensor[] inputs)
    {
        byte[]? again = null;
        if (Attempt(Kind.NotRun, () => again = OnnxExport.Fixed(graph).ToBytes(), placed: false) is { } notWritten)
        {
            return notWritten.IsFault || notWritten.Kind != Kind.NotRun ? notWritten : null;
        }

        var back = Attempt(Kind.NotRun, () =>
        {
            var model = OnnxModel.Parse(again!, Source);
            OnnxEvaluator.Run(model, model.Graph.Required.Zip(inputs).ToDictionary(p => p.First.Name, p => (OnnxValue)OnnxValue.From(p.Second), StringComparer.Ordinal));
        });
        return back is { Kind: Kind.NotRun } ? new(Kind.Differs, $"what was written cannot be read and run: {back.Detail}") : back;
    }

    private static Verdict? Attempt(Kind refused, Action body, bool alone = false, bool placed = true)
    {
        try
        {
            body();
            return null;
        }
        catch (OnnxException e) when (e.InnerException is LimitException)
        {
            return new(Kind.OverLimit, e.Message);
        }
        catch (OnnxException e)
        {
            bool clear = (!placed || e.Message.StartsWith(Source, StringComparison.Ordinal)) && !Vague.Any(v => e.Message.Contains(v, StringComparison.Ordinal));
            return new(clear ? refused : Kind.Unclear, clear ? e.Message : $"{e.Message} <- {Place(e.InnerException ?? e)}");
        }
        catch (LimitException e)
        {
            return new(Kind.OverLimit, e.Message);
        }
        catch (Exception e) when (refused == Kind.NotRun && alone && e is ArgumentException or IndexOutOfRangeException)
        {
            // A plan's kernels say what is wrong with their operands; the model itself has failed as well.
            return new(Kind.NotRun, e.Message);
        }
        catch (Exception e)
        {
            return new(Kind.Unclear, $"{e.GetType().Name}: {e.Message} <- {Place(e)}");
        }
    }

    private static string Place(Exception e)
        => string.Join(" < ", (e.StackTrace ?? "").Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("at Mettle", StringComparison.Ordinal)).Take(4).Select(l => l[3..].Split('(')[0] + (l.LastIndexOf(":line", StringComparison.Ordinal) is > 0 and var at ? l[at..] : "")));

    private static Dictionary<string, Shape> Shapes(Dictionary<string, OnnxValue> given)
        => given.Where(g => g.Value is TensorValue).ToDictionary(g => g.Key, g => ((TensorValue)g.Value).Tensor.Shape, StringComparer.Ordinal);

    private static string? Difference(OnnxValue[] eager, Tensor[] plan)
    {
        for (int i = 0; i < eager.Length; i++)
        {
            if (eager[i] is TensorValue { Tensor: { } t } && (t.Spec != plan[i].Spec || !t.ToBytes().AsSpan().SequenceEqual(plan[i].ToBytes())))
            {
                return $"output {i}: {eager[i].Describe()} node by node, {plan[i].Spec} in the plan, or other bits";
            }
        }

        return null;
    }
}
