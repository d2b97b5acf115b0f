using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Mettle.Runs.Tests;

/// <summary>A PostgreSQL server of this machine's own installation, in a temporary folder, for as long as the tests that use it.</summary>
public sealed class PostgresServer : IDisposable
{
    private const string Password = "s3cret word";

    private readonly Lock _lock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mettle-pg-").FullName;
    private Process? _server;
    private int _port;
    private int _databases;

    /// <summary>Connection string of a fresh, empty database. Skips the test where no server is installed.</summary>
    public string NewDatabase()
    {
        lock (_lock)
        {
            if (_server is null) Start();
            string name = $"store{(++_databases).ToString(CultureInfo.InvariantCulture)}";
            using var connection = new NpgsqlConnection(For("postgres") + ";Pooling=false");
            connection.Open();
            using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            command.ExecuteNonQuery();
            return For(name);
        }
    }

    public void Dispose()
    {
        if (_server is not null)
        {
            // SIGINT is the server's fast shutdown.
            Run("kill", "-INT", _server.Id.ToString(CultureInfo.InvariantCulture));
            if (!_server.WaitForExit(TimeSpan.FromSeconds(20))) _server.Kill();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string For(string database) => $"Host=127.0.0.1;Port={_port.ToString(CultureInfo.InvariantCulture)};Database={database};Username=tester;Password='{Password}'";

    private void Start()
    {
        string bin = Binaries() ?? "";
        if (bin.Length == 0) Assert.Skip("no PostgreSQL server is installed");
        string data = Path.Combine(_folder, "data"), passwordFile = Path.Combine(_folder, "password");
        File.WriteAllText(passwordFile, Password);
        if (Environment.IsPrivilegedProcess) Run("chown", "-R", "postgres", _folder);
        Run([.. AsServer(), Path.Combine(bin, "initdb"), "-D", data, "-U", "tester", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--locale=C", "--encoding=UTF8", "--no-sync"]);
        for (int attempt = 0; _server is null; attempt++)
        {
            _port = FreePort();
            _server = Serve([
                .. AsServer(), Path.Combine(bin, "postgres"), "-D", data, "-p", _port.ToString(CultureInfo.InvariantCulture), "-k", _folder,
                "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "lc_messages=C"]);
            if (_server is null && attempt == 3) throw new InvalidOperationException("PostgreSQL did not start");
        }
    }

    /// <summary>The server refuses to run as root; Debian's package brings a user for it.</summary>
    private static string[] AsServer() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static string? Binaries()
    {
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal).Select(d => Path.Combine(d, "bin"))
            : [];
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return debian.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts the server and waits for its word that it is ready; null where it ended instead.</summary>
    private static Process? Serve(string[] command)
    {
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, WorkingDirectory = "/" } };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) ready.TrySetResult(false);
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult(true);
        };
        process.Start();
        process.BeginErrorReadLine();
        if (ready.Task.Wait(TimeSpan.FromSeconds(60)) && ready.Task.Result) return process;
        if (!process.HasExited) process.Kill();
        process.Dispose();
        return null;
    }

    private static void Run(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)}: {errors} {output.Result}");
    }
}
