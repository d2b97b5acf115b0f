namespace Mettle.Web.Drawing;

/// <summary>Orders boxes within layers for few crossings: barycentres of neighbours, down and up by turns, then swaps of neighbours.</summary>
internal sealed class LayerOrder
{
    private const int Sweeps = 24;

    private readonly List<List<int>> _layers, _up, _down;
    private readonly int[] _place;

    private LayerOrder(List<List<int>> layers, List<List<int>> up, List<List<int>> down)
    {
        (_layers, _up, _down) = (layers, up, down);
        _place = new int[up.Count];
    }

    /// <summary>Fills nothing and moves within <paramref name="layers"/> only; <paramref name="up"/> and <paramref name="down"/> are each vertex's neighbours.</summary>
    public static void Sort(List<List<int>> layers, List<List<int>> up, List<List<int>> down)
    {
        var order = new LayerOrder(layers, up, down);
        order.Number();
        int[][] best = order.Copy();
        long least = order.Crossings();
        for (int sweep = 0; sweep < Sweeps && least > 0; sweep++)
        {
            order.Sweep(downwards: sweep % 2 == 0);
            order.Swap();
            long now = order.Crossings();
            if (now < least)
                (least, best) = (now, order.Copy());
        }

        for (int l = 0; l < layers.Count; l++)
        {
            layers[l].Clear();
            layers[l].AddRange(best[l]);
        }
    }

    private int[][] Copy() => [.. _layers.Select(l => l.ToArray())];

    private void Number()
    {
        foreach (var layer in _layers)
        {
            for (int i = 0; i < layer.Count; i++)
                _place[layer[i]] = i;
        }
    }

    // Those without neighbours there keep their places.
    private void Sweep(bool downwards)
    {
        var neighbours = downwards ? _up : _down;
        for (int k = 1; k < _layers.Count; k++)
        {
            var layer = _layers[downwards ? k : _layers.Count - 1 - k];
            var sorted = layer.OrderBy(v => neighbours[v].Count == 0 ? _place[v] : neighbours[v].Average(u => (double)_place[u])).ThenBy(v => _place[v]).ToList();
            for (int i = 0; i < sorted.Count; i++)
            {
                layer[i] = sorted[i];
                _place[sorted[i]] = i;
            }
        }
    }

    private void Swap()
    {
        foreach (var layer in _layers)
        {
            for (int i = 0; i + 1 < layer.Count; i++)
            {
                var (a, b) = (layer[i], layer[i + 1]);
                if (Crossings(b, a) < Crossings(a, b))
                {
                    (layer[i], layer[i + 1]) = (b, a);
                    (_place[a], _place[b]) = (i + 1, i);
                }
            }
        }
    }

    private int Crossings(int left, int right) => Inverted(_up[left], _up[right]) + Inverted(_down[left], _down[right]);

    private int Inverted(List<int> left, List<int> right) => left.Sum(u => right.Count(w => _place[u] > _place[w]));

    private long Crossings()
    {
        long sum = 0;
        foreach (var layer in _layers)
        {
            var ends = new List<int>();
            foreach (int v in layer)
            {
                int before = ends.Count;
                foreach (int end in _down[v].Select(w => _place[w]).Order())
                    sum += ends.Take(before).Count(e => e > end);
                ends.AddRange(_down[v].Select(w => _place[w]));
            }
        }

        return sum;
    }
}
