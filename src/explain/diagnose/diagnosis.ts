import { formatNumber, inspectAsText } from "../../base/format.js";
import type { Finding } from "./finding.js";

/**
 * What {@link diagnose} has found, the worst first. Iterable; as a string a report to read.
 */
export class Diagnosis implements Iterable<Finding> {
  constructor(
    /** The findings, the worst first; none on a healthy run. */
    readonly findings: readonly Finding[],
    /** How many nodes f has. */
    readonly forward: number,
    /** How many nodes the backward pass has. */
    readonly backward: number,
  ) {
    inspectAsText(this);
  }

  /** Whether nothing unsafe was found. */
  get healthy(): boolean {
    return this.findings.length === 0;
  }

  /** The findings, one after the other. */
  [Symbol.iterator](): Iterator<Finding> {
    return this.findings[Symbol.iterator]();
  }

  /** One paragraph a finding: where, what, the numbers, why, and what to write instead. */
  toString(): string {
    const nodes = `${count(this.forward, "node")} forward, ${this.backward} backward`;
    if (this.healthy) return `nothing unsafe found: ${nodes}`;
    const blind = this.findings.some(({ relativeError }) => relativeError === Number.POSITIVE_INFINITY)
      ? "\n\nAccuracy is judged once everything is finite."
      : "";
    return `${count(this.findings.length, "finding")}: ${nodes}\n\n${this.findings.map(describeFinding).join("\n\n")}${blind}`;
  }
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

function describeFinding(finding: Finding, i: number): string {
  const { kind, node, name, expression, source, backward, why, instead } = finding;
  const where = node === 0 ? name : `node ${node}  ${name === expression ? "" : `${name} = `}${expression}`;
  // The whole path is in the finding; in a report the name of the file is enough to go there.
  const line = source === undefined ? "" : `  at ${source.slice(source.lastIndexOf("/") + 1)}`;
  return [
    `${i + 1}. ${kind}${backward ? ", in the backward pass" : ""}: ${where}${line}`,
    `   ${describeNumbers(finding)}`,
    `   why      ${why}`,
    `   instead  ${instead}`,
  ].join("\n");
}

function describeNumbers({ numbers, relativeError, resultError, node }: Finding): string {
  const { inputs, output, index, count: places, cotangent } = numbers;
  const at = index.length === 0 ? "" : ` at [${index.join(", ")}]`;
  const values =
    node === 0 ? formatNumber(output) : `${inputs.length === 0 ? "" : `${inputs.map(formatNumber).join(", ")} → `}${formatNumber(output)}`;
  const parts = [
    `${values}${at}${places > 1 ? `, ${places} places in all` : ""}`,
    ...(cotangent === undefined ? [] : [`cotangent ${formatNumber(cotangent)}`]),
    ...(Number.isFinite(relativeError) ? [`relative error added ${percentOrPower(relativeError)}`] : []),
    ...(resultError === undefined ? [] : [`of the result ${percentOrPower(resultError)}`]),
  ];
  return parts.join("; ");
}

const percentOrPower = (error: number): string => (error >= 1 ? "all digits" : error === 0 ? "0" : error.toExponential(0));
