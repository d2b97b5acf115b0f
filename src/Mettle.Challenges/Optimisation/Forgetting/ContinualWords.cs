using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Words of the slots <c>tasks</c> and <c>continual</c>.</summary>
internal static class ContinualWords
{
    public static void AddTo(Vocabulary v)
    {
        AddTasks(v);
        AddPenalties(v);
        AddMemories(v);
        v.Add<ContinualMethodFactory>("continual", "joint", "All tasks at once: what continual learning can reach at best.", [], _ => () => new JointTraining());
    }

    private static void AddTasks(Vocabulary v)
    {
        v.Add<TaskSplit>(
            "tasks", "split-classes", "Some classes in each task, in the order of the labels.",
            [
                Count(5),
                Field.Text("scenario", "class", "What is known at test time: the task, only that each task has the same answers (domain), or nothing (class).", choices: ["class", "domain", "task"]),
            ],
            w => new ClassTasks(w["count"].Int(), w["scenario"].Text() switch { "task" => ContinualScenario.Task, "domain" => ContinualScenario.Domain, _ => ContinualScenario.Class }));
        v.Add<TaskSplit>(
            "tasks", "permuted-inputs", "All rows in each task, with the features in an order of its own (Goodfellow et al. 2013).",
            [Count(10)],
            w => new PermutedTasks(w["count"].Int()));
        v.Add<TaskSplit>(
            "tasks", "rotated-images", "All images in each task, turned by an angle of its own (Lopez-Paz and Ranzato 2017).",
            [Count(10), Field.Float("degrees", 180, "Angle of the last task; the first has 0.", min: 0, max: 360)],
            w => new RotatedTasks(w["count"].Int(), w["degrees"].Double()));
    }

    private static void AddPenalties(Vocabulary v)
    {
        v.Add<ContinualMethodFactory>(
            "continual", "ewc", "Holds weights that earlier tasks depend on, by Fisher information (Kirkpatrick et al. 2017).",
            [
                Field.Float("strength", 20, "Lambda; too high a product with the learning rate diverges.", min: 0),
                Field.Int("samples", 200, "Rows of a task that its Fisher information is taken from.", min: 1),
                Field.Bool("online", false, "One fading term in place of one for each task (Schwarz et al. 2018)."),
                Field.Float("decay", 1, "Share of the importances that stays with each new task, where online.", min: 0, max: 1),
            ],
            w =>
            {
                var (strength, samples, online, decay) = (w["strength"].Double(), w["samples"].Int(), w["online"].Bool(), w["decay"].Double());
                return decay < 1 && !online
                    ? throw w["decay"].Problem("needs online: true")
                    : () => new ElasticWeightConsolidation(strength, samples, online, decay);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "si", "Holds weights whose moves lowered the loss of earlier tasks (Zenke, Poole and Ganguli 2017).",
            [Field.Float("strength", 1, "Weight of the penalty.", min: 0), Field.Float("damping", 0.1, "Keeps weights that hardly moved from infinite importance.", min: 1e-9)],
            w =>
            {
                var (strength, damping) = (w["strength"].Double(), w["damping"].Double());
                return () => new SynapticIntelligence(strength, damping);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "lwf", "Keeps the old answers to the new rows (Li and Hoiem 2016).",
            [Field.Float("strength", 1, "Weight of the old answers.", min: 0), Field.Float("temperature", 2, "Softens them.", min: 0.01)],
            w =>
            {
                var (strength, temperature) = (w["strength"].Double(), w["temperature"].Double());
                return () => new LearningWithoutForgetting(strength, temperature);
            });
    }

    private static void AddMemories(Vocabulary v)
    {
        v.Add<ContinualMethodFactory>(
            "continual", "replay", "Rows of earlier tasks in each step, from a reservoir (Ratcliff 1990; Rolnick et al. 2019).",
            [Buffer(), Drawn()],
            w =>
            {
                var (buffer, draw) = (w["buffer"].Int(), w["draw"].Int());
                return () => new ExperienceReplay(buffer, draw);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "der", "Kept rows bring their old logits, and the model is held to those (Buzzega et al. 2020).",
            [Buffer(), Drawn(), Alpha()],
            w =>
            {
                var (buffer, draw, alpha) = (w["buffer"].Int(), w["draw"].Int(), w["alpha"].Double());
                return () => new DarkExperienceReplay(buffer, alpha, 0, draw);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "der-plus-plus", "The same, and to their labels too (Buzzega et al. 2020).",
            [Buffer(), Drawn(), Alpha(), Field.Float("beta", 1, "Weight of the labels.", min: 1e-9)],
            w =>
            {
                var (buffer, draw, alpha, beta) = (w["buffer"].Int(), w["draw"].Int(), w["alpha"].Double(), w["beta"].Double());
                return () => new DarkExperienceReplay(buffer, alpha, beta, draw);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "a-gem", "Takes out of each gradient what would raise the loss on kept rows (Chaudhry et al. 2019).",
            [Buffer(), Field.Int("draw", 128, "Rows that the reference gradient is taken from.", min: 1)],
            w =>
            {
                var (buffer, draw) = (w["buffer"].Int(), w["draw"].Int());
                return () => new AveragedGem(buffer, draw);
            });
        v.Add<ContinualMethodFactory>(
            "continual", "icarl", "Exemplars chosen by herding, and the nearest mean of them as the classifier (Rebuffi et al. 2017).",
            [Buffer()],
            w =>
            {
                int buffer = w["buffer"].Int();
                return () => new Icarl(buffer);
            });
    }

    private static Field Count(int standard) => Field.Int("count", standard, "Number of tasks.", min: 2, max: 1000);

    private static Field Buffer() => Field.Int("buffer", 200, "Rows kept of all tasks together.", min: 1);

    private static Field Drawn() => Field.Int("draw", 0, "Kept rows in each step; 0 for as many as a batch has.", min: 0);

    private static Field Alpha() => Field.Float("alpha", 0.2, "Weight of the logits' squared error.", min: 0);
}
