using System.CommandLine;
using Mettle.Challenges.Computation;
using Mettle.Cli.Jobs;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>What a recipe will cost before it is run.</summary>
internal sealed class EstimateCommand : CliCommand
{
    private const double DefaultSeconds = 1;
    private const double MostSeconds = 600;

    private readonly Argument<string> _recipe = new("RECIPE") { Description = "The recipe, a YAML file." };
    private readonly Option<string[]> _set = JobCommand.SetOption();
    private readonly Option<double> _seconds = new("--seconds") { Description = "How long steps are timed, for each size of images.", HelpName = "S", DefaultValueFactory = _ => DefaultSeconds };
    private readonly Option<double?> _price = new("--price") { Description = "Price of an hour of this machine; by default the recipe's budget.price.", HelpName = "P" };
    private readonly Option<bool> _verify = new("--verify") { Description = "Then train, and compare." };

    public EstimateCommand()
        : base(
            "estimate",
            "What a recipe will cost before it is run: operations, bytes, memory, time, money, and where the time goes.",
            "mettle estimate samples/digits/recipe.yaml",
            "mettle estimate recipe.yaml --price 0.90 --set train.epochs=100",
            "mettle estimate recipe.yaml --verify           train as well, and compare")
    {
        Add(_recipe);
        Add(_set);
        Add(_seconds);
        Add(_price);
        Add(_verify);
        Add(RunOptions.Threads);
        _seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= MostSeconds)) result.AddError($"--seconds is a number above 0, at most {MostSeconds}");
        });
        _price.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is < 0 or double.NaN) result.AddError("--price is a number from 0");
        });
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        Recipe recipe = JobCommand.Load(parsed.GetRequiredValue(_recipe), parsed.GetValue(_set), House.Vocabulary());
        RunEstimate estimate;
        LayerProfile layers;
        VerifiedEstimate? verified;
        using (var progress = terminal.Progress())
        {
            Experiment experiment = RunJob.Read(recipe, parsed.GetValue(RunOptions.Threads), progress);
            using var stage = progress.Stage("estimating", parsed.GetValue(_verify) ? 3 : 2);
            stage.At("timing steps");
            estimate = RunEstimate.Of(experiment, TimeSpan.FromSeconds(parsed.GetValue(_seconds)), price: parsed.GetValue(_price));
            stage.Advance();
            stage.At("layer by layer");
            layers = LayerCosts.Measure(experiment.Training(), TimeSpan.FromSeconds(parsed.GetValue(_seconds) / 2));
            stage.Advance();
            stage.At("training");
            verified = parsed.GetValue(_verify) ? VerifiedEstimate.Of(estimate, experiment) : null;
        }

        terminal.Result(EstimateTables.Json(recipe, estimate, layers, verified));
        EstimateTables.Show(recipe, estimate, layers, verified, terminal);
        return ExitCode.Good;
    }
}
