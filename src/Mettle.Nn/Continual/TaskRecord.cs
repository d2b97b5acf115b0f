namespace Mettle.Nn;

/// <summary>How well each task was done after each task was learned, on rows that were not trained on.</summary>
/// <param name="Accuracies">[after task][on task], shares of right rows; one line only where all tasks were learned at once.</param>
/// <param name="Untrained">Accuracy of the first weights on each task.</param>
/// <param name="RightAfter">For each task, its rows in order: whether right when that task had just been learned.</param>
/// <param name="RightAtEnd">The same rows after the last task.</param>
/// <remarks>
/// With R the matrix and T tasks: average accuracy is the mean of R[T, j]; forgetting of task j the best of R[l, j], l from 1
/// to T - 1, less R[T, j] (Chaudhry, Dokania, Ajanthan and Torr, ECCV 2018); backward transfer the mean of R[T, j] - R[j, j] and
/// forward transfer the mean of R[j - 1, j] less the accuracy of first weights (Lopez-Paz and Ranzato, NIPS 2017). Forgetting
/// and the transfers leave out the task they are not defined for.
/// </remarks>
public sealed record TaskRecord(
    IReadOnlyList<double[]> Accuracies, IReadOnlyList<double> Untrained, IReadOnlyList<bool[]> RightAfter, IReadOnlyList<bool[]> RightAtEnd)
{
    /// <summary>Number of tasks.</summary>
    public int Tasks => Untrained.Count;

    /// <summary>Whether tasks were learned one after another, to the last.</summary>
    public bool IsSequence => Tasks > 1 && Accuracies.Count == Tasks;

    /// <summary>Accuracy on each task at the end.</summary>
    public IReadOnlyList<double> Final => Accuracies[^1];

    /// <summary>Mean accuracy over tasks at the end.</summary>
    public double AverageAccuracy => Final.Average();

    /// <summary>Accuracy lost on each task but the last, from the best it ever had; empty where there is no sequence.</summary>
    public IReadOnlyList<double> ForgettingByTask
        => IsSequence ? [.. Enumerable.Range(0, Tasks - 1).Select(j => Accuracies.SkipLast(1).Max(a => a[j]) - Final[j])] : [];

    /// <summary>Mean of <see cref="ForgettingByTask"/>; NaN where there is no sequence.</summary>
    public double Forgetting => IsSequence ? ForgettingByTask.Average() : double.NaN;

    /// <summary>Mean change of a task's accuracy since it was learned; below 0 is forgetting. NaN where there is no sequence.</summary>
    public double BackwardTransfer => IsSequence ? Enumerable.Range(0, Tasks - 1).Average(j => Final[j] - Accuracies[j][j]) : double.NaN;

    /// <summary>Mean accuracy on a task before it is learned, less that of first weights; NaN where there is no sequence.</summary>
    public double ForwardTransfer => IsSequence ? Enumerable.Range(1, Tasks - 1).Average(j => Accuracies[j - 1][j] - Untrained[j]) : double.NaN;
}
