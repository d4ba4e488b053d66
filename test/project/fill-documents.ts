// `npm run fill`: puts what the code in README and guides prints below each block. Read the difference before you commit.
import { readFileSync, writeFileSync } from "node:fs";
import { blocksOf, documents, root, run } from "./documents.js";

for (const document of documents) {
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
  writeFileSync(root + document, text);
}
