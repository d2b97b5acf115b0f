namespace Mettle.Data;

/// <summary>Classes: the constant is a probability for each, the log-likelihood the sum of count log(count / rows).</summary>
/// <param name="labels">Class of each row, in the order of the column's values.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class ClassScan(int[] labels, int classes) : ITargetScan
{
    private readonly double[] _nLogN = Tabulate(labels.Length);
    private readonly int[] _left = new int[classes];
    private readonly int[] _right = new int[classes];
    private double _leftSum;
    private double _rightSum;
    private double _whole;
    private int _start;
    private int _at;
    private int _end;

    public int Parameters => classes - 1;

    public void Begin(int start, int end)
    {
        (_start, _at, _end) = (start, start, end);
        Array.Clear(_left);
        Array.Clear(_right);
        foreach (int label in labels.AsSpan(start, end - start))
            _right[label]++;
        _leftSum = 0;
        _rightSum = 0;
        foreach (int count in _right)
            _rightSum += _nLogN[count];
        _whole = _rightSum - _nLogN[end - start];
    }

    public double Advance()
    {
        int label = labels[_at++];
        _leftSum += _nLogN[_left[label] + 1] - _nLogN[_left[label]];
        _rightSum += _nLogN[_right[label] - 1] - _nLogN[_right[label]];
        _left[label]++;
        _right[label]--;
        return _leftSum - _nLogN[_at - _start] + (_rightSum - _nLogN[_end - _at]) - _whole;
    }

    private static double[] Tabulate(int most)
    {
        double[] table = new double[most + 1];
        for (int n = 2; n <= most; n++)
            table[n] = n * PortableMath.Log(n);
        return table;
    }
}
