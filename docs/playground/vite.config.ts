// How the playground is built, into docs/site/playground/: a page, its style, its program, and the program of its worker. They
// are scripts of the old kind, which a page opens from any folder, even without a server.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { listOfVite } from "../licenses/modules.mjs";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const alias = { "gradtape/math": here("../../src/math.ts"), gradtape: here("../../src/index.ts") };

/** No module, and nothing of another origin: a page from a file has none. */
const classicScripts: Plugin = {
  name: "classic-scripts",
  enforce: "post",
  transformIndexHtml: {
    order: "post",
    handler: (html) =>
      html.replace('<script type="module" crossorigin', "<script defer").replace(/(<link rel="stylesheet") crossorigin/, "$1"),
  },
};

/** The worker's program as a function, which a page can make a worker of where it cannot start one by its address: see runner.ts. */
const asFunction: Plugin = {
  name: "as-function",
  enforce: "post",
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle))
      if (part.type === "chunk") part.code = `function runTape() {${part.code}}\nif (typeof document === "undefined") runTape();\n`;
  },
};

const lists = listOfVite();

export default defineConfig({
  root: here("."),
  base: "./",
  resolve: { alias },
  plugins: [classicScripts, lists.ofPage],
  worker: { format: "iife", plugins: () => [asFunction, lists.ofWorker], rollupOptions: { output: { entryFileNames: "worker.js" } } },
  build: {
    outDir: "../site/playground",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 4000,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: { output: { format: "iife", entryFileNames: "playground.js", assetFileNames: "[name][extname]" } },
  },
});
