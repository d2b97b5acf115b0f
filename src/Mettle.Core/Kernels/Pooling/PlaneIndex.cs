using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Reads and adds at places of H x W planes named by flat indices; one part of the work per image and block of channels.</summary>
internal static unsafe class PlaneIndex
{
    private const int Block = 64;

    /// <summary>y[n, c, index] += g, in the order of g's pixels, from 0.</summary>
    public static void Scatter<T>(Tensor g, Tensor indices, Tensor y)
        where T : unmanaged, System.Numerics.INumber<T>
        => Run<T>(g, indices, y, scatter: true);

    /// <summary>y = x[n, c, index].</summary>
    public static void Gather<T>(Tensor x, Tensor indices, Tensor y)
        where T : unmanaged, System.Numerics.INumber<T>
        => Run<T>(y, indices, x, scatter: false);

    private static void Run<T>(Tensor small, Tensor indices, Tensor large, bool scatter)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var job = new Job<T>
        {
            Small = new(small),
            Indices = new(indices),
            Large = new(large),
            Channels = small.Shape[1],
            Rows = small.Shape[2],
            Columns = small.Shape[3],
            Height = large.Shape[2],
            Width = large.Shape[3],
            Blocks = (small.Shape[1] + Block - 1) / Block,
            Scatter = scatter,
        };
        Scheduler.For(checked(small.Shape[0] * job.Blocks), job);
    }

    private struct Job<T> : IJob
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public ImageView<T> Small;
        public ImageView<long> Indices;
        public ImageView<T> Large;
        public int Channels;
        public int Rows;
        public int Columns;
        public int Height;
        public int Width;
        public int Blocks;
        public bool Scatter;

        public readonly void Run(int index)
        {
            int image = index / Blocks, from = index % Blocks * Block;
            int channels = Math.Min(Block, Channels - from);
            T* large = Large.Data + (image * Large.Image) + (from * Large.Channel);
            if (Scatter)
            {
                Clear(large, channels);
            }

            for (int i = 0; i < Rows; i++)
            {
                T* small = Small.Data + (image * Small.Image) + (from * Small.Channel) + (i * Small.Row);
                long* at = Indices.Data + (image * Indices.Image) + (from * Indices.Channel) + (i * Indices.Row);
                for (int j = 0; j < Columns; j++, small += Small.Column, at += Indices.Column)
                {
                    Pixel(small, at, large, channels);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pixel(T* small, long* at, T* large, int channels)
        {
            uint plane = (uint)(Height * Width), width = (uint)Width;
            bool even = Large.Row == Width * Large.Column;
            for (int c = 0; c < channels; c++)
            {
                long place = at[c * Indices.Channel];
                if ((ulong)place >= plane)
                {
                    throw new ArgumentException($"max pool: index {place} is outside a plane of {plane} elements.");
                }

                T* cell = large + (c * Large.Channel);
                if (even)
                {
                    cell += (nint)place * Large.Column;
                }
                else
                {
                    uint row = (uint)place / width;
                    cell += ((nint)row * Large.Row) + ((nint)((uint)place - (row * width)) * Large.Column);
                }

                if (Scatter)
                {
                    *cell += small[c * Small.Channel];
                }
                else
                {
                    small[c * Small.Channel] = *cell;
                }
            }
        }

        private readonly void Clear(T* large, int channels)
        {
            if (Channels == channels && Large.Column == channels && Large.Row == (nint)Width * channels)
            {
                new Span<T>(large, Height * Width * channels).Clear();
                return;
            }

            for (int i = 0; i < Height; i++)
            {
                for (int j = 0; j < Width; j++)
                {
                    new Span<T>(large + (i * Large.Row) + (j * Large.Column), channels).Clear();
                }
            }
        }
    }
}
