/**
 * Automatic differentiation of functions of tensors.
 *
 * @module gradtape
 */

export type { Axis } from "./base/axes.js";
export { DomainError, GradientError, GradtapeError, ShapeError } from "./base/errors.js";
export type { Range } from "./base/lattice.js";
export type { Shape } from "./base/shape.js";
export { type Compiled, type CompileOptions, compile } from "./compile/compile.js";
export type { Backend, ProgramMemory } from "./compile/program.js";
export type { DeriveOptions } from "./explain/derive/arguments.js";
export { Derivation, type DerivationSection, type DerivationStep } from "./explain/derive/derivation.js";
export { derive } from "./explain/derive/derive.js";
export { diagnose } from "./explain/diagnose/diagnose.js";
export { Diagnosis } from "./explain/diagnose/diagnosis.js";
export type { Finding, FindingKind, FindingNumbers } from "./explain/diagnose/finding.js";
export { toDot } from "./explain/dot.js";
export type { DrawOptions } from "./explain/graph.js";
export { toLatex } from "./explain/latex.js";
export { toMermaid } from "./explain/mermaid.js";
export { NonFiniteError, type OpInRun, requireFinite } from "./explain/require-finite.js";
export * from "./functions/decompositions.js";
export * from "./functions/elementwise.js";
export * from "./functions/linalg.js";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  huber,
  type LossOptions,
  meanSquaredError,
  poissonNll,
  type Reduction,
} from "./functions/losses.js";
export * from "./functions/movement.js";
export * from "./functions/order.js";
export * from "./functions/reduce.js";
export * from "./functions/special.js";
export type { NdArray } from "./kernels/kernel.js";
export { type AdamOptions, type AdamState, type AdamWOptions, adam, adamW } from "./optim/adam.js";
export type { ParameterBounds } from "./optim/bounds.js";
export { cosineDecay, exponentialDecay, type LearningRate, type Schedule } from "./optim/learning-rate.js";
export {
  type LeastSquaresOptions,
  type LeastSquaresReport,
  type LeastSquaresResult,
  leastSquares,
} from "./optim/least-squares.js";
export { type MinimizeOptions, minimize, minimizeSteps } from "./optim/minimize.js";
export type { PartRequest } from "./optim/objective.js";
export type { Optimizer } from "./optim/optimizer.js";
export { evaluatePart } from "./optim/part.js";
export type { MinimizeResult, SearchStatus, StepReport } from "./optim/result.js";
export type { SearchOptions } from "./optim/search.js";
export { type SgdOptions, type SgdState, sgd } from "./optim/sgd.js";
export { type RewriteRule, rewriteRules } from "./passes/stabilize/rules.js";
export { type Rewrite, type Stabilized, stabilize } from "./passes/stabilize/stabilize.js";
export { type Node, Tape } from "./tape/tape.js";
export { eye, full, linspace, ones, tensor, zeros } from "./tensor/create.js";
export { defineOp, type OpDefinition, type Tangents } from "./tensor/define-op.js";
export { fromJSON } from "./tensor/from-json.js";
export type { ArraysOfRank, Parts, TupleOf } from "./tensor/known.js";
export type { CumsumOptions, MatMulOptions, VarianceOptions } from "./tensor/options.js";
export { type Random, random } from "./tensor/random.js";
export { Tensor, type TensorLike } from "./tensor/tensor.js";
export type { NotATensor, Tree, TreeLike, TreesLike } from "./tensor/tree.js";
export type { NestedArray, NumericArray } from "./tensor/values.js";
export { type CheckGradientsOptions, checkGradients } from "./transforms/check-gradients.js";
export { checkpoint } from "./transforms/checkpoint.js";
export { jvp } from "./transforms/forward.js";
export { record } from "./transforms/record.js";
export {
  type ArgumentsLike,
  type Gradient,
  type GradOptions,
  type GradOptionsWithAux,
  grad,
  valueAndGrad,
  vjp,
} from "./transforms/reverse.js";
export { type AnyTree, type Collected, scan } from "./transforms/scan.js";
export { hessian, hvp, type JacobianOptions, jacobian, type TreeOfTrees } from "./transforms/second-order.js";
export { type BatchAxis, type BatchedArguments, type BatchedResult, type VmapOptions, vmap } from "./transforms/vmap.js";
