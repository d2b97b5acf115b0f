namespace Mettle.Runs;

/// <summary>The words that experiments bring: sources, models, initialisations, losses, optimisers, schedules, augmentations.</summary>
public static class ExperimentVocabulary
{
    /// <summary>The core vocabulary with all of them.</summary>
    public static Vocabulary Create()
    {
        var v = CoreVocabulary.Create();
        SourceWords.AddTo(v);
        ModelWords.AddTo(v);
        OnnxWords.AddTo(v);
        InitWords.AddTo(v);
        LossWords.AddTo(v);
        OptimizerWords.AddTo(v);
        SharpnessWords.AddTo(v);
        AugmentWords.AddTo(v);
        return v;
    }
}
