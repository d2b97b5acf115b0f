namespace Mettle.Web.Charts;

/// <summary>Cuts a series into drawable strokes and thins it so that every spike stays.</summary>
public static class LineSampling
{
    /// <summary>Unbroken runs of points in drawing coordinates (fractions of the axes).</summary>
    /// <param name="x">Fractions along the horizontal axis.</param>
    /// <param name="y">Fractions along the vertical axis; NaN breaks the line.</param>
    /// <param name="buckets">
    /// Across the axis there are so many; of a longer series' points in one, the lowest and the highest stay,
    /// in their order, and the first and last of the series.
    /// </param>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Strokes(IReadOnlyList<double> x, IReadOnlyList<double> y, int buckets)
    {
        int n = Math.Min(x.Count, y.Count);
        var strokes = new List<IReadOnlyList<(double, double)>>();
        var stroke = new List<(double, double)>();
        if (n <= 2 * buckets)
        {
            for (int i = 0; i < n; i++)
                Take(i);
        }
        else
        {
            bool ascending = Enumerable.Range(1, n - 1).All(i => x[i] >= x[i - 1]);
            for (int from = 0, to; from < n; from = to)
            {
                to = from + 1;
                while (to < n && Bucket(to, ascending) == Bucket(from, ascending))
                    to++;
                TakeExtremes(from, to);
            }
        }

        Break();
        return strokes;

        void TakeExtremes(int from, int to)
        {
            while (from < to)
            {
                int end = from;
                while (end < to && Drawable(end))
                    end++;
                if (end == from)
                {
                    Break();
                    from++;
                    continue;
                }

                int lowest = from, highest = from;
                for (int i = from + 1; i < end; i++)
                {
                    if (y[i] < y[lowest])
                        lowest = i;
                    if (y[i] > y[highest])
                        highest = i;
                }

                SortedSet<int> kept = [lowest, highest];
                if (from == 0)
                    kept.Add(0);
                if (end == n)
                    kept.Add(n - 1);
                foreach (int i in kept)
                    Take(i);
                from = end;
            }
        }

        // By place, so that a logarithmic axis keeps its sparse end; a curve that turns back has only its order.
        int Bucket(int i, bool ascending) => ascending ? (int)(x[i] * buckets) : (int)((long)i * buckets / n);

        bool Drawable(int i) => double.IsFinite(x[i]) && double.IsFinite(y[i]);

        void Take(int i)
        {
            if (Drawable(i))
                stroke.Add((x[i], y[i]));
            else
                Break();
        }

        void Break()
        {
            if (stroke.Count > 0)
                strokes.Add(stroke);
            stroke = [];
        }
    }

    /// <summary>At most <paramref name="most"/> of the indices 0..count-1, evenly spread, the first and the last among them.</summary>
    public static IReadOnlyList<int> Spread(int count, int most)
    {
        if (count <= most)
            return [.. Enumerable.Range(0, count)];
        return [.. Enumerable.Range(0, most).Select(k => (int)((long)k * (count - 1) / (most - 1)))];
    }
}
