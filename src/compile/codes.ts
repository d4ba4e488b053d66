/**
 * The first word of an instruction: what the machine is to do. The encoder and the machine, which is compiled to
 * WebAssembly, share this list. Elementwise ops come first, ordered by how many inputs they have.
 */
export enum Code {
  // One input.
  Neg,
  Exp,
  Expm1,
  Log,
  Log1p,
  Sqrt,
  Reciprocal,
  Abs,
  Sign,
  Sin,
  Cos,
  Tanh,
  Sigmoid,
  Softplus,
  Relu,
  ExpNegAbs,
  // Two inputs.
  Add,
  Sub,
  Mul,
  Div,
  Pow,
  Maximum,
  Minimum,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  SigmoidFromExp,
  Guard,
  // Three inputs.
  Where,
  LogisticLossFromExp,
  LogisticResidualFromExp,
  // The codes above stand for one number; these two run them over many.
  Elements,
  Broadcast,
  // Many numbers.
  Sum,
  SumRows,
  Max,
  Min,
  Softmax,
  LogSumExp,
  RowsTimes,
  ColumnsTimes,
  MatMul,
  Fill,
  Copy,
  Region,
}

/** Sizes that the encoder and the machine must agree on. */
export enum Limit {
  /** How long a stretch of the inner dimension of a product is packed at a time: eight lines of it fit into the cache. */
  Stretch = 256,
}
