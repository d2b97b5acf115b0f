using System.Runtime.CompilerServices;

namespace Mettle.Graphs;

/// <summary>A chain over the tensors of a workspace.</summary>
internal sealed unsafe class ChainRun
{
    // A block ends where such a run of an operand ends, so that it need not be copied; shorter ones are copied side by side.
    private const int LeastRun = 128;

    // Blocks of all slots, and three more for operands that are laid out first, stay in the nearest cache.
    private const int BlockBytes = 32768, Staged = 3, LeastBlock = 64;
    private const int PartElements = 16384;

    private readonly Bound[] links;
    private readonly Loop[] loops;
    private readonly Tensor[] alive;
    private readonly long count;
    private readonly int[] runs;
    private readonly int block;
    private readonly int slots;

    public ChainRun(Chain chain, Dictionary<Value, Tensor> tensors)
    {
        count = chain.Count;
        slots = chain.Slots;
        block = BlockBytes / (8 * (slots + Staged)) / LeastBlock * LeastBlock;
        var planned = new List<Loop>();
        var used = new List<Tensor>();
        links = [.. chain.Links.Select(link => new Bound
        {
            Kernel = link.Kernel,
            Y = At(link.Output),
            A = At(link.Inputs[0]),
            B = link.Inputs.Count > 1 ? At(link.Inputs[1]) : default,
            C = link.Inputs.Count > 2 ? At(link.Inputs[2]) : default,
        })];
        loops = [.. planned];
        runs = [.. loops.Where(l => l.InnerStride(1) is 0 or 1 && l.Inner >= LeastRun).Select(l => l.Inner).Distinct()];
        alive = [.. used];

        Operand At(ChainPlace place)
        {
            if (place.Value is not { } value)
            {
                return new() { Kind = OperandKind.Slot, Slot = place.Slot };
            }

            var t = tensors[value];
            used.Add(t);
            var operand = new Operand { Base = t.Pointer, Size = t.DType.Size(), Kind = place.IsSingle ? OperandKind.Single : OperandKind.Linear };
            if (place.Loop is { } loop)
            {
                operand.Kind = OperandKind.Looped;
                operand.Slot = planned.Count;
                planned.Add(loop);
            }

            return operand;
        }
    }

    private enum OperandKind
    {
        None,
        Linear,
        Single,
        Slot,
        Looped,
    }

    /// <summary>Runs all links.</summary>
    public void Run()
    {
        if (count <= PartElements)
        {
            Part(0, count);
        }
        else
        {
            Scheduler.For((int)((count + PartElements - 1) / PartElements), new Job { Chain = this });
        }

        GC.KeepAlive(alive);
    }

    [SkipLocalsInit]
    private void Part(long from, long to)
    {
        byte* memory = stackalloc byte[BlockBytes];
        byte* stage = memory + ((nint)slots * block * 8);
        int n;
        for (long i = from; i < to; i += n)
        {
            n = (int)Math.Min(to - i, block);
            foreach (int run in runs)
            {
                n = Math.Min(n, run - (int)(i % run));
            }

            foreach (ref readonly var link in links.AsSpan())
            {
                int scalars = 0;
                byte* a = Place(link.A, i, n, memory, stage, ref scalars, 1);
                byte* b = Place(link.B, i, n, memory, stage + (block * 8), ref scalars, 2);
                byte* c = Place(link.C, i, n, memory, stage + (2 * block * 8), ref scalars, 4);
                byte* y = link.Y.Kind == OperandKind.Slot ? memory + ((nint)link.Y.Slot * block * 8) : link.Y.Base + (i * link.Y.Size);
                ((delegate*<byte*, byte*, byte*, byte*, nint, int, void>)link.Kernel)(y, a, b, c, n, scalars);
            }
        }
    }

    private byte* Place(in Operand operand, long i, int n, byte* memory, byte* stage, ref int scalars, int bit)
    {
        switch (operand.Kind)
        {
            case OperandKind.Linear:
                return operand.Base + (i * operand.Size);
            case OperandKind.Slot:
                return memory + ((nint)operand.Slot * block * 8);
            case OperandKind.Single:
                scalars |= bit;
                return operand.Base;
            case OperandKind.Looped:
                return Laid(operand, i, n, stage, ref scalars, bit);
            default:
                return null;
        }
    }

    // An operand with repetitions or gaps: as it lies within a run, else copied.
    private byte* Laid(in Operand operand, long i, int n, byte* stage, ref int scalars, int bit)
    {
        ref readonly var loop = ref loops[operand.Slot];
        int inner = loop.Inner, size = operand.Size;
        nint stride = loop.InnerStride(1);
        long row = i / inner;
        int at = (int)(i - (row * inner));
        byte* source = operand.Base + ((loop.RowOffset(row, 1) + (at * stride)) * size);
        if (at + n <= inner && stride is 0 or 1)
        {
            scalars |= stride == 0 ? bit : 0;
            return source;
        }

        for (int done = 0; done < n;)
        {
            int run = Math.Min(n - done, inner - at);
            byte* target = stage + ((nint)done * size);
            if (stride == 1)
            {
                Buffer.MemoryCopy(source, target, (long)run * size, (long)run * size);
            }
            else
            {
                StridedCopy.Gather(source, stride, target, size, run);
            }

            done += run;
            at = 0;
            source = done < n ? operand.Base + (loop.RowOffset(++row, 1) * size) : source;
        }

        return stage;
    }

    private struct Bound
    {
        public nint Kernel;
        public Operand Y;
        public Operand A;
        public Operand B;
        public Operand C;
    }

    private struct Operand
    {
        public byte* Base;
        public int Size;
        public int Slot;
        public OperandKind Kind;
    }

    private struct Job : IJob
    {
        public ChainRun Chain;

        public readonly void Run(int index)
        {
            long from = (long)index * PartElements;
            Chain.Part(from, Math.Min(Chain.count, from + PartElements));
        }
    }
}
