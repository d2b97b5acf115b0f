namespace Mettle.Data;

/// <summary>Numbers: the constant is a mean, the log-likelihood minus the squared error over twice the variance of all rows (1).</summary>
/// <param name="targets">Standardised target of each row, in the order of the column's values.</param>
internal sealed class MeanScan(float[] targets) : ITargetScan
{
    private double _leftSum;
    private double _rightSum;
    private double _whole;
    private int _start;
    private int _at;
    private int _end;

    public int Parameters => 1;

    public void Begin(int start, int end)
    {
        (_start, _at, _end) = (start, start, end);
        _leftSum = 0;
        _rightSum = 0;
        foreach (float target in targets.AsSpan(start, end - start))
            _rightSum += target;
        _whole = _rightSum * _rightSum / (end - start);
    }

    public double Advance()
    {
        float target = targets[_at++];
        _leftSum += target;
        _rightSum -= target;
        double right = _at < _end ? _rightSum * _rightSum / (_end - _at) : 0;
        return 0.5 * (_leftSum * _leftSum / (_at - _start) + right - _whole);
    }
}
