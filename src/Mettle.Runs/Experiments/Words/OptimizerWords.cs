using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Makes an optimiser for a model's parameters; what a word of the slot <c>optimizer</c> builds.</summary>
public delegate Optimizer OptimizerFactory(IReadOnlyList<ParameterGroup> groups);

/// <summary>Makes a schedule for a training of so many steps; what a word of the slot <c>schedule</c> builds.</summary>
public delegate Schedule ScheduleFactory(long steps, int stepsPerEpoch);

/// <summary>Words of the slots <c>optimizer</c>, <c>schedule</c> and <c>averaging</c>.</summary>
internal static class OptimizerWords
{
    public static void AddTo(Vocabulary v)
    {
        v.Add<OptimizerFactory>(
            "optimizer", "sgd", "Stochastic gradient descent, optionally with momentum (Polyak 1964) or Nesterov's.",
            [Rate(0.1), Field.Float("momentum", 0, "Share of the last step kept.", min: 0, max: 0.9999), Field.Bool("nesterov", false, "Look ahead along the momentum."), Decay(0), Spare()],
            w =>
            {
                var (rate, momentum, nesterov, decay) = (w["rate"].Double(), w["momentum"].Double(), w["nesterov"].Bool(), w["weight-decay"].Double());
                return nesterov && momentum == 0
                    ? throw w["nesterov"].Problem("needs momentum above 0")
                    : groups => new Sgd(groups, rate, momentum, 0, decay, nesterov);
            });
        v.Add<OptimizerFactory>(
            "optimizer", "adam", "Adaptive moments (Kingma and Ba 2015); weight decay is added to the gradient.",
            [Rate(1e-3), .. Moments(), Decay(0), Spare()],
            w =>
            {
                var (rate, b1, b2, e, decay) = (w["rate"].Double(), w["beta1"].Double(), w["beta2"].Double(), w["epsilon"].Double(), w["weight-decay"].Double());
                return groups => new Adam(groups, rate, b1, b2, e, decay);
            });
        v.Add<OptimizerFactory>(
            "optimizer", "adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019).",
            [Rate(1e-3), .. Moments(), Decay(0.01), Spare()],
            w =>
            {
                var (rate, b1, b2, e, decay) = (w["rate"].Double(), w["beta1"].Double(), w["beta2"].Double(), w["epsilon"].Double(), w["weight-decay"].Double());
                return groups => new AdamW(groups, rate, b1, b2, e, decay);
            });
        v.Add<OptimizerFactory>(
            "optimizer", "lion", "Steps of one size by the sign of the momentum (Chen et al. 2023); rates are 3 to 10 times below adamw's.",
            [Rate(1e-4), Field.Float("beta1", 0.9, "Share of the momentum in the step.", min: 0, max: 0.99999), Field.Float("beta2", 0.99, "Memory of the momentum.", min: 0, max: 0.99999), Decay(0), Spare()],
            w =>
            {
                var (rate, b1, b2, decay) = (w["rate"].Double(), w["beta1"].Double(), w["beta2"].Double(), w["weight-decay"].Double());
                return groups => new Lion(groups, rate, b1, b2, decay);
            });
        v.Add<OptimizerFactory>(
            "optimizer", "lamb", "Adam's steps made as long as each layer's weights, for large batches (You et al. 2020).",
            [Rate(1e-3), Field.Float("beta1", 0.9, "Memory of the mean gradient.", min: 0, max: 0.99999), Field.Float("beta2", 0.999, "Memory of the mean squared gradient.", min: 0, max: 0.9999999), Field.Float("epsilon", 1e-6, "Keeps the divisor from 0.", min: 1e-30), Decay(0.01), Spare()],
            w =>
            {
                var (rate, b1, b2, e, decay) = (w["rate"].Double(), w["beta1"].Double(), w["beta2"].Double(), w["epsilon"].Double(), w["weight-decay"].Double());
                return groups => new Lamb(groups, rate, b1, b2, e, decay);
            });
        v.Add<OptimizerFactory>(
            "optimizer", "muon", "Orthogonalised momentum for hidden weight matrices, adamw for the rest (Jordan et al. 2024).",
            [Field.Float("rate", 0.02, "Learning rate of hidden matrices.", min: 1e-12), Field.Float("momentum", 0.95, "Memory of their gradients.", min: 0, max: 0.9999), Field.Float("adam-rate", 1e-3, "Learning rate of all else.", min: 0), Decay(0.01), Spare()],
            w =>
            {
                var (rate, momentum, adam, decay) = (w["rate"].Double(), w["momentum"].Double(), w["adam-rate"].Double(), w["weight-decay"].Double());
                return groups => new Muon(groups, rate, momentum, adam, decay);
            });

        v.Add<ScheduleFactory>("schedule", "constant", "The same rate throughout.", [], _ => (_, _) => new ConstantSchedule());
        v.Add<ScheduleFactory>(
            "schedule", "cosine", "Half a cosine down to a floor (Loshchilov and Hutter 2017).",
            [Field.Float("floor", 0, "Rate at the end, as a share of the first.", min: 0, max: 1)],
            w =>
            {
                double floor = w["floor"].Double();
                double rate = BaseRate(w.Recipe);
                return (steps, _) => new CosineSchedule(steps, floor * rate);
            });
        v.Add<ScheduleFactory>("schedule", "linear", "A straight line down to 0.", [], _ => (steps, _) => new LinearSchedule(steps));
        v.Add<ScheduleFactory>(
            "schedule", "one-cycle", "Up to the rate and down to almost nothing (Smith and Topin 2018).",
            [Field.Float("rise", 0.3, "Share of the steps spent rising.", min: 0.01, max: 0.99)],
            w =>
            {
                double rise = w["rise"].Double();
                return (steps, _) => new OneCycleSchedule(steps, rise);
            });
        v.Add<ScheduleFactory>(
            "schedule", "warm-restarts", "Several cosines down to a floor, one after another (SGDR; Loshchilov and Hutter 2017).",
            [
                Field.Int("cycles", 4, "Number of cosines, which together fill the training; no more than it has epochs.", min: 1, max: 100),
                Field.Int("growth", 1, "Length of a cosine over that of the one before.", min: 1, max: 10),
                Field.Float("floor", 0, "Rate at the end, as a share of the first.", min: 0, max: 1),
            ],
            w =>
            {
                var (cycles, growth, floor) = (w["cycles"].Int(), w["growth"].Int(), w["floor"].Double() * BaseRate(w.Recipe));
                return (steps, perEpoch) => new WarmRestartsSchedule(steps, cycles, growth, floor, perEpoch);
            });
        v.Add<ScheduleFactory>(
            "schedule", "step", "Multiplied by a factor every so many epochs.",
            [Field.Int("epochs", 10, "Epochs between drops.", min: 1), Field.Float("factor", 0.1, "What the rate is multiplied by.", min: 0, max: 1)],
            w =>
            {
                var (epochs, factor) = (w["epochs"].Int(), w["factor"].Double());
                return (_, perEpoch) => new StepSchedule((long)epochs * perEpoch, factor);
            });
        v.Add<ScheduleFactory>(
            "schedule", "plateau", "Lowered when the validation loss no longer falls.",
            [Field.Int("patience", 10, "Epochs without improvement.", min: 0), Field.Float("factor", 0.1, "What the rate is multiplied by.", min: 0, max: 1)],
            w =>
            {
                var (patience, factor) = (w["patience"].Int(), w["factor"].Double());
                return (_, _) => new PlateauSchedule(factor, patience);
            });
    }

    /// <summary>The first rate that the recipe's optimiser names.</summary>
    public static double BaseRate(Recipe recipe) => recipe["train.optimizer"].Word()["rate"].Double();

    private static Field Rate(double standard) => Field.Float("rate", standard, "Learning rate.", min: 0);

    private static Field Decay(double standard) => Field.Float("weight-decay", standard, "Pull of weights towards 0.", min: 0);

    private static Field Spare() => Field.Bool("spare-biases", false, "Leave biases and norms out of weight decay.");

    private static IReadOnlyList<Field> Moments() =>
    [
        Field.Float("beta1", 0.9, "Memory of the mean gradient.", min: 0, max: 0.99999),
        Field.Float("beta2", 0.999, "Memory of the mean squared gradient.", min: 0, max: 0.9999999),
        Field.Float("epsilon", 1e-8, "Keeps the divisor from 0.", min: 0),
    ];
}
