using System.Globalization;
using Mettle;
using Mettle.Bench;
using Mettle.Bench.Cases;
using Mettle.Bench.Sides;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("The benchmark reads /proc and pins processes: it runs on Linux only.");
    return 2;
}

switch (args)
{
    case ["--serve", "openblas"]: return Server.Run(OpenBlas.Prepare);
    case ["--serve", "onednn"]: return Server.Run(OneDnn.Prepare);
    case ["--serve", "onnxruntime"]: return Server.Run(OnnxRuntime.Prepare);
    case ["--serve", _]: return Server.Run(MettleSide.Prepare);
    case ["--first-step"]:
        TrainingSteps.Take("step model=mlp-small batch=32", 1);
        Console.Out.WriteLine("done");
        return 0;
    case ["--peak", var line]:
        TrainingSteps.Take(line, 30);
        Console.Out.WriteLine(PeakResidentBytes());
        return 0;
    case ["--fashion", var data, var seed, .. var winograd]:
        Console.Out.WriteLine(Fashion.Run(data, int.Parse(seed), winograd is ["winograd"]));
        return 0;
    case ["--spin"]:
        while (true)
        {
            Thread.SpinWait(1000);
        }

    case ["--steps", var model, var batch]: return Steps.Print(model, int.Parse(batch));
    case ["--check-committed"]: return TableFile.Check();
    default: return Table.Make(args);
}

static long PeakResidentBytes()
    => long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
