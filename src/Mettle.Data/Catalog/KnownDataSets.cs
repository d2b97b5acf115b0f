namespace Mettle.Data;

/// <summary>The data sets the catalogue has a name for: where their files lie in a data folder, what they are, whose they are.</summary>
internal static class KnownDataSets
{
    public sealed record Known(string Name, string PathPrefix, string Description, string Licence);

    public static IReadOnlyList<Known> All { get; } =
    [
        new("digits8x8", "images/digits8x8/", "Optical digits, 1,797 grey images of 8 x 8, 10 classes", "CC BY 4.0 (UCI: Alpaydin, Kaynak)"),
        new("fashion-mnist", "images/fashion-mnist/", "Articles of clothing, 70,000 grey images of 28 x 28, 10 classes", "MIT (Zalando SE)"),
        new("mnist-sample", "images/mnist-sample/", "The first 1,000 MNIST test digits, 28 x 28", "MIT (as redistributed)"),
        new("cifar10", "images/cifar10/", "Objects, 60,000 colour JPEGs of 32 x 32, 10 classes", "none stated (cite Krizhevsky 2009)"),
        new("bccd", "images/bccd/", "Blood cells, 364 photos with boxes", "MIT"),
        new("omniglot", "images/omniglot/", "Handwritten characters, 136 kinds of 20 drawings", "MIT"),
        new("adult", "tabular/adult/", "UCI Adult (census income), 32,561 + 16,281 rows, 14 features, missing values", "CC BY 4.0 (UCI: Becker, Kohavi)"),
        new("california-housing", "tabular/california-housing/", "House prices, 20,640 districts, missing values", "Apache-2.0 (as redistributed); StatLib data"),
        new("compas", "tabular/compas/", "COMPAS recidivism, 7,214 people", "none stated (public records, ProPublica)"),
        new("german-credit", "tabular/german/", "UCI Statlog German credit, 1,000 rows, 20 features", "CC BY 4.0 (UCI: Hofmann)"),
        new("small-tables", "tabular/small/", "Breast cancer, wine, iris, diabetes, Titanic, penguins", "BSD-3-Clause (scikit-learn); CC0 (penguins); Titanic none stated"),
        new("tinyshakespeare", "text/tinyshakespeare", "Plays, 1,115,394 characters", "public domain (MIT as redistributed)"),
        new("names", "text/names", "32,033 given names", "MIT"),
        new("sms-spam", "text/sms-spam", "5,574 messages, spam or not", "CC BY 4.0 (UCI: Almeida, Hidalgo)"),
        new("rt-polarity", "text/rt-polarity", "10,662 film review sentences, two classes", "Apache-2.0 (as redistributed); Pang, Lee 2005"),
        new("trec", "text/trec/", "5,952 questions, 6 or 50 classes", "MIT (as redistributed)"),
        new("spoken-digits", "audio/fsdd", "2,000 recordings of digits, 4 speakers", "CC BY-SA 4.0"),
        new("speech-sample", "audio/silero-vad-test", "One minute of speech, 16 kHz", "MIT"),
        new("airline-passengers", "timeseries/airline-passengers", "Monthly passengers, 144 months", "none stated (Box, Jenkins 1976)"),
        new("daily-min-temperatures", "timeseries/daily-min-temperatures", "Melbourne, 3,650 days", "none stated"),
        new("elec2", "timeseries/elec2", "Electricity prices, 45,312 half-hours, drifting", "none stated (Harries 1999)"),
        new("ett-h1", "timeseries/ETTh1", "Transformer temperature, 17,420 hours, 7 series", "CC BY-ND 4.0"),
        new("nab", "timeseries/nab", "34 series with marked anomalies", "MIT"),
        new("noisy-labels", "noisy-labels/", "Label errors of CIFAR-10 and 20 Newsgroups test sets, judged by people", "Apache-2.0 (cleanlab)"),
        new("onnx-models", "onnx/models/", "Small ONNX models of many kinds", "each its own: see the licence texts"),
        new("onnx-tests", "onnx/", "ONNX backend tests, sample inputs and reference outputs", "Apache-2.0 (ONNX); MIT (as redistributed)"),
        new("protocol-recordings", "protocols/", "Recorded requests, answers and test vectors of other systems' protocols", "Apache-2.0 (model-signing vectors); the others none stated"),
        new("licence-texts", "licenses/", "Licence texts of the data sets and models", "each its own"),
    ];
}
