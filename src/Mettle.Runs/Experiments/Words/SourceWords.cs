namespace Mettle.Runs;

/// <summary>Words of the slot <c>source</c>.</summary>
internal static class SourceWords
{
    private const string Variable = "METTLE_DATA";

    public static void AddTo(Vocabulary vocabulary)
    {
        vocabulary.Add<DataSource>(
            "source",
            "csv",
            "Rows of a CSV file, plain or gzip. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "Training rows.", required: true),
                Field.Path("test", null, "Test rows in a file of their own."),
                Field.Bool("header", true, "Whether the first line has names; without one columns are c0, c1, ... unless named."),
                Field.Texts("names", [], "Names of the columns, where there is no header."),
                Field.Text("delimiter", ",", "What separates fields.", choices: [",", ";", "|", "tab"]),
                Field.Texts("missing", [], "Texts that mean a missing value; by default \"\", ?, NA, nan and the like."),
                Field.Texts("numeric", [], "Columns that are numbers, where guessing from the values is wrong."),
                Field.Texts("categorical", [], "Columns that are categories, where guessing is wrong."),
                Field.Texts("ignore", [], "Columns that are no features: identifiers, weights."),
                Field.Text("trim-target", "", "Text that ends a target now and then and does not belong to it."),
                Field.Ints("image", [], "[height, width]: the columns are an image's pixels, row by row.", min: 1),
                Field.Int("max-pixel", 255, "The brightest pixel value the format allows.", min: 1, max: 255),
            ],
            Csv);
        vocabulary.Add<DataSource>(
            "source",
            "idx",
            "Images and labels in IDX files (MNIST's format), plain or gzip. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("images", null, "Training images.", required: true),
                Field.Path("labels", null, "Training labels.", required: true),
                Field.Path("test-images", null, "Test images in a file of their own."),
                Field.Path("test-labels", null, "Test labels in a file of their own."),
                Field.Texts("classes", [], "Name of each label from 0."),
            ],
            Idx);
        vocabulary.Add<DataSource>(
            "source",
            "npz",
            "Rows of NumPy arrays (numpy.savez): numbers of one shape, and what is to be predicted. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "Training rows.", required: true),
                Field.Path("test", null, "Test rows in a file of their own."),
                Field.Text("inputs", "x", "Name of the numbers, [rows, features], [rows, steps, features] or [rows, channels, height, width]."),
                Field.Text("targets", "y", "Name of what is predicted, [rows]: whole numbers are classes, others values."),
                Field.Texts("classes", [], "Name of each class from 0."),
                Field.Text("non-finite", "leave-out", "Rows that hold NaN or infinity: left out and named, or kept for experiments.", choices: ["leave-out", "keep"]),
            ],
            w => new ArraySource(
                Resolve(w["path"]), w["test"].HasValue ? Resolve(w["test"]) : "", w["inputs"].Text(), w["targets"].Text(), Join(w["classes"]), w["non-finite"].Text() == "keep"));
        vocabulary.Add<DataSource>("source", "digits", "The 1,797 handwritten digits (8 x 8) that ship with Mettle.", [], _ => new DigitsSource());
    }

    private static DataSource Csv(WordValue w)
    {
        var image = w["image"].Ints();
        if (image.Count is not (0 or 2))
        {
            throw w["image"].Problem("is [height, width]");
        }

        string delimiter = w["delimiter"].Text();
        return new CsvSource(
            Resolve(w["path"]),
            w["test"].HasValue ? Resolve(w["test"]) : "",
            new CsvLayout(
                w["header"].Bool(), Join(w["names"]), delimiter == "tab" ? "\t" : delimiter, Join(w["missing"]), Join(w["numeric"]), Join(w["categorical"]),
                w["trim-target"].Text(), image.Count == 2 ? image[0] : 0, image.Count == 2 ? image[1] : 0, w["max-pixel"].Int()),
            Join(w["ignore"]));
    }

    private static DataSource Idx(WordValue w)
    {
        if (w["test-images"].HasValue != w["test-labels"].HasValue)
        {
            throw w["test-images"].Problem("goes with test-labels: give both or neither");
        }

        return new IdxSource(
            Resolve(w["images"]), Resolve(w["labels"]),
            w["test-images"].HasValue ? Resolve(w["test-images"]) : "", w["test-labels"].HasValue ? Resolve(w["test-labels"]) : "",
            Join(w["classes"]));
    }

    private static string Join(RecipeValue list) => string.Join('\n', list.Texts());

    /// <summary>The file that a path means, which may begin with $METTLE_DATA/.</summary>
    public static string Resolve(RecipeValue path)
    {
        string text = path.Text();
        if (!text.StartsWith($"${Variable}/", StringComparison.Ordinal))
        {
            return path.Path();
        }

        string root = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } r
            ? r
            : throw path.Problem($"begins with ${Variable}, which is not set: point it at the folder of data sets (see mettle data list)");
        return Path.GetFullPath(text[(Variable.Length + 2)..], Path.GetFullPath(root));
    }
}
