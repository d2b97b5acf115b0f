namespace Mettle.Runs.Tests;

/// <summary>The core vocabulary with a handful of words such as the other floors add.</summary>
internal static class SampleVocabulary
{
    public const string Digits = """
        # a comment
        name: digits
        seed: 7
        data:
          source: {csv: {path: digits.csv.gz, header: false}}
          target: label
          augment: [flip, {crop: {pad: 2}}]
        model:
          mlp:
            hidden: [64, 32]
        train:
          epochs: 30
          optimizer: {sgd: {lr: 1e-2, momentum: 0.9}}
          loss: cross-entropy
          clip: {norm: 1.0}
        """;

    public static Vocabulary Create()
    {
        Vocabulary v = CoreVocabulary.Create();
        v.Add("source", "csv", "A table.", [Field.Path("path", null, "The file.", required: true), Field.Bool("header", true, "First line names columns.")], w => w["path"].Path());
        v.Add("source", "digits", "The shipped digits.", [], _ => "digits");
        v.Add("model", "mlp", "Perceptron.", [Field.Ints("hidden", [64], "Units by layer.", min: 1), Field.Float("dropout", 0, "Share dropped.", min: 0, max: 0.99)], w => new Mlp([.. w["hidden"].Ints()], w["dropout"].Double()));
        v.Add("model", "stack", "Layers in order.", [Field.ListOf("layers", "layer", "The layers.", required: true)], w => string.Join('>', w["layers"].Words<string>()));
        v.Add("layer", "linear", "Affine.", [Field.Int("units", null, "Outputs.", min: 1, required: true)], w => $"linear{w["units"].Int()}");
        v.Add("layer", "relu", "Rectifier.", [], _ => "relu");
        v.Add("optimizer", "adamw", "AdamW.", [Field.Float("lr", 0.001, "Rate.", min: 0), Field.Floats("betas", [0.9, 0.999], "Decays.", min: 0, max: 1)], w => $"adamw {w["lr"].Double()}");
        v.Add("optimizer", "sgd", "SGD.", [Field.Float("lr", 0.1, "Rate.", min: 0), Field.Float("momentum", 0, "Momentum.", min: 0, max: 1)], Sgd);
        v.Add("schedule", "constant", "Flat.", [], _ => "constant");
        v.Add("schedule", "cosine", "Cosine.", [Field.Float("floor", 0, "Final share.", min: 0, max: 1)], _ => "cosine");
        v.Add("loss", "auto", "By task.", [], _ => "auto");
        v.Add("loss", "cross-entropy", "Cross-entropy.", [Field.Float("label-smoothing", 0, "Share.", min: 0, max: 0.99), Field.Section("weights", "Class weights.", Field.Text("by", "none", "How.", choices: ["none", "frequency"]))], w => $"ce {w["label-smoothing"].Double()} {w["weights.by"].Text()}");
        v.Add("loss", "mse", "Squares.", [], _ => "mse");
        v.Add("augment", "flip", "Mirror.", [], _ => "flip");
        v.Add("augment", "crop", "Random crop.", [Field.Int("pad", 4, "Pixels.", min: 0)], w => $"crop{w["pad"].Int()}");
        v.Add("init", "orthogonal", "Orthogonal.", [], _ => "orthogonal");
        v.Add("tasks", "split-classes", "Some classes in each task.", [Field.Int("count", 5, "Tasks.", min: 2)], w => w["count"].Int());
        v.Add("continual", "replay", "Old rows.", [Field.Int("buffer", 200, "Rows kept.", min: 1)], w => w["buffer"].Int());
        v.Add("averaging", "ema", "Moving average.", [Field.Float("decay", 0.999, "Decay.", min: 0, max: 1)], _ => "ema");
        v.Add("sharpness", "sam", "Sharpness-aware.", [], _ => "sam");
        return v;
    }

    public static Recipe Parse(string yaml) => Recipe.Parse(yaml, "recipe.yaml", Create());

    public static string Error(string yaml) => Assert.Throws<RecipeException>(() => Parse(yaml)).Message;

    private static string Sgd(WordValue word)
    {
        if (word["momentum"].Double() > 0 && word["lr"].Double() == 0) throw word["lr"].Problem("is 0, so momentum has nothing to carry");
        return $"sgd {word["lr"].Double()} {word["momentum"].Double()}";
    }

    internal sealed record Mlp(int[] Hidden, double Dropout);
}
