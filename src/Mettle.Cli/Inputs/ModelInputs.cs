using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Inputs;

/// <summary>Rows of data, ready to be a model's inputs.</summary>
internal abstract class ModelInputs
{
    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm", ".pnm", ".pbm"];

    /// <summary>Number of rows; 1 where the data is given whole.</summary>
    public abstract int Rows { get; }

    /// <summary>Whether the data goes in as it is, in one call, because its axes have no rows in common.</summary>
    public virtual bool Whole => false;

    /// <summary>Most rows that fit in one call; null: as many as wanted.</summary>
    public virtual int? MostRows => null;

    /// <summary>What the data itself says about the results, row by row; null if it says nothing.</summary>
    public virtual IReadOnlyList<string>? Truth => null;

    /// <summary>What was assumed or changed, for the user to know.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Reads what <paramref name="data"/> names: a CSV file, an .npy, .npz or IDX file, an image, a folder of them or a pattern.</summary>
    /// <exception cref="BadInputException">It names nothing that can be read, or what does not fit the model.</exception>
    public static ModelInputs Open(OnnxModel model, string data, ImageOptions options)
    {
        InputPort[] ports = InputPort.Of(model);
        if (ports.Length == 0) throw new BadInputException($"{model.Source}: the model takes no input");
        bool isImages = Directory.Exists(data) || data.Contains('*', StringComparison.Ordinal) || data.Contains('?', StringComparison.Ordinal) || IsPicture(data) || IsIdx(data);
        if (!isImages && options.Given is { } option) throw new BadInputException($"{option}: is for images; {data} is used as it is");
        if (isImages) return IsIdx(data) ? ImageInputs.OfIdx(model, ports, data, options) : ImageInputs.OfFiles(model, ports, Files(data), options);
        string name = data.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? data[..^3] : data;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".npy" or ".npz" => ArrayInputs.Read(model, ports, data),
            _ when model.Metadata.TryGetValue(ModelNotes.Characters, out string? characters) => TextInputs.Read(model, ports, data, characters),
            ".csv" or ".tsv" or ".txt" or ".data" when model.Metadata.TryGetValue(ModelNotes.Series, out string? series) => SeriesInputs.Read(model, ports, data, series),
            ".csv" or ".tsv" or ".txt" or ".data" => TableInputs.Read(model, ports, data),
            _ => throw new BadInputException($"{data}: is none of .csv, .tsv, .npy, .npz, IDX (idx3-ubyte) or an image ({string.Join(", ", Pictures)}); rename or convert it"),
        };
    }

    /// <summary>What a row is called.</summary>
    public abstract string Name(int row);

    /// <summary>Inputs of some rows.</summary>
    public abstract IReadOnlyDictionary<string, OnnxValue> Load(int from, int count);

    private static bool IsPicture(string path) => Pictures.Contains(Path.GetExtension(path).ToLowerInvariant(), StringComparer.Ordinal);

    private static bool IsIdx(string path) => Path.GetFileName(path).Contains("idx3-ubyte", StringComparison.OrdinalIgnoreCase) || Path.GetExtension(path).Equals(".idx", StringComparison.OrdinalIgnoreCase);

    // In the order of their names, whatever the file system's is.
    private static string[] Files(string data)
    {
        if (!Directory.Exists(data) && !data.Contains('*', StringComparison.Ordinal) && !data.Contains('?', StringComparison.Ordinal)) return [data];
        bool folder = Directory.Exists(data);
        string root = folder ? data : Path.GetDirectoryName(data) is { Length: > 0 } d ? d : ".";
        if (!Directory.Exists(root)) throw new BadInputException($"{data}: there is no folder {root}; a pattern may stand in the file's name only");
        string pattern = folder ? "*" : Path.GetFileName(data);
        string[] files = [.. Directory.EnumerateFiles(root, pattern, folder ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly).Where(IsPicture).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new BadInputException($"{data}: there is no image here ({string.Join(", ", Pictures)})");
    }
}
