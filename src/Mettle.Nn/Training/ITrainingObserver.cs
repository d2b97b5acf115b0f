namespace Mettle.Nn;

/// <summary>Is told how training goes, on the training thread.</summary>
public interface ITrainingObserver
{
    /// <summary>After each optimiser step.</summary>
    void OnStep(in StepInfo step)
    {
    }

    /// <summary>After each epoch, validation included.</summary>
    void OnEpoch(EpochInfo epoch)
    {
    }

    /// <summary>After a breakdown, when training has been rolled back: the steps that follow begin before those told already.</summary>
    void OnRecovery(TrainingRecovery recovery)
    {
    }
}
