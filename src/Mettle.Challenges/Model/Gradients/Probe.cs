using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// What one forward and backward pass over a batch of training rows shows of a network: per layer the spread of its outputs
/// and the gradients that reach it, per nonlinearity its units, per time step the gradient of the input.
/// </summary>
internal sealed class Probe
{
    // Enough rows to tell a dead unit from a rare one; sequences cost more.
    private const int MostRows = 256;
    private const long MostNumbers = 1 << 16;

    // Forward and backward through two models.
    private const double Passes = 2;

    private Probe(string when)
    {
        When = when;
    }

    /// <summary>"before training" or "after training".</summary>
    public string When { get; }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; private init; }

    /// <summary>Layers with weights, in the order in which the batch reaches them.</summary>
    public IReadOnlyList<LayerTrace> Layers { get; private set; } = [];

    /// <summary>Outputs of nonlinearities that can die or saturate.</summary>
    public IReadOnlyList<UnitTrace> Units { get; private set; } = [];

    /// <summary>RMS gradient of the input at each time step; empty where the input is no sequence.</summary>
    public IReadOnlyList<double> Steps { get; private set; } = [];

    /// <summary>Where the first value or gradient that is not finite was met, in words; null where all are finite.</summary>
    public string? NonFinite { get; private set; }

    /// <summary>The layer of <see cref="NonFinite"/>, with its kind.</summary>
    public string? NonFiniteLayer { get; private set; }

    /// <summary>The first recurrent layer, with its kind; null without one.</summary>
    public string? RecurrentLayer { get; private set; }

    /// <summary>The op that made it, where running the pass again showed one.</summary>
    public NanBirth? Birth { get; private set; }

    /// <summary>Whether signal, gradient or units are beyond what the checks of this challenge allow.</summary>
    public bool IsIll
        => NonFinite is not null
            || IsBeyond([.. Layers.Select(l => l.Gradient)]) || IsBeyond([.. Layers.Select(l => l.Spread)]) || IsBeyond(Steps)
            || Share(u => u.Rectifies, u => u.Dead) > DeadUnits.Threshold || Share(u => u.Saturates, u => u.Saturated) > Saturation.Threshold;

    /// <summary>
    /// The fresh model and the trained one, looked at once in an examination; the fresh one as training sees it, the trained
    /// one as it is used.
    /// </summary>
    public static IReadOnlyList<Probe> Both(Subject subject) => subject.Shared("gradients", Measure);

    /// <summary>Row-passes that looking at both has a use for.</summary>
    public static double Wants(Subject subject) => Passes * RowsOf(subject);

    private static IReadOnlyList<Probe> Measure(Subject subject)
    {
        int rows = subject.Budget.Rows(RowsOf(subject), Passes);
        return
        [
            Run("before training", subject, subject.Experiment.BuildModel(), Pass.Train(subject.Key.For("probe")), rows),
            Run("after training", subject, subject.Model.Module, Pass.Eval, rows),
        ];
    }

    private static int RowsOf(Subject subject)
    {
        var data = subject.Experiment.Data.Encoded;
        return (int)Math.Min(Math.Min(data.Train.Count, MostRows), Math.Max(16, MostNumbers / Math.Max(1, data.Input.Sample.Count)));
    }

    // Rows that hold NaN or infinity say nothing of the network; NonFinite names them.
    private static Batch Sound(IDataset rows, int count, RandomKey key)
    {
        var batch = rows.Load([.. Enumerable.Range(0, count)], key);
        bool[][] bad = [.. batch.Inputs.Select(x => Spread.NonFiniteRows(x, count))];
        int[] sound = [.. Enumerable.Range(0, count).Where(i => !Array.Exists(bad, b => b[i]))];
        return sound.Length == count || sound.Length == 0 ? batch : rows.Load(sound, key);
    }

    private static Probe Run(string when, Subject subject, Module model, Pass pass, int rows)
    {
        using var scope = MemoryScope.Begin("probe");
        var data = subject.Experiment.Data.Encoded;
        var batch = Sound(data.Train.Rows, Math.Min(rows, data.Train.Count), subject.Key.For("batch"));
        var loss = ShortTraining.LossOf(subject.Recipe, data.Input.Task);
        var probe = new Probe(when) { Rows = batch.Count };
        bool isSequence = data.Input.Sample.Rank == 2 && batch.Inputs.Count == 1;
        probe.Look(model, batch, loss, pass, isSequence);
        if (probe.NonFinite is not null)
        {
            probe.Birth = NanWatch.Find(() => new Probe(when).Look(model, batch, loss, pass, isSequence));
        }

        return probe;
    }

    private void Look(Module model, Batch batch, Loss loss, Pass pass, bool isSequence)
    {
        var modules = model.NamedModules().ToDictionary(m => m.Module.Path, m => m.Module, StringComparer.Ordinal);
        var outputs = new List<(string Path, Tensor Value)>();
        IReadOnlyList<Tensor> inputs = isSequence ? [batch.Inputs[0].WithGrad()] : batch.Inputs;
        Tensor value;
        using (ActivationWatch.Install((path, y) => outputs.Add((path, y))))
        {
            value = loss.Forward(model.Forward(inputs, pass), batch.Targets);
        }

        if (outputs.Find(o => Spread.HasNonFinite(o.Value)) is { Value: not null } bad)
        {
            NonFinite = $"the output of layer '{bad.Path}' ({modules[bad.Path].GetType().Name})";
            NonFiniteLayer = $"{bad.Path} ({modules[bad.Path].GetType().Name})";
        }

        RecurrentLayer = modules.Values.OfType<Recurrent>().Select(r => $"{r.Path} ({r.GetType().Name})").FirstOrDefault();
        Units = [.. outputs.Select(o => UnitTrace.Of(o.Path, modules[o.Path], o.Value)).OfType<UnitTrace>()];
        var layers = outputs.Where(o => Weights(modules[o.Path]).Count > 0).DistinctBy(o => o.Path).ToList();
        (double Spread, double Size)[] sizes = [.. layers.Select(l => (Spread.OverRows(l.Value), Spread.Rms(l.Value)))];
        var wanted = new List<Tensor>(layers.Select(l => l.Value));
        var weights = layers.Select(l => Weights(modules[l.Path])).ToList();
        wanted.AddRange(weights.SelectMany(w => w.Select(p => p.Value)));
        wanted.AddRange(isSequence ? inputs : []);
        var gradients = Autograd.Grad(value, wanted);
        int at = layers.Count;
        var traces = new List<LayerTrace>();
        for (int i = 0; i < layers.Count; i++)
        {
            var own = gradients.AsSpan(at, weights[i].Count);
            at += weights[i].Count;
            traces.Add(new LayerTrace(layers[i].Path, modules[layers[i].Path].GetType().Name, sizes[i].Spread, sizes[i].Size, Spread.Rms(gradients[i]), Spread.Rms(own)));
        }

        Layers = traces;
        Steps = isSequence && gradients[^1] is { } byStep ? Spread.RmsByStep(byStep) : [];

        // Backward goes from the last layer to the first, so the last bad one was reached first.
        if (NonFinite is null && traces.FindLast(t => !double.IsFinite(t.Gradient) || !double.IsFinite(t.WeightGradient)) is { } late)
        {
            NonFinite = $"the gradient at layer '{late.Path}' ({late.Kind})";
            NonFiniteLayer = late.Name;
        }
    }

    private static bool IsBeyond(IReadOnlyList<double> values)
        => values.Count >= Trend.FewestPlaces && Math.Abs(Trend.Of(values).Orders) > TrendCheck.Threshold;

    private double Share(Func<UnitTrace, bool> which, Func<UnitTrace, int> bad)
        => Units.Where(which).Sum(bad) / (double)Math.Max(1, Units.Where(which).Sum(u => u.Count));

    private static List<Parameter> Weights(Module module)
        => [.. module.OwnParameters.Select(p => p.Parameter).Where(p => p.Role == ParameterRole.Weight && p.Shape.Rank >= 2 && !p.Frozen)];
}

/// <summary>A layer with weights as one batch sees it.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Spread">Standard deviation of an output element over the rows, RMS over the elements: what the layer tells of a row.</param>
/// <param name="Size">RMS of the outputs themselves.</param>
/// <param name="Gradient">RMS gradient of the loss by the layer's outputs.</param>
/// <param name="WeightGradient">RMS gradient by its weights.</param>
internal sealed record LayerTrace(string Path, string Kind, double Spread, double Size, double Gradient, double WeightGradient)
{
    /// <summary>Path and kind.</summary>
    public string Name => $"{Path} ({Kind})";

    // Eight steps of float32: a spread below is rounding.
    private const double Rounding = 1e-6;

    /// <summary>Whether its outputs differ between rows by no more than rounding.</summary>
    public bool IsBlind => Spread <= Rounding * Size;
}
