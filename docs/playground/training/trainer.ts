import type { Point, TrainingState } from "../state.js";
import { type Course, Losses } from "./course.js";
import { initialWeights, Model, type Step } from "./model.js";

/** Newton's method is done after a few steps: they are slow enough to see. */
const NEWTON_PAUSE = 500;
/** Where training stops by itself. */
const CONVERGED = 1e-7;
/** A network learns slowly: so many steps come in a frame of the screen. */
const NETWORK_STEPS = 5;

/** The points that train, and those held back to see whether what was learned is true of others. */
export interface Points {
  readonly train: readonly Point[];
  readonly test: readonly Point[];
}

/** Of four pairs of points, one of each class, the last is held back; points that were placed all train. */
export function split(points: readonly Point[], placed: readonly Point[] = []): Points {
  const isHeldBack = (_: Point, i: number): boolean => Math.floor(i / 2) % 4 === 3;
  return { train: [...points.filter((point, i) => !isHeldBack(point, i)), ...placed], test: points.filter(isHeldBack) };
}

/** Who is told what happens. */
export interface Listener {
  /** There is a loss at a step, and one of the points held back; NaN where there are none. */
  measured(iteration: number, loss: number, testLoss: number): void;
  /** The steps so far are of no interest any more. */
  cleared(): void;
  /** The points are other ones. */
  replaced(): void;
  /** The state is to be kept. */
  changed(): void;
  /** Something is to be drawn anew. */
  moved(): void;
}

/** The training itself: one step a frame of the screen, until it converges, fails or is stopped. */
export class Trainer {
  model: Model;
  points: Points = { train: [], test: [] };
  last: Step | undefined;
  message = "";
  isRunning = false;
  private frame = 0;
  private newtonAt = 0;
  private readonly losses = new Losses();

  constructor(
    public state: TrainingState,
    private readonly listener: Listener,
    private readonly pointsOf: (state: TrainingState) => Points,
  ) {
    this.model = new Model(state.hidden);
  }

  /** How training goes, in words. */
  get course(): string {
    const { course } = this.losses;
    return course === undefined || this.state.method === "newton" ? "" : this.describe(course);
  }

  /** Takes over a state from outside. */
  load(state: TrainingState): void {
    this.halt();
    this.message = "";
    this.state = state;
    this.losses.clear();
    this.loadPoints();
  }

  update(change: Partial<TrainingState>): void {
    this.state = { ...this.state, ...change };
    if ("learningRate" in change || "method" in change) {
      this.losses.clear();
      this.model.restart();
    }
    if ("hidden" in change || "source" in change || "features" in change || "placed" in change) this.loadPoints();
    else this.measure();
    this.listener.changed();
    this.listener.moved();
  }

  /** The weights begin anew, on other points where there is a change. */
  restart(change: Partial<TrainingState> = {}): void {
    this.halt();
    this.message = "";
    this.listener.cleared();
    this.losses.clear();
    this.model.restart();
    const hidden = change.hidden ?? this.state.hidden;
    // Newton's method needs the Hessian of all weights, and goes to any flat place of it: that is for a line.
    const method = change.method ?? (hidden > 0 && this.state.method === "newton" ? "gd" : this.state.method);
    this.update({ ...change, method, weights: initialWeights(hidden), iteration: 0 });
  }

  toggle(): void {
    if (this.isRunning) {
      this.stop();
      return;
    }
    if (this.points.train.length === 0) return;
    this.isRunning = true;
    this.message = "";
    this.newtonAt = 0;
    this.listener.moved();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  stop(): void {
    if (!this.isRunning) return;
    this.halt();
    this.listener.changed();
    this.listener.moved();
  }

  /** One step. */
  advance(): void {
    if (this.points.train.length === 0) return;
    const { weights, method, learningRate, l2, iteration } = this.state;
    const step = this.model.step(weights, method, learningRate, l2);
    if (!Number.isFinite(step.loss)) {
      const began = this.last !== undefined && Number.isFinite(this.last.loss);
      this.message = began
        ? "The loss is not finite any more: the learning rate is too large. The weights are those before this step."
        : "The loss is not finite at these weights, so there is no step from here. Reset the weights.";
      this.halt();
      this.listener.changed();
      this.listener.moved();
      return;
    }
    this.last = step;
    this.losses.add(step.loss);
    this.state = { ...this.state, weights: step.weights, iteration: iteration + 1 };
    this.listener.measured(iteration + 1, step.loss, step.testLoss);
    if (step.gradientNorm < CONVERGED) {
      this.message = this.outcome();
      this.halt();
    }
    if (!this.isRunning) this.listener.changed();
    this.listener.moved();
  }

  /** Where the gradient is almost 0: at a minimum, or on the way to one that is infinitely far away. */
  private outcome(): string {
    const { train } = this.points;
    const [[, , first]] = train;
    if (train.every(([, , label]) => label === first))
      return `All points are of class ${first}: the gradient is 0 to seven places, but w₀ grows without end. Place points of the other class.`;
    if (this.state.l2 === 0 && this.model.classifiesAll(this.state.weights))
      return "All points are classified correctly and L2 is 0: the loss only comes closer to 0, and the weights grow without end. A little L2 gives them a limit.";
    return "Converged: the gradient is 0 to seven places.";
  }

  private describe(course: Course): string {
    switch (course) {
      case "diverges":
        return "Gradient descent diverges: each step lands higher than the last. Lower the learning rate.";
      case "oscillates":
        return "Gradient descent oscillates: steps jump over the bottom of the valley. Lower the learning rate.";
      case "crawls":
        return this.state.l2 === 0 && this.model.classifiesAll(this.state.weights)
          ? "Gradient descent crawls: every point is on its own side already, so the loss only falls as the weights grow without end, ever more slowly."
          : "Gradient descent crawls: a hundred steps would change the loss by less than a hundredth. Raise the learning rate.";
      case "falls":
        return "The loss falls.";
      case "arrives":
        return "The loss has almost reached its minimum.";
    }
  }

  private tick(now: number): void {
    if (!this.isRunning) return;
    if (this.state.method !== "newton" || now - this.newtonAt >= NEWTON_PAUSE) {
      this.newtonAt = now;
      const steps = this.state.hidden === 0 ? 1 : NETWORK_STEPS;
      for (let k = 0; k < steps && this.isRunning; k++) this.advance();
    }
    if (this.isRunning) this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  private halt(): void {
    if (this.isRunning) cancelAnimationFrame(this.frame);
    this.isRunning = false;
  }

  private loadPoints(): void {
    this.points = this.pointsOf(this.state);
    if (this.points.train.length === 0) this.halt();
    if (this.model.hidden !== this.state.hidden) this.model = new Model(this.state.hidden);
    this.model.load(this.points.train, this.points.test);
    this.listener.replaced();
    this.measure();
  }

  /** The loss at the present weights. */
  private measure(): void {
    this.last = this.points.train.length === 0 ? undefined : this.model.at(this.state.weights, this.state.l2);
    if (this.last !== undefined) this.listener.measured(this.state.iteration, this.last.loss, this.last.testLoss);
  }
}
