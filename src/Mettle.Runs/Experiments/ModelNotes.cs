namespace Mettle.Runs;

/// <summary>Names of the notes (ONNX metadata) that a packaged model carries. Lists are JSON.</summary>
public static class ModelNotes
{
    /// <summary>The run that made it.</summary>
    public const string Run = "run";

    /// <summary>Name of its recipe.</summary>
    public const string Recipe = "recipe";

    /// <summary>Hash of the recipe, after treatment.</summary>
    public const string RecipeSha256 = "recipe_sha256";

    /// <summary>SHA-256 of the weights, as in the run's manifest.</summary>
    public const string WeightsSha256 = "weights_sha256";

    /// <summary>"classification" or "regression".</summary>
    public const string Task = "task";

    /// <summary>Names of the classes in the order of the outputs' columns: a list.</summary>
    public const string Classes = "classes";

    /// <summary>Classes of each task, where the model was judged with the task of each row known: a list of lists.</summary>
    public const string Tasks = "tasks";

    /// <summary>The column that is predicted.</summary>
    public const string Target = "target";

    /// <summary>What the columns of the input "features" mean: a list.</summary>
    public const string Features = "features";

    /// <summary>What the columns of the input "codes" mean: a list. Codes of each are in <see cref="Encoder"/>.</summary>
    public const string Codes = "codes";

    /// <summary>How rows of a table become features and codes: JSON of <see cref="Data.TableEncoder"/>.</summary>
    public const string Encoder = "encoder";

    /// <summary>How the CSV file was written that the model was trained on: JSON of <see cref="CsvForm"/>.</summary>
    public const string Csv = "csv";

    /// <summary>How a text becomes codes: JSON of <see cref="Data.CharacterEncoder"/>.</summary>
    public const string Characters = "characters";

    /// <summary>How windows are cut from a series: JSON of <see cref="Data.SeriesForm"/>.</summary>
    public const string Series = "series";

    /// <summary>The brightest pixel value; the darkest is 0.</summary>
    public const string PixelMax = "pixel_max";

    /// <summary>A sentence on what goes in.</summary>
    public const string Input = "input";

    /// <summary>A sentence on what comes out.</summary>
    public const string Output = "output";
}
