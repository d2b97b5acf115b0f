using Mettle.Challenges;
using Mettle.Data;

namespace Mettle.Cli;

/// <summary>Shows bytes as they come, over one file or several.</summary>
/// <param name="progress">Where.</param>
/// <param name="allBytes">Bytes of all files; null if the sender is to say.</param>
internal sealed class Transfer(ProgressDisplay progress, long? allBytes) : IProgress<TransferProgress>, IDisposable
{
    private const int Parts = 1000;

    private IStage? _stage;
    private string _name = "";
    private long _before;
    private long _last;
    private int _shown;

    public void Report(TransferProgress value)
    {
        if (value.Name != _name)
        {
            (_before, _last, _name) = (_before + _last, 0, value.Name);
        }

        _last = value.Bytes;
        long? total = allBytes ?? value.TotalBytes;
        _stage ??= progress.Stage("fetching", Parts);
        _stage.At($"{Path.GetFileName(value.Name)}, {(_before + _last) / 1e6:0.0} MB");
        int share = total is > 0 ? (int)Math.Min(Parts, Parts * (double)(_before + _last) / total.Value) : 0;
        _stage.Advance(share - _shown);
        _shown = share;
    }

    public void Dispose() => _stage?.Dispose();
}
