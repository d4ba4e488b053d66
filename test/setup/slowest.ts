import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Files that took the longest, one a line with the seconds that its tests and hooks took. */
const COUNT = 5;

/** Says at the end of a run which files took the longest, so that one sees where the time goes. */
export class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= COUNT) return;
    const seconds = (module: TestModule): number => module.diagnostic().duration / 1000;
    const slowest = modules.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, COUNT);
    const total = modules.reduce((sum, module) => sum + seconds(module), 0);
    console.log(`\nThe slowest of ${modules.length} files, which took ${total.toFixed(0)} s together:`);
    for (const module of slowest) {
      const file = relative(module.project.config.root, module.moduleId).replaceAll("\\", "/");
      console.log(`  ${seconds(module).toFixed(1).padStart(5)} s  ${file}, ${module.project.name.split(" ")[0]}`);
    }
  }
}
