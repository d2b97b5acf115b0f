using System.Runtime.InteropServices;

namespace Mettle.Runs;

/// <summary>Chooses between the SQLite that comes with the package and the system's: the newer one serves.</summary>
internal static unsafe class SqliteLibrary
{
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Makes SQLite ready, once per process.</summary>
    public static void Use() => _ = Started.Value;

    private static bool Start()
    {
        System.Reflection.Assembly provider = typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly;
        NativeLibrary.SetDllImportResolver(provider, static (name, assembly, path) =>
        {
            if (name != "e_sqlite3") return IntPtr.Zero;
            bool bundled = NativeLibrary.TryLoad(name, assembly, path, out IntPtr ours);
            bool system = NativeLibrary.TryLoad("libsqlite3.so.0", out IntPtr theirs);
            return system && (!bundled || Version(theirs) > Version(ours)) ? theirs : ours;
        });
        SQLitePCL.Batteries_V2.Init();
        return true;
    }

    private static int Version(IntPtr library)
        => ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sqlite3_libversion_number"))();
}
