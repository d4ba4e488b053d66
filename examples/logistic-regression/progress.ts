import { SingleBar } from "cli-progress";
import type { Output } from "./run.js";

/** Shows how far the descent has come. */
export interface ProgressDisplay {
  update(step: number, loss: number): void;
  stop(): void;
}

/** A bar that moves on a terminal; elsewhere, where nothing can be overwritten, a line for each tenth. */
export const showProgress = (out: Output, steps: number): ProgressDisplay => (out.isTTY === true ? bar(out, steps) : lines(out, steps));

function bar(out: Output, steps: number): ProgressDisplay {
  const single = new SingleBar({
    stream: out,
    format: "  {bar} {percentage} %   step {value} of {total}   loss {loss}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    barsize: 40,
  });
  single.start(steps, 0, { loss: "…" });
  return {
    update: (step, loss) => single.update(step, { loss: loss.toFixed(6) }),
    stop: () => single.stop(),
  };
}

function lines(out: Output, steps: number): ProgressDisplay {
  let tenths = 0;
  return {
    update: (step, loss) => {
      if (step < (tenths * steps) / 10) return;
      tenths = Math.floor((10 * step) / steps) + 1;
      out.write(`  step ${String(step).padStart(String(steps).length)} of ${steps}   loss ${loss.toFixed(6)}\n`);
    },
    stop: () => {},
  };
}
