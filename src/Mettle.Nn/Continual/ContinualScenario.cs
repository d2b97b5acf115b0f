namespace Mettle.Nn;

/// <summary>What a model is told at test time (van de Ven, Tuytelaars and Tolias, "Three types of incremental learning", 2022).</summary>
public enum ContinualScenario
{
    /// <summary>The task of each row is known: only its classes are told apart.</summary>
    Task,

    /// <summary>The task is not known and need not be: every task asks for the same classes of other inputs.</summary>
    Domain,

    /// <summary>The task is not known: the classes of all tasks are told apart.</summary>
    Class,
}
