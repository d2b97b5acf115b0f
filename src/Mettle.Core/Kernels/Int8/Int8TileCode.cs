using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// AVX-512 VNNI: as AVX-VNNI, but sixteen sums at a time and 32 registers, twice the speed. .NET 10 has no such instruction, so the tiles are
/// machine code, written when the first is used. Two panels side by side, up to twelve rows.
/// </summary>
internal unsafe struct Int8TileCode : IInt8Tile
{
    private const int MostRows = 12;
    private const int MostPanels = 2;

    // In this order row pointers get their registers; the last serves as a scratch until then.
    private static readonly Register[] RowPointers =
        [Register.Rax, Register.Rcx, Register.Rdx, Register.Rsi, Register.R8, Register.R9, Register.R10, Register.R11, Register.R12, Register.R13, Register.R14, Register.R15];

    private const Register Weights = Register.Rbx, Next = Register.Rdi, Depth = Register.Rbp;
    private const int FirstWeights = 30, Activation = 28;
    private const int UnrolledOnStack = 0, DepthOnStack = 8, OperandsOnStack = 16;

    private static readonly delegate* unmanaged[SuppressGCTransition]<Operands*, void>[] Tiles = Write();

    public static bool IsSupported => Tiles.Length > 0;

    public static bool Wide => false;

    public static int Rows => MostRows;

