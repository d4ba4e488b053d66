// How the report looks: on a screen, light or dark, wide or narrow, and on paper.

const DARK = "--ground: #16181c; --text: #e3e5e8; --faint: #9aa0a8; --line: #363a41; --positive: #6cb2ff; --negative: #f0a15e;";

export const STYLE = `
:root { --ground: #fff; --text: #1c1e21; --faint: #5d636b; --line: #d8dbdf; --positive: #1a66b8; --negative: #b85c12; }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 64rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 0.5rem; }
summary { cursor: pointer; }
summary h2 { display: inline-block; margin-bottom: 0.75rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.25rem; margin: 0; }
dt { color: var(--faint); }
dd { margin: 0; }
.note, footer { color: var(--faint); font-size: 0.875rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); }
.table { overflow-x: auto; margin-bottom: 1.25rem; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; color: var(--faint); padding-top: 0.4rem; }
th, td { padding: 0.2rem 0.7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { color: var(--faint); }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--ground); padding-left: 0; }
tbody th { white-space: normal; overflow-wrap: break-word; min-width: 6rem; max-width: 20rem; }
.derivation td, .derivation th { text-align: left; font-size: 1rem; }
.derivation td:last-child { color: var(--faint); font-size: 0.875rem; }
figure { margin: 0; break-inside: avoid; }
figcaption { color: var(--faint); font-size: 0.875rem; }
figure svg { max-width: 100%; height: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 2rem 1.5rem; align-items: start; }
.plots > * { min-width: 0; }
.chip { display: inline-block; width: 0.8em; height: 0.8em; margin: 0 0.35em 0 0.8em; border-radius: 2px; }
.chip:first-child { margin-left: 0; }
.positive { background: var(--positive); }
.negative { background: var(--negative); }
@media screen and (max-width: 44rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; }
  tbody th { max-width: 9.5rem; overflow-wrap: anywhere; min-width: 7rem; }
  .table:has(th:nth-child(5)) caption::before { content: "The table scrolls sideways. "; font-style: italic; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .table { overflow: visible; } table { font-size: 8pt; } th, td { padding: 0.1rem 0.35rem; } tr, .plots figure { break-inside: avoid; }
  th:first-child { position: static; } thead th { white-space: normal; }
  h2 { break-after: avoid; } .chip { print-color-adjust: exact; }
}
`;
