namespace Mettle.Nn;

/// <summary>An observer that also looks at the gradients of every step.</summary>
public interface IGradientObserver : ITrainingObserver
{
    /// <summary>After the backward pass, before clipping and the update. Tensors are freed after the step.</summary>
    void OnGradients(TrainingContext context);
}
