import { instance } from "@viz-js/viz";
import { defineOp, derive, diagnose, record, type Tape, type Tensor, tensor, toDot, toLatex, toMermaid, valueAndGrad } from "gradtape";
import { parseMath } from "gradtape/math";
import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { cut, escapeDot, escapeLatex, escapeMarkdown, escapeMermaid, plain, quote } from "../../src/base/text.js";
import { STEERS } from "../support/steers.js";

// A label may come from a stranger's file: whatever it is, what is printed and drawn shows it as text.

const labels: Readonly<Record<string, string>> = {
  "an element of HTML": '<img src=x onerror="alert(1)">',
  "an element across a table": "| <script>alert(1)</script> |\n\n<b>",
  "a link": "[free](https://example.com/) ![x](https://example.com/x.png)",
  "an automatic link": "<https://example.com/>",
  backquotes: "`a``` b`",
  "line breaks": "a\nb\r\nc\u2028d\u2029e\u0085f",
  "a NUL and an escape": "a\0b\u001b[31mred\u009b1m",
  "quotes and backslashes": '"a\' \\" \\n \\l \\',
  "what turns the direction": "a\u202eb\u2066c\u200fd",
  dollars: "$$x$$ \\$ $",
  "comments and settings of Mermaid": '%%{init: {"securityLevel": "loose"}}%% a;b --> c #quot; &quot;',
  "icons of Mermaid": "fa:fa-ban fab:fa-x",
  "statements of DOT": '"]; evil [label="x',
  "half a character": "\ud800x",
  LaTeX: "\\href{javascript:alert(1)}{x} } \\end{aligned} \\input{/etc/passwd} ^^5c",
  "a hundred thousand letters": "a".repeat(100_000),
};

const lossOf =
  (label: string) =>
  (x: Tensor): Tensor =>
    x.mul(2).named(label).log().square().sum();

const tapeOf = (label: string): Tape => record(valueAndGrad(lossOf(label)), tensor([1, 2]).named(label));

