using Mettle.Nn;
using Mettle.Onnx;

namespace Mettle.Runs;

/// <summary>The word <c>onnx</c> of the slot <c>model</c>: a model that was trained elsewhere, trained further.</summary>
internal static class OnnxWords
{
    private const string Word = "onnx";
    private const string AllButHead = "all-but-head";

    public static void AddTo(Vocabulary v) => v.Add<ModelFactory>(
        "model", Word, "A model out of an ONNX file, trained further (fine-tuning).",
        [
            Field.Path("path", null, "The file. A path may begin with $METTLE_DATA/.", required: true),
            Field.Text("output", null, "Which of the file's outputs is the prediction; unset takes the first."),
            Field.Text("head", "replace", "The last layer: a new one for this data's classes (or the number to predict), or the file's own.", choices: ["keep", "replace"]),
            Field.Text("features", null, "The value in the file that a new last layer reads; unset: what the old one read."),
            Field.Text("weights", "file", "Where training starts: with the file's numbers, or with fresh ones in its architecture.", choices: ["file", "fresh"]),
            Field.Texts("freeze", [], "Parameters that stay as they are, by name (* stands for any text), or all-but-head."),
            Field.Int("freeze-layers", 0, "Number of layers with weights, from the input, that stay as they are.", min: 0),
            Field.Text("statistics", "train", "Batch norm's statistics: train follows the batches of layers that are not frozen, frozen keeps the file's.", choices: ["frozen", "train"]),
            Field.Section(
                "input",
                "How data become what the model was trained on: (value x scale - mean) / std, with data.normalize unit (0 .. 1) or none (as in the file).",
                Field.Text("layout", "auto", "Order of an image's axes in the model; auto finds the one that fits.", choices: ["auto", "flat", "nchw", "nhwc"]),
                Field.Float("scale", 1, "Factor on every value, first."),
                Field.Floats("mean", [0], "Taken from each value: one number, or one per channel."),
                Field.Floats("std", [1], "What each value is divided by: one number above 0, or one per channel.")),
        ],
        Factory);

    /// <summary>The hashes of files read, that of the recipe's imported model among them, if there is one.</summary>
    public static IReadOnlyDictionary<string, string> WithHashes(Recipe recipe, IReadOnlyDictionary<string, string> hashes)
    {
        if (recipe["model"].Text() != Word)
        {
            return hashes;
        }

        var path = recipe["model"].Word()["path"];
        string file = SourceWords.Resolve(path);
        if (!File.Exists(file))
        {
            throw path.Problem($"names no file: there is no {file}");
        }

        var all = new SortedDictionary<string, string>(hashes.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        string name = Path.GetFileName(file);
        all.Add(all.ContainsKey(name) ? $"model/{name}" : name, FileHash.Sha256(file));
        return all;
    }

    private static ModelFactory Factory(WordValue w)
    {
        string path = SourceWords.Resolve(w["path"]);
        bool replaces = w["head"].Text() == "replace";
        if (!replaces && w["features"].HasValue)
        {
            throw w["features"].Problem("is what a new last layer reads: it needs head: replace");
        }

        return input =>
        {
            if (input.Cardinalities.Count > 0)
            {
                throw w.Problem("takes numbers only; this table has categories: use the model tabular");
            }

            try
            {
                var settings = new OnnxModuleSettings
                {
                    Output = w["output"].HasValue ? w["output"].Text() : null,
                    Outputs = replaces ? input.Outputs : null,
                    Features = w["features"].HasValue ? w["features"].Text() : null,
                    Logits = true,
                    FreshWeights = w["weights"].Text() == "fresh",
                    FrozenStatistics = w["statistics"].Text() == "frozen",
                };
                var model = OnnxModel.Load(path);
                var (sample, prepare) = OnnxInput.Of(w, OnnxModule.InputsOf(model, settings), input.Sample);
                var module = new OnnxModule(model, settings with { Sample = sample, Prepare = prepare });
                CheckOutputs(w, module, input);
                return Frozen(w, module);
            }
            catch (OnnxException e)
            {
                throw w["path"].Problem($"cannot be trained here: {e.Message}", e);
            }
        };
    }

    private static void CheckOutputs(WordValue w, OnnxModule module, InputSpec input)
    {
        if (module.OutputSample is { } made && made != new Shape([input.Outputs]))
        {
            string wanted = input.Task == LearningTask.Classification ? $"{input.Outputs} classes" : "one number";
            throw w["head"].Problem($"is keep, but the model gives {made} for a sample and this data has {wanted}: use head: replace");
        }
    }

    private static OnnxModule Frozen(WordValue w, OnnxModule module)
    {
        foreach (string name in w["freeze"].Texts())
        {
            try
            {
                module = name == AllButHead ? module.FreezeAllButHead() : module.Freeze(name);
            }
            catch (ArgumentException e)
            {
                throw w["freeze"].Problem($"does not fit: {e.Message}", e);
            }
        }

        int layers = w["freeze-layers"].Int();
        if (layers > module.LayerCount)
        {
            throw w["freeze-layers"].Problem($"is {layers}, but the model has {module.LayerCount} layers with weights before its head");
        }

        module.FreezeLayers(layers);
        return module.Parameters.Any(p => !p.Frozen) ? module : throw w["freeze"].Problem("leaves nothing to train: every parameter is frozen");
    }
}
