// How the playground is built: one page with everything in it, into docs/site/playground/. A page without further files opens
// from any folder, even without a server.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: {
    alias: {
      "gradtape/math": fileURLToPath(new URL("../../src/math.ts", import.meta.url)),
      gradtape: fileURLToPath(new URL("../../src/index.ts", import.meta.url)),
    },
  },
  plugins: [viteSingleFile()],
  build: { outDir: "../site/playground", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 4000 },
});
