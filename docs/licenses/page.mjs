// The last step of `npm run docs`: the page of the licenses under which the site has code of others. What there is, it takes from the
// lists that the builds have left; TypeDoc's scripts, with the search in them, and the lines of Peggy in its parsers have no such list.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { escapeHtml } from "../html.mjs";
import { policyOf } from "../policy.mjs";
import { LIST } from "./modules.mjs";
import { packagesOf } from "./packages.mjs";

const site = process.argv[2] ?? fileURLToPath(new URL("../site", import.meta.url));

const modules = ["live", "playground"].flatMap((folder) => JSON.parse(readFileSync(join(site, folder, LIST), "utf8")));
const packages = packagesOf([...modules, ...["typedoc", "lunr", "peggy"].map((name) => `node_modules/${name}/package.json`)]);

const data = readFileSync(new URL("../../examples/data/NOTICE", import.meta.url), "utf8");

const idOf = (name) => `license-${name.replace(/[^a-z0-9]+/gi, "-")}`;
const entryOf = ({ name, version, license, text, source }) => `<section>
<h2 id="${idOf(name)}">${escapeHtml(name)} ${escapeHtml(version)}</h2>
<p>${escapeHtml(license)}. <a href="${escapeHtml(source)}">Source</a></p>
<pre class="license" tabindex="0">${escapeHtml(text.trim())}</pre>
</section>`;

writeFileSync(
  join(site, "licenses.html"),
  `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policyOf(false)}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>Licenses | gradtape</title>
<link rel="icon" href="assets/favicon.svg"/>
<link rel="stylesheet" href="live/live.css"/>
<link rel="stylesheet" href="home/home.css"/>
</head>
<body>
<header class="top"><a class="brand" href="index.html"><img src="assets/favicon.svg" alt="" width="30" height="30"/>gradtape</a></header>
<main>
<h1>Licenses</h1>
<p>gradtape has <a href="https://github.com/gradtape/gradtape/blob/main/LICENSE">the MIT license</a>. The pages of this site, and their
scripts, have code of these ${packages.length} projects within them. The package gradtape itself has none but lines that Peggy writes into
parsers.</p>
<ul class="packages">
${packages.map(({ name, license }) => `<li><a href="#${idOf(name)}">${escapeHtml(name)}</a> (${escapeHtml(license)})</li>`).join("\n")}
</ul>
<p>Of the <a href="#data">data of the examples</a> the playground has a part.</p>
${packages.map(entryOf).join("\n")}
<section>
<h2 id="data">Data of the examples</h2>
<pre class="license" tabindex="0">${escapeHtml(data.trim())}</pre>
</section>
</main>
</body>
</html>
`,
);
