namespace Mettle.Onnx;

/// <summary>Models and feature steps of the domain ai.onnx.ml.</summary>
internal static class ClassicalModels
{
    public static IEnumerable<Operator> All =>
    [
        Of("TreeEnsemble", c => Trees.Plain(c)),
        Of("TreeEnsembleRegressor", c => Trees.Regressor(c)),
        new(Domain, "TreeEnsembleClassifier", Trees.Classifier),
        Of("LinearRegressor", c => LinearModels.Regressor(c)),
        new(Domain, "LinearClassifier", LinearModels.Classifier),
        Of("SVMRegressor", c => VectorMachines.Regressor(c)),
        new(Domain, "SVMClassifier", VectorMachines.Classifier),
        Of("Scaler", c => Features.Scale(c)),
        Of("Normalizer", c => Features.Normalize(c)),
        Of("Binarizer", c => c.Result(c.Number(0) > c.Float("threshold", 0))),
        Of("Imputer", c => Features.Impute(c)),
        Of("FeatureVectorizer", c => Features.Join(c)),
        Of("ArrayFeatureExtractor", Features.Extract),
        Of("OneHotEncoder", c => Features.OneHot(c)),
        Of("LabelEncoder", Labels.Encode),
        Of("CategoryMapper", Labels.MapCategories),
        Of("DictVectorizer", c => Maps.Vectorize(c)),
        Of("CastMap", Maps.Cast),
        Of("ZipMap", c => Maps.Zip(c)),
    ];

    private const string Domain = "ai.onnx.ml";

    private static Operator Of(string name, Func<Call, OnnxValue> evaluate) => new(Domain, name, c => [evaluate(c)]);
}
