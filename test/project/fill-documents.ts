// `npm run fill`: puts what the code and the commands in README and guides print below each block, and the tables of docs/onnx.md and
// docs/numerics.md in their places; of all documents, or of those named: `npm run fill -- docs/notation.md`. Read the difference before you commit.
import { readFileSync, writeFileSync } from "node:fs";
import { rows, SUMMARY_OF_CATALOG, summaryOfCatalog, TABLE_OF_CATALOG, tableOfCatalog } from "../accuracy/table.js";
import { findings } from "../explain/derive/catalog/catalog.js";
import { CATALOG, catalogText } from "../explain/derive/catalog/table.js";
import { TABLE_OF_FORMS, tableOfForms } from "../onnx/table.js";
import { root } from "../support/root.js";
import { blocksOf, documents, run, runSessions, sessionsOf } from "./documents.js";

const chosen = process.argv.slice(2);
for (const document of chosen.length > 0 ? chosen : documents) {
  let text = readFileSync(root + document, "utf8");
  const blocks = blocksOf(text);
  const printed = await run(blocks);
  blocks.forEach(({ code, output }, i) => {
    if (output !== undefined)
      text = text.replace(
        `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${output}\`\`\``,
        () => `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${printed[i]}\`\`\``,
      );
  });
  const sessions = sessionsOf(text);
  const told = await runSessions(sessions.map(({ commands }) => commands));
  sessions.forEach(({ commands, output }, i) => {
    text = text.replace(
      `\`\`\`sh\n${commands}\`\`\`\n\n\`\`\`text\n${output}\`\`\``,
      () => `\`\`\`sh\n${commands}\`\`\`\n\n\`\`\`text\n${told[i]}\`\`\``,
    );
  });
  if (TABLE_OF_CATALOG.test(text)) {
    const catalog = rows();
    text = text.replace(TABLE_OF_CATALOG, () => tableOfCatalog(catalog)).replace(SUMMARY_OF_CATALOG, () => summaryOfCatalog(catalog));
  }
  if (CATALOG.test(text)) text = text.replace(CATALOG, () => catalogText(findings()));
  writeFileSync(root + document, text.replace(TABLE_OF_FORMS, tableOfForms));
}
