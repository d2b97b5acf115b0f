using System.Buffers.Binary;
using System.Text;

namespace Mettle.Cli.Tests;

/// <summary>An input that cannot be used, and what its message must name.</summary>
/// <param name="Name">For the list of tests.</param>
/// <param name="Arrange">Writes the files and gives the arguments.</param>
/// <param name="Place">The file, line or field that the message must name.</param>
/// <param name="Cause">What the message must say.</param>
public sealed record Malformed(string Name, Func<TempFolder, string[]> Arrange, string Place, string Cause)
{
    /// <summary>Recipes.</summary>
    public static IReadOnlyList<Malformed> Recipe { get; } =
    [
        new("no such file", _ => ["run", "none.yaml"], "none.yaml", "there is no such file"),
        new("a folder", f => ["run", f.Path], "", "this is a folder"),
        Text("empty", "", "recipe.yaml", "empty"),
        Text("only a comment", "# nothing\n", "recipe.yaml", "empty"),
        Text("a list", "- name: x\n", "recipe.yaml:1:1", "a recipe is a mapping"),
        Text("unclosed bracket", "name: x\nmodel: {mlp: {hidden: [4}\n", "recipe.yaml:2", ""),
        Text("a tab", "name: x\ndata:\n\ttarget: y\n", "recipe.yaml:3", ""),
        Edit("unknown key", "epochs: 1", "epochs: 1, lerning-rate: 0.1", "recipe.yaml:6", "lerning-rate"),
        Edit("misspelt key", "epochs: 1", "epohcs: 1", "recipe.yaml:6", "did you mean 'epochs'"),
        Edit("key twice", "name: rows", "name: rows\nname: again", "recipe.yaml:2", "name"),
        Edit("no name", "name: rows\n", "", "recipe.yaml:1", "name"),
        Edit("words for a number", "epochs: 1", "epochs: many", "recipe.yaml:6", "epochs"),
        Edit("a fraction for a whole number", "epochs: 1", "epochs: 1.5", "recipe.yaml:6", "epochs"),
        Edit("out of range", "epochs: 1", "epochs: 0", "recipe.yaml:6", "epochs"),
        Edit("not a number", "epochs: 1", "epochs: 1, warmup: .nan", "recipe.yaml:6", "warmup"),
        Edit("negative seed", "name: rows", "name: rows\nseed: -1", "recipe.yaml:2", "seed"),
        Edit("unknown model", "tabular", "tabluar", "recipe.yaml:5", "did you mean 'tabular'"),
        Edit("unknown optimiser", "epochs: 1", "epochs: 1, optimizer: adamx", "recipe.yaml:6", "adam"),
        Edit("unknown challenge", "epochs: 1}", "epochs: 1}\nexamine: {challenges: [overfiting]}", "recipe.yaml:7", "overfiting"),
        Edit("unknown treatment", "epochs: 1}", "epochs: 1}\ntreat: {treatments: [prayer]}", "recipe.yaml:7", "prayer"),
        Edit("stopping without validation", "epochs: 1}", "epochs: 1, early-stopping: {patience: 2}}", "recipe.yaml:7", "needs validation rows", ("target: class", "target: class\n  validation: 0")),
        Edit("warmup longer than the training", "epochs: 1", "epochs: 1, warmup: 3", "recipe.yaml:6", "leaves nothing"),
        Edit("unknown metric", "epochs: 1", "epochs: 1, early-stopping: {patience: 1, metric: acuracy}", "recipe.yaml:6", "accuracy"),
        Edit("blends of categories", "epochs: 1", "epochs: 1, mixup: 0.2", "recipe.yaml:6", "blends numbers"),
        Edit("layer larger than a tensor may be", "hidden: [4]", "hidden: [1000000, 1000000]", "recipe.yaml:5", "at most 2147483647 elements"),
        Edit("shares that leave nothing", "target: class", "target: class\n  validation: 0.9\n  test: 0.9", "recipe.yaml:3", "Give more rows"),
        Edit("an impossible modulus", "target: class", "target: class\n  test-modulo: [5, 7]", "recipe.yaml:5", "test-modulo"),
        Edit("loss of another task", "epochs: 1", "epochs: 1, loss: mse", "recipe.yaml:6", "loss"),
        new("not UTF-8", f => Run(f, "name: \u00e9", Encoding.Latin1), "recipe.yaml", "UTF-8"),
        new("UTF-16", f => Run(f, "name: x", Encoding.Unicode), "recipe.yaml", "UTF-16"),
        new("two megabytes", f => Run(f, "name: x # " + new string('x', 2_000_000)), "recipe.yaml", "larger than 1 MiB"),
        new("--set without a value", f => [.. Good(f), "--set", "train.epochs"], "--set train.epochs", "PATH=VALUE"),
        new("--set of no field", f => [.. Good(f), "--set", "train.epoch=3"], "'epoch' in 'train'", "did you mean 'epochs'"),
        new("--set out of range", f => [.. Good(f), "--set", "train.batch=0"], "train.batch", "0"),
        new("--threads 0", f => [.. Good(f), "--threads", "0"], "--threads", "from 1 to 256"),
        new("a store that is a folder", f => [.. Good(f), "--store", "."], "", "is a folder"),
        new("a store that is no database", f => [.. Good(f), "--store", "rows.csv"], "rows.csv", ""),
        new("a store without a server", f => [.. Good(f), "--store", "Host=127.0.0.1;Port=1;Database=runs;Username=me;Password=secret;Timeout=2"], "127.0.0.1", ""),
        new("runs in a file", f => [.. Good(f), "--runs", "rows.csv/runs"], "rows.csv", ""),
        new("nothing to run", _ => ["run"], "run", "name a recipe"),
        new("nothing to resume", _ => ["run", "--resume", "latest"], "runs", "no run here yet"),
    ];