    public static int Panels => MostPanels;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* a, nint* rows, int m, nint* runs, int count, nint quads, sbyte* b, nint next, int panels, int* c, nint pitch)
    {
        var operands = new Operands
        {
            A = a,
            Rows = rows,
            Runs = runs,
            LastRun = runs + count,
            Depth = 4 * quads,
            Unrolled = 0,
            B = b,
            Next = next,
            C = c,
            Pitch = pitch * sizeof(int),
        };
        int steps = Sets(m, panels);
        operands.Unrolled = quads / steps * steps * 4;
        if (count > 0 && quads > 0)
        {
            Tiles[((panels - 1) * MostRows) + m - 1](&operands);
            return;
        }

        for (int i = 0; i < m; i++)
        {
            new Span<int>(c + (i * pitch), panels * Int8Panels.Width).Clear();
        }
    }

    // Sums of a result kept apart, so that an instruction need not wait for the one before: about ten must be under way.
    private static int Sets(int m, int panels) => (m * panels) switch { 1 => 8, 2 or 3 => 4, 4 or 5 => 3, < 10 => 2, _ => 1 };

    private static delegate* unmanaged[SuppressGCTransition]<Operands*, void>[] Write()
    {
        // Leaf 7: AVX512_VNNI. That the system keeps the registers is part of the compiler's own check.
        if (!Avx512BW.IsSupported || !Environment.Is64BitProcess || (X86Base.CpuId(7, 0).Ecx & (1 << 11)) == 0)
        {
            return [];
        }

        var code = new Assembler();
        int[] starts = new int[MostRows * MostPanels];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = code.Here;
            Write(code, (i % MostRows) + 1, (i / MostRows) + 1);
        }

        byte* memory = ExecutableMemory.Place(code.ToArray());
        if (memory is null)
        {
            return [];
        }

        var tiles = new delegate* unmanaged[SuppressGCTransition]<Operands*, void>[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            tiles[i] = (delegate* unmanaged[SuppressGCTransition]<Operands*, void>)(memory + starts[i]);
        }

        return tiles;
    }

    // One tile, by the System V calling convention: the operands' address comes in rdi.
    private static void Write(Assembler code, int m, int panels)
    {
        Register[] saved = [Register.Rbx, Register.Rbp, Register.R12, Register.R13, Register.R14, Register.R15];
        Register scratch = RowPointers[MostRows - 1];
        int sets = Sets(m, panels);
        foreach (var r in saved)
        {
            code.Push(r);
        }

        // Ends of the loops lie on the stack too: no register is left for them.
        code.Push(Register.Rdi);
        code.Load(Weights, Register.Rdi, Operands.OfDepth);
        code.Push(Weights);
        code.Load(Weights, Register.Rdi, Operands.OfUnrolled);
        code.Push(Weights);
        code.Load(Weights, Register.Rdi, Operands.OfB);
        for (int i = 0; i < m * panels * sets; i++)
        {
            code.ZeroVector(i);
        }

        int eachRun = code.Here;

        // Row pointers: the beginning of the run, then each row's distance from it. The base is built in the last register.
        code.Load(Depth, Register.Rsp, OperandsOnStack);
        code.Load(Next, Depth, Operands.OfRuns);
        code.Load(scratch, Next, 0);
        code.AddFrom(scratch, Depth, Operands.OfA);
        code.Add(Next, 8);
        code.Store(Depth, Operands.OfRuns, Next);
        code.Load(Next, Depth, Operands.OfRows);
        for (int i = 0; i < m; i++)
        {
            if (RowPointers[i] != scratch)
            {
                code.Move(RowPointers[i], scratch);
            }

            code.AddFrom(RowPointers[i], Next, 8 * i);
        }

        code.Load(Next, Depth, Operands.OfNext);
        code.Zero(Depth);
        if (sets > 1)
        {
            code.Compare(Depth, Register.Rsp, UnrolledOnStack);
            int none = code.JumpIfNotLess();
            int unrolled = code.Here;
            for (int s = 0; s < sets; s++)
            {
                Step(code, m, panels, s * m * panels);
            }

            code.Compare(Depth, Register.Rsp, UnrolledOnStack);
            code.JumpIfLess(unrolled);
            code.Land(none);
        }

        code.Compare(Depth, Register.Rsp, DepthOnStack);
        int done = code.JumpIfNotLess();
        int each = code.Here;
        Step(code, m, panels, 0);
        code.Compare(Depth, Register.Rsp, DepthOnStack);
        code.JumpIfLess(each);
        code.Land(done);
        code.Load(Depth, Register.Rsp, OperandsOnStack);
        code.Load(Next, Depth, Operands.OfRuns);
        code.Compare(Next, Depth, Operands.OfLastRun);
        code.JumpIfLess(eachRun);
        for (int s = 1; s < sets; s++)
        {
            for (int i = 0; i < m * panels; i++)
            {
                code.AddVectors(i, i, (s * m * panels) + i);
            }
        }

        code.Load(Next, Depth, Operands.OfC);
        for (int i = 0; i < m; i++)
        {
            for (int v = 0; v < panels; v++)
            {
                code.StoreVector(Next, 64 * v, (i * panels) + v);
            }

            code.AddFrom(Next, Depth, Operands.OfPitch);
        }

        code.ClearUpper();
        code.Add(Register.Rsp, 24);
        foreach (var r in saved.Reverse())
        {
            code.Pop(r);
        }

        code.Return();
    }

    // Four elements of the depth.
    private static void Step(Assembler code, int m, int panels, int first)
    {
        code.LoadVector(FirstWeights, Weights, 0);
        if (panels > 1)
        {
            code.LoadVector(FirstWeights + 1, Weights, Next);
        }

        code.Add(Weights, 64);
        for (int i = 0; i < m; i++)
        {
            int a = Activation + (i % 2);
            code.Broadcast(a, RowPointers[i], Depth);
            for (int v = 0; v < panels; v++)
            {
                code.MultiplyAdd(first + (i * panels) + v, a, FirstWeights + v);
            }
        }

        code.Add(Depth, 4);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Operands
    {
        public const int OfA = 0, OfRows = 8, OfRuns = 16, OfLastRun = 24, OfDepth = 32, OfUnrolled = 40, OfB = 48, OfNext = 56, OfC = 64, OfPitch = 72;

        public byte* A;
        public nint* Rows;
        public nint* Runs;
        public nint* LastRun;
        public nint Depth;
        public nint Unrolled;
        public sbyte* B;
        public nint Next;
        public int* C;
        public nint Pitch;
    }
}
