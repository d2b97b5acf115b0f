using System.Diagnostics;
using System.Globalization;

namespace Mettle;

/// <summary>One op application seen by a trace.</summary>
internal readonly record struct TraceEntry(Op Op, Tensor[] Inputs, Tensor[] Outputs, bool Recording);

/// <summary>
/// Writes down every op applied on this thread, gradients included. Values that depend on a traced input cannot be read
/// meanwhile: control flow on data would be frozen in silence, so it throws.
/// </summary>
internal sealed class Tracer
{
    private readonly HashSet<Tensor> dependent;
    private readonly HashSet<Tensor> levels = new(ReferenceEqualityComparer.Instance);
    private readonly Tracer? outer;

    private readonly bool keepsConstants;

    private Tracer(IEnumerable<Tensor> inputs, bool keepsConstants, bool shapesOnly)
    {
        this.keepsConstants = keepsConstants;
        ShapesOnly = shapesOnly;
        dependent = new(inputs, ReferenceEqualityComparer.Instance);
        outer = ThreadContext.Current.Tracer;
    }

    public static bool IsActive => ThreadContext.Current.Tracer is not null;

    public List<TraceEntry> Entries { get; } = [];

    /// <summary>Whether ops on values that depend on a traced input are not computed: their results have a shape and no elements.</summary>
    public bool ShapesOnly { get; }

    /// <summary>How often a value that depends on a traced input was asked for.</summary>
    public int Refusals { get; private set; }

    /// <summary>
    /// Runs <paramref name="body"/> and returns what it applied and returned. With <paramref name="keepConstants"/> scopes inside it do
    /// not free what meets a traced value without depending on one.
    /// </summary>
    public static (Tracer Trace, TResult Result) Record<TResult>(IEnumerable<Tensor> inputs, Func<TResult> body, bool keepConstants = false)
    {
        var tracer = new Tracer(inputs, keepConstants, shapesOnly: false);
        return (tracer, tracer.Run(body));
    }

    /// <summary>A trace that computes no values, see <see cref="ShapesOnly"/>; it starts from <see cref="Placeholder"/>s.</summary>
    public static Tracer OfShapes() => new([], keepsConstants: false, shapesOnly: true);

    /// <summary>Runs <paramref name="body"/> under this trace.</summary>
    public TResult Run<TResult>(Func<TResult> body)
    {
        ThreadContext.Current.Tracer = this;
        try
        {
            return body();
        }
        finally
        {
            ThreadContext.Current.Tracer = outer;
        }
    }

    /// <summary>A traced value of any size that takes up no memory and cannot be read.</summary>
    public Tensor Placeholder(TensorSpec spec)
    {
        var stand = Tensor.Allocate([], spec.DType).View(spec.Shape, new int[spec.Shape.Rank], 0);
        dependent.Add(stand);
        return stand;
    }

    public static void OnApply(Op op, Tensor[] inputs, Tensor[] outputs)
    {
        for (var t = ThreadContext.Current.Tracer; t is not null; t = t.outer)
        {
            t.Add(op, inputs, outputs);
        }
    }

    public static void OnRead(Tensor tensor)
    {
        for (var t = ThreadContext.Current.Tracer; t is not null; t = t.outer)
        {
            if (t.dependent.Contains(tensor))
            {
                t.Refusals++;
                throw new InvalidOperationException(
                    $"A value of {tensor.Spec} that depends on a traced input was read during the trace{(t.ShapesOnly ? "" : Reader())}: the result would hold for one example only. Use Where() instead of branching on data.");
            }
        }
    }

    /// <summary>Whether a value depends on a traced input.</summary>
    public bool Depends(Tensor tensor) => dependent.Contains(tensor);

    /// <summary>Results in place of those that this trace does not compute; null where it does.</summary>
    public Tensor[]? Skip(Tensor[] inputs, TensorSpec[] results)
        => ShapesOnly && Array.Exists(inputs, dependent.Contains) ? Array.ConvertAll(results, Placeholder) : null;

    /// <summary>Whether a constant was made of integers and a scale, perhaps moved since: readers of the trace want to know those.</summary>
    public bool IsDequantized(Tensor tensor) => levels.Contains(tensor);

    // The first line outside the engine.
    private static string Reader()
    {
        foreach (var frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            string assembly = DiagnosticMethodInfo.Create(frame)?.DeclaringAssemblyName ?? "";
            bool own = assembly.StartsWith("Mettle.Core,", StringComparison.Ordinal) || assembly.StartsWith("Mettle.Graph,", StringComparison.Ordinal);
            if (!own && frame.GetFileName() is { } file)
            {
                return $" in {Path.GetFileName(file)}, line {frame.GetFileLineNumber().ToString(CultureInfo.InvariantCulture)}";
            }
        }

        return "";
    }

    private void Add(Op op, Tensor[] inputs, Tensor[] outputs)
    {
        Entries.Add(new(op, inputs, outputs, Autograd.IsRecording));
        if (Array.Exists(inputs, dependent.Contains))
        {
            dependent.UnionWith(outputs);
        }
        else if (keepsConstants && (op is Dequantize || Array.Exists(inputs, levels.Contains)))
        {
            levels.UnionWith(outputs);
        }
        else
        {
            return;
        }

        for (int i = 0; keepsConstants && i < inputs.Length; i++)
        {
            if (!dependent.Contains(inputs[i]) && !levels.Contains(inputs[i]) && inputs[i].Storage.Scope is not null)
            {
                inputs[i].Persist();
            }
        }
    }
}
