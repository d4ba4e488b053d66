// The first page of the site, written when the site is built: its numbers, formulas and pictures come from the library.
import { derive, diagnose, type Tensor, tensor } from "gradtape";
import temml from "temml";
import { escapeHtml } from "../html.mjs";
import { drawTape } from "../live/draw.js";
import { linesOf } from "../live/tape-lines.js";
import { traceOf } from "../live/trace.js";

/** A block of code and what it prints, highlighted by the build. */
export interface Sample {
  readonly code: string;
  readonly output: string;
}

/** What the build hands to the page: the samples, and code as HTML. */
export interface Materials {
  readonly samples: readonly Sample[];
  readonly highlight: (code: string) => string;
  readonly version: string;
  /** Where the site is hosted, with a slash at the end; empty where that is not known. Networks want the whole address of a card. */
  readonly hostedAt: string;
}

const mathml = (latex: string): string => temml.renderToString(latex, { throwOnError: true });

const FORMULA = "z = w * x\nŷ = sigmoid(z)\nerror = ŷ - y\nL = error²";
const VALUES = { w: 0.5, x: 1.2, y: 1 };

/** The loss of the derivation: the one that all began with. */
const loss = (W: Tensor, x: Tensor, y: Tensor): Tensor => {
  const ŷ = W.matmul(x).named("z").sigmoid().named("ŷ");
  return y
    .mul(ŷ.log())
    .add(y.rsub(1).mul(ŷ.rsub(1).log()))
    .neg()
    .named("L");
};

function derivation(): string {
  const { steps, verdict } = derive(loss, tensor([0.5, -1, 2]).named("W"), tensor([1, 0.3, 0.8]).named("x"), tensor(1).named("y"));
  const shown = steps.filter(({ section }) => section === "chain rule" || section === "factors" || section === "result");
  const rows = shown.map(
    ({ latex, rule }) => `<tr><td>${mathml(latex.replace("&=", "="))}</td><td class="why">${escapeHtml(rule)}</td></tr>`,
  );
  return `<table>${rows.join("")}</table><p class="note">${escapeHtml(verdict)}</p>`;
}

function diagnosis(): string {
  const naive = (z: Tensor, y: Tensor): Tensor => {
    const ŷ = z.sigmoid().named("ŷ");
    return y
      .mul(ŷ.log())
      .add(y.rsub(1).mul(ŷ.rsub(1).named("1−ŷ").log()))
      .neg();
  };
  const z = tensor(40).named("z");
  const y = tensor(1).named("y");
  const [{ kind, node, expression, why, instead }] = diagnose(naive, z, y).findings;
  const lines = [
    ["loss", String(naive(z, y).item())],
    ["cause", `${kind} at node ${node}: ${expression}`],
    ["why", why],
    ["instead", instead],
  ];
  return `<dl>${lines.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl>`;
}

