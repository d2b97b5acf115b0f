namespace Mettle.Nn;

/// <summary>Logits of a sequence's class from its last state.</summary>
/// <param name="inputs">Features of a step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="classes">Classes.</param>
/// <param name="cell">"lstm", "gru" or "tanh".</param>
/// <param name="layers">Recurrent layers.</param>
/// <param name="dropout">Rate between layers and before the output.</param>
/// <param name="chrono">Longest time to remember, for the gates' biases (<see cref="Chrono"/>); 0: PyTorch's.</param>
public sealed class RnnClassifier(int inputs, int hidden, int classes, string cell = "lstm", int layers = 1, double dropout = 0, int chrono = 0)
    : RnnReadout(inputs, hidden, classes, cell, layers, dropout, chrono);
