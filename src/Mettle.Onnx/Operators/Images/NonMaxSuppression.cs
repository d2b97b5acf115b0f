namespace Mettle.Onnx;

/// <summary>
/// ONNX NonMaxSuppression: the boxes that score highest in each class, without those that overlap a better one too much; rows of
/// image, class and box, [M, 3].
/// </summary>
internal static class NonMaxSuppression
{
    private const long BytesOfBox = 64, WorkOfBox = 16;

    public static OnnxValue Evaluate(Call c)
    {
        var (boxes, scores) = (c.Number(0), c.Number(1));
        int images = boxes.Shape.Rank == 3 ? boxes.Shape[0] : -1, n = images < 0 ? 0 : boxes.Shape[1];
        if (images < 0 || boxes.Shape[2] != 4 || scores.Rank != 3 || scores.Shape[0] != images || scores.Shape[2] != n)
        {
            throw c.Bad($"it needs boxes [N, B, 4] and scores [N, C, B], not {boxes.Shape} and {scores.Shape}.");
        }

        // Without boxes there is nothing to choose from, however many images and classes there are said to be.
        long most = c.Has(2) && n > 0 ? (long)Math.Clamp(c.Scalar(2), 0, n) : 0;
        double overlap = c.Has(3) ? c.Scalar(3) : 0, least = c.Has(4) ? c.Scalar(4) : double.NegativeInfinity;
        bool centred = c.Flag("center_point_box");
        float[] corners = boxes.Detach().To(DType.F32).ToArray<float>(), values = scores.Detach().To(DType.F32).ToArray<float>();
        Budget.Require(BytesOfBox * images * n);
        Box[] all = [.. Enumerable.Range(0, images * n).Select(i => Box.Of(corners.AsSpan(4 * i, 4), centred))];
        var chosen = new List<long>();
        int classes = scores.Shape[1];
        for (int row = 0; most > 0 && row < images * classes; row++)
        {
            int image = row / classes;
            var kept = new List<int>();
            int[] order = [.. Enumerable.Range(0, n).Where(i => !c.Has(4) || values[(row * n) + i] > least).OrderByDescending(i => values[(row * n) + i])];
            foreach (int i in order)
            {
                Budget.Spend(WorkOfBox * (kept.Count + 1L));
                if (kept.Count < most && kept.TrueForAll(k => !(all[(image * n) + i].Overlap(all[(image * n) + k]) > overlap)))
                {
                    kept.Add(i);
                    chosen.AddRange([image, row % classes, i]);
                }
            }
        }

        return OnnxValue.From(Tensor.From([.. chosen], new Shape(chosen.Count / 3, 3)));
    }

    private readonly record struct Box(float Top, float Left, float Bottom, float Right)
    {
        private float Area => (Bottom - Top) * (Right - Left);

        // Two opposite corners (y, x) in any order; or the centre (x, y), width and height.
        public static Box Of(ReadOnlySpan<float> v, bool centred)
            => centred
                ? new(v[1] - (v[3] / 2), v[0] - (v[2] / 2), v[1] + (v[3] / 2), v[0] + (v[2] / 2))
                : new(Math.Min(v[0], v[2]), Math.Min(v[1], v[3]), Math.Max(v[0], v[2]), Math.Max(v[1], v[3]));

        // Intersection over union; 0 where that has no meaning.
        public float Overlap(Box other)
        {
            float height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top), width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
            float common = height * width, union = Area + other.Area - common;
            return height > 0 && width > 0 && union > 0 ? common / union : 0;
        }
    }
}
