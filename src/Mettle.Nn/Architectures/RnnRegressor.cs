namespace Mettle.Nn;

/// <summary>Numbers predicted from a sequence's last state.</summary>
/// <param name="inputs">Features of a step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="targets">Numbers to predict.</param>
/// <param name="cell">"lstm", "gru" or "tanh".</param>
/// <param name="layers">Recurrent layers.</param>
/// <param name="dropout">Rate between layers and before the output.</param>
/// <param name="chrono">Longest time to remember, for the gates' biases (<see cref="Chrono"/>); 0: PyTorch's.</param>
public sealed class RnnRegressor(int inputs, int hidden, int targets = 1, string cell = "lstm", int layers = 1, double dropout = 0, int chrono = 0)
    : RnnReadout(inputs, hidden, targets, cell, layers, dropout, chrono);
