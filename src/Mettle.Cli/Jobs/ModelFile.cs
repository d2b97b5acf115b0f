using Mettle.Challenges;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>What a user names as a model: an ONNX file, or a run whose model is meant.</summary>
internal static class ModelFile
{
    /// <summary>Whether a file is meant: it ends in .onnx, or is there and is no folder.</summary>
    public static bool IsFile(string name) => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || File.Exists(name);

    /// <summary>Reads the model.</summary>
    /// <param name="name">File or run.</param>
    /// <param name="runs">Folder of the runs.</param>
    /// <param name="progress">Shows work on runs that have no ONNX file yet.</param>
    /// <exception cref="OnnxException">The file is missing, damaged, or uses what is not supported.</exception>
    /// <exception cref="BadInputException">There is no such run, or its model has no ONNX form.</exception>
    public static OnnxModel Load(string name, string runs, IRunProgress progress)
    {
        if (IsFile(name)) return OnnxModel.Load(name);
        using RunFolder folder = RunFolder.OpenRead(RunFolder.Resolve(runs, name));
        return folder.Has(ModelExport.FileName) ? OnnxModel.Load(folder.File(ModelExport.FileName)) : FinishedModel.Export(folder, null, progress).Document.ToModel();
    }
}
