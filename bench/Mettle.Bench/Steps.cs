using System.Globalization;
using Mettle.Bench.Cases;
using Mettle.Bench.Sides;

namespace Mettle.Bench;

/// <summary>Where the time of an imported model goes: its plan step by step.</summary>
internal static class Steps
{
    private const double WarmFor = 1, For = 2;

    public static int Print(string model, int batch)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "steps");
        var name = $"{model}, batch {batch}";
        if (AllCases.List().FirstOrDefault(c => c.Family == OnnxCases.Family && c.Name.StartsWith(model + ",", StringComparison.Ordinal)) is not { } found)
        {
            Console.Error.WriteLine($"METTLE_DATA has no model '{model}'.");
            return 2;
        }

        Contestants.WriteModels(folder, [found]);
        Environment.SetEnvironmentVariable("BENCH_MODELS", folder);
        if (RealModel.Load(new Arguments($"model file={model} batch={batch}")) is not { } real)
        {
            Console.Error.WriteLine($"{name}: the model does not take such a batch.");
            return 2;
        }

        var inputs = OnnxModels.Inputs(real);
        var plan = OnnxModels.Compile(real);
        double call = plan.Profile(3, inputs).Sum(s => s.Seconds);
        plan.Profile((int)(WarmFor / call), inputs);
        var steps = plan.Profile(Math.Max(3, (int)(For / call)), inputs);
        foreach (var (node, seconds) in steps)
        {
            string shapes = string.Join(" ", node.Inputs.Take(2).Select(v => v.Spec.Shape));
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{seconds * 1e6,10:0.0} us {node.Cost.Flops / seconds / 1e9,7:0.0} GFLOP/s  {node.Op.Name,-24} {shapes} -> {node.Outputs[0].Spec}"));
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps.Sum(s => s.Seconds) * 1e6,10:0.0} us in {steps.Count} steps, {plan.WorkspaceBytes / 1024} KiB of workspace: {name}"));
        return 0;
    }
}
