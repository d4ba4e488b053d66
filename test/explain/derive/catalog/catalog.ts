import { attention } from "./attention.js";
import { type Finding, find } from "./check.js";
import { divergences } from "./divergences.js";
import { physics, recurrent, survival } from "./dynamics.js";
import type { Entry } from "./entry.js";
import { furtherModels } from "./further-models.js";
import { hessians } from "./hessians.js";
import { likelihoods } from "./likelihoods.js";
import { margins } from "./margins.js";
import { metric } from "./metric.js";
import { normalizations } from "./normalizations.js";
import { regression } from "./regression.js";
import { statistics } from "./statistics.js";
import { matrices } from "./structures.js";

/** All losses and models, by fields. */
export const fields: ReadonlyMap<string, readonly Entry[]> = new Map([
  ["Regression and generalized linear models", regression],
  ["Likelihoods", likelihoods],
  ["Margins and rankings", margins],
  ["Entropies and divergences", divergences],
  ["Metric learning", metric],
  ["Attention and networks", attention],
  ["Normalizations, norms and activations", normalizations],
  ["Recurrent cells", recurrent],
  ["Survival", survival],
  ["Matrices, kernels and factorizations", matrices],
  ["Physics and economics", physics],
  ["Estimates and samples", statistics],
  ["Second derivatives", hessians],
  ["Further models", furtherModels],
]);

/** What derive prints for each of them, by fields. */
export const findings = (): ReadonlyMap<string, readonly Finding[]> =>
  new Map([...fields].map(([field, entries]) => [field, entries.map(find)]));