function stepping(): string {
  const { tape } = traceOf(FORMULA, VALUES, "w");
  const rows = linesOf(tape).map(
    ({ name, op, value, cotangent }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(op)}</td><td>${escapeHtml(value)}</td><td class="cotangent">${escapeHtml(cotangent)}</td></tr>`,
  );
  return `<table class="tape"><thead><tr><th scope="col">Name</th><th scope="col">Op</th><th scope="col">Value ↓</th><th scope="col">Gradient ↑</th></tr></thead><tbody>${rows.join("")}</tbody></table>
    <p class="note">Read down, it is the function. Read up, it is the gradient.</p>`;
}

function miniature(): string {
  const settings = { formula: FORMULA, values: JSON.stringify(VALUES), wrt: "w", play: "yes", loop: "yes" };
  return `<div class="live live-tape" data-live="tape" data-base="./" data-settings="${escapeHtml(JSON.stringify(settings))}">${drawTape(FORMULA, VALUES, "w")}</div>`;
}

/** The page as HTML. */
export function homePage({ samples: [cube, exam], highlight, version, hostedAt }: Materials): string {
  const code = ({ code: text, output }: Sample): string =>
    `<pre><code class="ts">${highlight(text)}</code></pre>\n<pre><code class="text">${escapeHtml(output)}</code></pre>`;
  const description =
    "A small TypeScript library that computes the derivatives of functions you write, and shows every step. With a playground and a course.";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>gradtape: derivatives that show their work</title>
<meta name="description" content="${description}"/>
<meta property="og:type" content="website"/>
<meta property="og:title" content="gradtape: derivatives that show their work"/>
<meta property="og:description" content="${description}"/>
<meta property="og:image" content="${escapeHtml(hostedAt)}home/card.png"/>
<meta name="twitter:card" content="summary_large_image"/>
<link rel="icon" href="assets/favicon.svg"/>
<link rel="stylesheet" href="assets/highlight.css"/>
<link rel="stylesheet" href="live/live.css"/>
<link rel="stylesheet" href="home/home.css"/>
<script defer src="live/library.js"></script>
<script defer src="live/page.js"></script>
</head>
<body>
<header class="top">
<a class="brand" href="index.html"><img src="assets/favicon.svg" alt="" width="30" height="30"/>gradtape</a>
<nav aria-label="Site">
<a href="playground/index.html">Playground</a>
<a href="documents/1-the-chain-rule-by-hand.html">Learn</a>
<a href="documents/README.html">Guide</a>
<a href="modules/gradtape.html">Reference</a>
<a href="https://github.com/gradtape/gradtape">GitHub</a>
</nav>
</header>
<main>
<section class="hero">
<div>
<h1>Derivatives that show their work</h1>
<p class="lead">gradtape is a small TypeScript library. Write a function; it computes the function’s derivatives, exactly, and shows you every step: to learn from, to check your own work, to train models.</p>
<p class="buttons"><a class="button main" href="playground/index.html">Try it</a> <a class="button" href="documents/1-the-chain-rule-by-hand.html">Learn</a> <a class="button" href="documents/README.html#use-it">Install</a></p>
<p class="first"><code>grad(x => x.pow(3))(2)</code> is 12, the slope of x³ at 2:</p>
<div class="code" data-live-code="">${code(cube)}</div>
</div>
${miniature()}
</section>
<section aria-labelledby="shows">
<h2 id="shows">What it shows you</h2>
<div class="cards">
<article><h3>The derivation</h3><p>Why is the gradient (ŷ − y)x? Ask, and get the steps a textbook would print, checked against the numbers.</p>
<div class="sample" tabindex="0" role="group" aria-label="A derivation">${derivation()}</div><p><a href="documents/derivations.html">Derivations</a></p></article>
<article><h3>The diagnosis</h3><p>A loss turned NaN. Which operation did it, why, and what to write instead?</p>
<div class="sample" tabindex="0" role="group" aria-label="A diagnosis">${diagnosis()}</div><p><a href="documents/diagnose.html">Where a run goes wrong</a></p></article>
<article><h3>The tape</h3><p>Every operation is one line of a list. Step through it, forward and back, in the playground.</p>
<div class="sample" tabindex="0" role="group" aria-label="A tape">${stepping()}</div><p><a href="documents/gallery.html">A gallery of tapes</a></p></article>
</div>
</section>
<section class="use" aria-labelledby="use">
<div>
<h2 id="use">Use it like this</h2>
<p>Formulas read as on paper. Parameters are plain objects, and the gradient has the same shape. Fitting is one call.</p>
<ul>
<li>In float64, to any order, forward and reverse.</li>
<li>No dependencies. Runs in Node, browsers, Deno and Bun; nothing to dispose of.</li>
<li><a href="documents/compile.html">Compiled</a> to WebAssembly for the loop that runs a thousand times: <a href="documents/performance.html">measured</a>.</li>
<li>Every gradient <a href="documents/verified-gradients.html">checked in three independent ways</a>.</li>
</ul>
<p><a href="documents/coming-from.html">Coming from PyTorch, JAX or TensorFlow.js?</a></p>
</div>
<div class="code" data-live-code="">${code(exam)}</div>
</section>
<section aria-labelledby="learn">
<h2 id="learn">Learn how it works</h2>
<p class="lead">Ten short chapters, from the chain rule by hand to a network that learns. The code in them runs in the page, and you can check your own derivations.</p>
<ol class="chapters">
${CHAPTERS.map(([file, title]) => `<li><a href="documents/${file}.html">${title}</a></li>`).join("\n")}
</ol>
</section>
</main>
<footer><p>gradtape ${escapeHtml(version)} · <a href="https://github.com/gradtape/gradtape/blob/main/LICENSE">MIT license</a> · <a href="licenses.html">Licenses of what this site is made of</a> · <a href="documents/CONTRIBUTING.html">Contributing</a></p></footer>
</body>
</html>
`;
}

const CHAPTERS: readonly (readonly [file: string, title: string])[] = [
  ["1-the-chain-rule-by-hand", "The chain rule by hand"],
  ["2-a-tape-in-60-lines", "A tape in 60 lines"],
  ["3-the-real-engine", "The real engine"],
  ["4-tensors-and-broadcasting", "Tensors and broadcasting"],
  ["5-gradients-of-gradients", "Gradients of gradients"],
  ["6-numerics", "Numerics"],
  ["7-compile", "Compile"],
  ["8-a-model-from-data-to-report", "A model from data to report"],
  ["9-gradient-descent", "Gradient descent"],
  ["10-a-network", "A network"],
];
