import type { Point, TrainingState } from "../state.js";
import { Model, type Step } from "./model.js";
import { pointsOf } from "./points.js";

/** Newton's method is done after a few steps: they are slow enough to see. */
const NEWTON_PAUSE = 500;
/** Where training stops by itself. */
const CONVERGED = 1e-7;

/** Who is told what happens. */
export interface Listener {
  /** There is a loss at a step. */
  measured(iteration: number, loss: number): void;
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
  readonly model = new Model();
  points: readonly Point[] = [];
  last: Step | undefined;
  message = "";
  isRunning = false;
  private frame = 0;
  private newtonAt = 0;

  constructor(
    public state: TrainingState,
    private readonly listener: Listener,
  ) {}

  /** Takes over a state from outside. */
  load(state: TrainingState): void {
    this.halt();
    this.message = "";
    this.state = state;
    this.loadPoints();
  }

  update(change: Partial<TrainingState>): void {
    this.state = { ...this.state, ...change };
    if ("source" in change || "features" in change || "placed" in change) this.loadPoints();
    else this.measure();
    this.listener.changed();
    this.listener.moved();
  }

  /** The weights begin anew, on other points where there is a change. */
  restart(change: Partial<TrainingState> = {}): void {
    this.halt();
    this.message = "";
    this.listener.cleared();
    this.update({ ...change, weights: [0, 0, 0], iteration: 0 });
  }

  toggle(): void {
    if (this.isRunning) {
      this.stop();
      return;
    }
    if (this.points.length === 0) return;
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
    if (this.points.length === 0) return;
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
    this.state = { ...this.state, weights: step.weights, iteration: iteration + 1 };
    this.listener.measured(iteration + 1, step.loss);
    if (step.gradientNorm < CONVERGED) {
      this.message = this.outcome();
      this.halt();
    }
    if (!this.isRunning) this.listener.changed();
    this.listener.moved();
  }

  /** Where the gradient is almost 0: at a minimum, or on the way to one that is infinitely far away. */
  private outcome(): string {
    const [[, , first]] = this.points;
    if (this.points.every(([, , label]) => label === first))
      return `All points are of class ${first}: the gradient is 0 to seven places, but w₀ grows without end. Place points of the other class.`;
    if (this.state.l2 === 0 && this.model.classifiesAll(this.state.weights))
      return "All points are classified correctly and L2 is 0: the loss only comes closer to 0, and the weights grow without end. A little L2 gives them a limit.";
    return "Converged: the gradient is 0 to seven places.";
  }

  private tick(now: number): void {
    if (!this.isRunning) return;
    if (this.state.method === "gd" || now - this.newtonAt >= NEWTON_PAUSE) {
      this.newtonAt = now;
      this.advance();
    }
    if (this.isRunning) this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  private halt(): void {
    if (this.isRunning) cancelAnimationFrame(this.frame);
    this.isRunning = false;
  }

  private loadPoints(): void {
    this.points = pointsOf(this.state);
    if (this.points.length === 0) this.halt();
    this.model.load(this.points);
    this.listener.replaced();
    this.measure();
  }

  /** The loss at the present weights. */
  private measure(): void {
    this.last = this.points.length === 0 ? undefined : this.model.at(this.state.weights, this.state.l2);
    if (this.last !== undefined) this.listener.measured(this.state.iteration, this.last.loss);
  }
}
