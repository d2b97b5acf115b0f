using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gradient of max pooling whose windows lie side by side: a cell takes the gradient of its window if the window's index
/// names it, else 0. Every cell is written once, in memory order.
/// </summary>
internal static unsafe class PoolTiles
{
    /// <summary>f32, all three channels-last; each index must name a cell of its own window.</summary>
    public static void Scatter(Tensor g, Tensor indices, Tensor y, Pair tile)
    {
        var job = new Job
        {
            G = (float*)g.Pointer,
            Indices = (long*)indices.Pointer,
            Y = (float*)y.Pointer,
            Channels = g.Shape[1],
            Rows = g.Shape[2],
            Columns = g.Shape[3],
            Height = y.Shape[2],
            Width = y.Shape[3],
            Tile = tile,
        };
        Scheduler.For(checked(g.Shape[0] * job.Rows), job);
    }

    private struct Job : IJob
    {
        public float* G;
        public long* Indices;
        public float* Y;
        public int Channels;
        public int Rows;
        public int Columns;
        public int Height;
        public int Width;
        public Pair Tile;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int image = index / Rows, i = index % Rows, w = Vector512<float>.Count;
            nint pitch = (nint)Width * Channels;
            float* g = G + ((nint)index * Columns * Channels);
            long* at = Indices + ((nint)index * Columns * Channels);
            float* y = Y + (((nint)image * Height) + ((nint)i * Tile.Height)) * pitch;
            for (int j = 0; j < Columns; j++, g += Channels, at += Channels)
            {
                int first = (i * Tile.Height * Width) + (j * Tile.Width);
                float* corner = y + ((nint)j * Tile.Width * Channels);
                int c = 0;
                for (; c <= Channels - w; c += w)
                {
                    Window<WholeVector>(g, at, corner, pitch, first, c);
                }

                if (c < Channels)
                {
                    Window<PartVector>(g, at, corner, pitch, first, c);
                }
            }

            ClearRest(y, pitch, i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Window<TAccess>(float* g, long* at, float* corner, nint pitch, int first, int c)
            where TAccess : struct, IVectorAccess
        {
            nint left = Channels - c;
            var gradient = TAccess.Load(g + c, left);
            var place = Places<TAccess>(at + c, left);
            for (int p = 0; p < Tile.Height; p++)
            {
                for (int q = 0; q < Tile.Width; q++)
                {
                    var cell = Vector512.ConditionalSelect(Vector512.Equals(place, Vector512.Create(first + (p * Width) + q)).AsSingle(), gradient, Vector512<float>.Zero);
                    TAccess.Store(cell, corner + (p * pitch) + ((nint)q * Channels) + c, left);
                }
            }
        }

        // What no window covers: cells to the right of the last, and below the last.
        private readonly void ClearRest(float* y, nint pitch, int i)
        {
            int covered = Columns * Tile.Width * Channels;
            for (int p = 0; p < Tile.Height && covered < pitch; p++)
            {
                new Span<float>(y + (p * pitch) + covered, (int)pitch - covered).Clear();
            }

            if (i == Rows - 1)
            {
                for (int p = Rows * Tile.Height; p < Height; p++)
                {
                    new Span<float>(y + ((p - (i * Tile.Height)) * pitch), (int)pitch).Clear();
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Places<TAccess>(long* at, nint left)
            where TAccess : struct, IVectorAccess
        {
            var lower = TAccess.Load(at, Math.Min(8, left));
            return Vector512.Narrow(lower, left > 8 ? TAccess.Load(at + 8, left - 8) : Vector512<long>.Zero);
        }
    }
}