    /// <summary>Tables and images.</summary>
    public static IReadOnlyList<Malformed> Data { get; } =
    [
        Rows("no such file", null, "rows.csv", ""),
        Rows("empty", "", "rows.csv", ""),
        Rows("only a header", "a,b,kind,class\n", "rows.csv", ""),
        Rows("a field too many", Recipes.Rows() + "1,2,red,yes,5\n", "rows.csv, line 26", "5"),
        Rows("a field too few", Recipes.Rows() + "1,2,red\n", "rows.csv, line 26", "3"),
        Rows("unclosed quote", Recipes.Rows() + "1,2,\"red,yes\n", "rows.csv, line 26", ""),
        Rows("column twice", "a,a,kind,class\n1,2,red,yes\n", "rows.csv, line 1", "a"),
        Rows("one class", Recipes.Rows().Replace("yes", "no", StringComparison.Ordinal), "recipe.yaml:3", "one class"),
        Rows("one row", "a,b,kind,class\n1,2,red,yes\n", "recipe.yaml:3", "1 row"),
        Rows("target empty in a row", Recipes.Rows() + "1,2,red,\n", "rows.csv, line 26", "missing"),
        Rows("target missing", Recipes.Rows().Replace("class", "klass", StringComparison.Ordinal), "rows.csv, column 'class'", "klass"),
        Rows("a word among numbers", Recipes.Rows() + "many,2,red,yes\n", "rows.csv, line 26", "column 'a'"),
        Rows("control byte", Recipes.Rows() + "1,2,r\u0001d,yes\n", "rows.csv, line 26", ""),
        new("300 columns missing", f => Run(f, Recipes.Table(options: ", test: test.csv"), ("rows.csv", Wide(301)), ("test.csv", "a,class\n1,yes\n2,no\n")), "test.csv", ""),
        new("not UTF-8", f => Run(f, Recipes.Table(), ("rows.csv", Encoding.Latin1.GetBytes(Recipes.Rows() + "1,2,r\u00e9d,yes\n"))), "rows.csv, line 26", "UTF-8"),
        new("truncated gzip", f => Run(f, Recipes.Table("rows.csv.gz"), ("rows.csv.gz", Half(TempFolder.Gzip(Encoding.UTF8.GetBytes(Recipes.Rows()))))), "rows.csv.gz", ""),
        new("no gzip", f => Run(f, Recipes.Table("rows.csv.gz"), ("rows.csv.gz", new byte[] { 0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })), "rows.csv.gz", ""),
        new("a folder", f => Run(f, Recipes.Table(".")), "", ""),
        new("declared numeric", f => Run(f, Recipes.Table(options: ", numeric: [kind]"), ("rows.csv", Recipes.Rows())), "rows.csv, line 2", "kind"),
        new("model of numbers", f => Run(f, Recipes.Table(model: "{mlp: {hidden: [4]}}"), ("rows.csv", Recipes.Rows())), "recipe.yaml:5", "tabular"),
        new("model of images", f => Run(f, Recipes.Table(model: "{cnn: {widths: [4]}}"), ("rows.csv", Recipes.Rows())), "recipe.yaml:5", "images"),
        new("image of another size", f => Run(f, Recipes.Table(options: ", image: [3, 3]"), ("rows.csv", "a,b,class\n1,2,0\n3,4,1\n")), "", "9"),
        new("METTLE_DATA unset", f => Run(f, Recipes.Table("$METTLE_DATA/rows.csv")), "recipe.yaml:3", "METTLE_DATA"),
        Idx("no such images", null, [0, 0, 8, 1, 0, 0, 0, 1, 3], "images.idx", ""),
        Idx("empty images", [], [0, 0, 8, 1, 0, 0, 0, 1, 3], "images.idx", ""),
        Idx("no IDX", Encoding.ASCII.GetBytes("these are no images at all"), [0, 0, 8, 1, 0, 0, 0, 1, 3], "images.idx", ""),
        Idx("truncated images", [.. Images(2).AsSpan(..^3)], [0, 0, 8, 1, 0, 0, 0, 2, 3, 4], "images.idx", ""),
        Idx("images without end", Header(2_000_000_000, 30_000, 30_000), [0, 0, 8, 1, 0, 0, 0, 1, 3], "images.idx", ""),
        Idx("fewer labels than images", Images(2), [0, 0, 8, 1, 0, 0, 0, 1, 3], "labels.idx", ""),
        Idx("labels that are images", Images(2), Images(2), "labels.idx", ""),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Malformed Text(string name, string yaml, string place, string cause) => new(name, f => Run(f, yaml), place, cause);

    private static Malformed Edit(string name, string old, string now, string place, string cause, (string Old, string Now) also = default)
        => new(name, f => Run(f, Also(Recipes.Table().Replace(old, now, StringComparison.Ordinal), also), ("rows.csv", Recipes.Rows())), place, cause);

    private static string Also(string yaml, (string Old, string Now) also) => also.Old is null ? yaml : yaml.Replace(also.Old, also.Now, StringComparison.Ordinal);

    private static Malformed Rows(string name, string? csv, string place, string cause)
        => new(name, f => csv is null ? Run(f, Recipes.Table()) : Run(f, Recipes.Table(), ("rows.csv", csv)), place, cause);

    private static Malformed Idx(string name, byte[]? images, byte[] labels, string place, string cause) => new(
        $"IDX: {name}",
        f =>
        {
            if (images is not null) f.Write("images.idx", images);
            f.Write("labels.idx", labels);
            return Run(f, "name: i\ndata: {source: {idx: {images: images.idx, labels: labels.idx}}}\nmodel: {mlp: {hidden: [4]}}\n");
        },
        place,
        cause);

    private static string[] Good(TempFolder folder) => Run(folder, Recipes.Table(), ("rows.csv", Recipes.Rows()));

    private static string[] Run(TempFolder folder, string yaml, Encoding encoding)
    {
        folder.Write("recipe.yaml", [.. encoding.Preamble, .. encoding.GetBytes(yaml)]);
        return ["run", "recipe.yaml"];
    }

    private static string[] Run(TempFolder folder, string yaml, params (string Name, object Content)[] files)
    {
        folder.Write("recipe.yaml", yaml);
        foreach (var (name, content) in files) folder.Write(name, content as byte[] ?? Encoding.UTF8.GetBytes((string)content));
        return ["run", "recipe.yaml"];
    }

    private static byte[] Half(byte[] bytes) => bytes[..(bytes.Length / 2)];

    private static string Wide(int columns)
    {
        var header = Enumerable.Range(0, columns).Select(i => i == 0 ? "class" : $"x{i}");
        var rows = Enumerable.Range(0, 20).Select(r => string.Join(',', Enumerable.Range(0, columns).Select(i => i == 0 ? (r % 2 == 0 ? "yes" : "no") : $"{r + i}")));
        return string.Join(',', header) + "\n" + string.Join('\n', rows) + "\n";
    }

    private static byte[] Images(int count) => [.. Header(count, 2, 2), .. new byte[count * 4]];

    private static byte[] Header(params int[] sizes)
    {
        byte[] header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);
        return header;
    }
}