describe.each(Object.entries(labels))("a label that is %s", (_, label) => {
  test("steers no terminal", () => {
    const tape = tapeOf(label);
    const printed = [String(tape), String(tape.inputs[0]), String(derive(lossOf(label), tensor([1, 2]).named(label)))];
    printed.push(String(diagnose((x: Tensor) => x.log().sum(), tensor([0, 1]).named(label))));
    for (const text of printed) {
      expect(text).not.toMatch(STEERS);
      expect(text.length).toBeLessThan(10_000);
    }
    expect(String(tape).split("\n")).toHaveLength(tape.inputs.length + tape.nodes.length + 2);
    for (const name of [label, { [label]: 1 }])
      try {
        tensor(name as never);
        throw new Error("expected a refusal");
      } catch (error) {
        expect((error as Error).message).toMatch(/^tensor: expected/);
        expect((error as Error).message).not.toMatch(STEERS);
        expect((error as Error).message.length).toBeLessThan(300);
      }
  });

  test("makes no markup of Markdown, whatever shows it", () => {
    const markdown = derive(lossOf(label), tensor([1, 2]).named(label)).toMarkdown();
    const shown = new MarkdownIt({ html: true }).render(markdown);
    const usual = new MarkdownIt({ html: true }).render(derive(lossOf("z"), tensor([1, 2]).named("x")).toMarkdown());
    const tags = (html: string): string[] => [...new Set([...html.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)].map(([tag]) => tag))].sort();
    expect(tags(shown).filter((tag) => tag !== "<em>" && tag !== "</em>")).toEqual(tags(usual).filter((tag) => !tag.includes("em>")));
    expect(shown.match(/<tr>/g)).toHaveLength(usual.match(/<tr>/g)?.length ?? 0);
    expect(shown.match(/<td>/g)).toHaveLength(usual.match(/<td>/g)?.length ?? 0);
  });

  test("is a label of a graph in DOT, which Graphviz draws as it is", async () => {
    const dot = toDot(record((x: Tensor) => x.mul(2), tensor(1).named(label)));
    const svg = (await instance()).renderString(dot, { format: "svg" });
    expect(svg.match(/<g id="node/g)).toHaveLength(2);
    const text = /<text[^>]*>([^<]*)<\/text>/.exec(svg)?.[1] ?? "";
    const entities: Readonly<Record<string, string>> = {
      "&lt;": "<",
      "&gt;": ">",
      "&quot;": '"',
      "&#39;": "'",
      "&amp;": "&",
      "&#45;": "-",
      "&#160;": "\u00a0",
    };
    const read = text.replace(/&[#a-z0-9]+;/g, (entity) => entities[entity] ?? entity).replaceAll("\u00a0", " ");
    expect(read.trim()).toBe(cut(plain(label), 100).trim());
  });

  test("is a label of a flowchart in Mermaid, and nothing else", () => {
    const lines = toMermaid(record((x: Tensor) => x.mul(2), tensor(1).named(label))).split("\n");
    expect(lines.slice(1, 4).map((line) => line.replace(/\["[^"`$\\<>&\n]*(<br\/>[^"`$\\<>&\n]*)+"\]/, "[…]"))).toEqual([
      "  i1[…]:::input",
      "  n1[…]:::forward",
      "  i1 --> n1",
    ]);
    expect(lines.join("\n")).not.toContain("%%");
    const text = (/\["(.*?)<br\/>/.exec(lines[1])?.[1] ?? "").replace(/#(\d+);/g, (__, code: string) => String.fromCodePoint(Number(code)));
    expect(text.replaceAll("\u200b", "")).toBe(cut(plain(label), 100));
    expect(text).not.toMatch(/\$\$|\\n|:fa-/);
  });

  test("keeps the braces of LaTeX in pairs, and calls no command", () => {
    const latex = toLatex(tapeOf(label)) + derive(lossOf(label), tensor([1, 2]).named(label)).toLatex();
    const commands = new Set([...latex.matchAll(/\\[a-zA-Z]+/g)].map(([command]) => command));
    for (const command of ["\\href", "\\input", "\\url", "\\write"]) expect(commands).not.toContain(command);
    expect(latex.match(/\\end\{align(?:ed)?\}/g)).toHaveLength(2);
    let depth = 0;
    for (const [brace] of latex.replace(/\\[{}]/g, "").matchAll(/[{}]/g)) {
      depth += brace === "{" ? 1 : -1;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  });
});

test("a text is cut between characters, and quoted on one line", () => {
  expect(cut("a😀b", 2)).toBe("a…");
  expect(cut("ab", 2)).toBe("ab");
  expect(quote("a\n\u202e😀")).toBe('"a 😀"');
  expect(quote("x".repeat(1e7))).toHaveLength(43);
  expect(plain("a\t\u001b[0m")).toBe("a [0m");
});

test("a formula's error shows its line as plain text, and points at the right column", () => {
  try {
    parseMath("a\u202e\u0007 + bad(1)");
  } catch (error) {
    expect((error as Error).message.replaceAll("\n", "")).not.toMatch(STEERS);
    expect((error as Error).message.split("\n").slice(1)).toEqual(["  a  + bad(1)", "   ^"]);
    return;
  }
  throw new Error("expected a refusal");
});

test("escapes leave usual names as they are", () => {
  for (const escaped of [escapeDot, escapeLatex, escapeMarkdown, escapeMermaid]) expect(escaped("Xᵀŷ + θ1 (a)")).toBe("Xᵀŷ + θ1 (a)");
});

test("the name of an op is text too", () => {
  const op = defineOp({
    name: "<b>\n$x|\u202e",
    forward: (out, x) => out.data.set(x.data),
    vjp: (g) => [g],
    jvp: ([dx]) => dx,
  });
  const f = (x: Tensor): Tensor => op(x).sum();
  const tape = record(f, tensor([1, 2]));
  expect(String(tape)).not.toMatch(STEERS);
  expect(String(tape).split("\n")).toHaveLength(4);
  expect(toLatex(tape)).not.toContain("<b");
  expect(toMermaid(tape).split("\n")[2]).not.toMatch(/<b>/);
});
