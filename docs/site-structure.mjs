// A plugin of TypeDoc: the site's sidebar is a way to read, not a list of kinds. Documents are called by their headings and
// keep the addresses of their files; the reference is grouped by what a name is for, which is where it lies in src/. Source
// that a document links to becomes a page, since a browser does not show a .ts file.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Converter, DocumentReflection, KindRouter, PageEvent, ReflectionGroup, ReflectionKind } from "typedoc";

const documentGroups = [
  ["Start", /^README$/],
  ["Learn", /^\d/],
  ["Measured", /^(performance|verified-gradients)$/],
  ["Files", /\.ts$|^(LICENSE|NOTICE)$/],
  ["Guides", /./],
];

// By the rooms of src/, so that a new file finds its group. First what the library is for.
const sourceGroups = [
  ["Differentiation", /^(transforms\/(?!record\.ts$)|tensor\/tree\.ts$)/],
  ["Tensors", /^(base\/(?!errors)|kernels\/|tensor\/(?!(define-op|options|tree)\.ts$))/],
  ["Ops", /^(functions\/(?!losses)|tensor\/(define-op|options)\.ts$)/],
  ["Losses", /^functions\/losses\.ts$/],
  ["Numerics", /^(passes\/|explain\/(require-finite|diagnose\/))/],
  ["The tape", /^(tape\/|transforms\/record\.ts$|explain\/(?!require-finite|diagnose\/))/],
  ["Compile", /^compile\//],
  ["Fitting", /^optim\//],
  ["Errors", /^base\/errors\.ts$/],
  ["More", /./],
];

const documentTitles = new Set(documentGroups.map(([title]) => title));

/** Within a group: grad and its like, other functions, classes and constants, then types, each in the order of the source. */
const rankOf = (reflection) => {
  const first = ["grad", "valueAndGrad", "vjp", "jvp"].indexOf(reflection.name);
  if (first >= 0) return first;
  if (reflection.kindOf(ReflectionKind.Function)) return 10;
  return reflection.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]) ? 30 : 20;
};

const order = ["Start", "Learn", "Guides", "Measured", "Reference", ...sourceGroups.map(([title]) => title), "Files"];

/** @param {import("typedoc").Application} app */
export function load(app) {
  /** File names without endings, in the order of `projectDocuments`. */
  const fileNames = new Map();

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    fileNames.set(document, basename(document.name));
    const heading = /^# (.+)$/m.exec(document.content[0]?.text ?? "")?.[1];
    if (heading === undefined) app.logger.error(`${document.name}.md has no heading to be called by`);
    // The README is called by the package, and here by what it is for.
    else document.name = fileNames.get(document) === "README" ? "Install and use" : heading;
  });

  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const documents = [...fileNames.keys()];
    for (const path of project.files.getMediaPaths().filter((path) => /\.ts$|\/(LICENSE|NOTICE)$/.test(path))) {
      // An example of several files is called by its folder too.
      const file = /\/examples\/([^/]+\/[^/]+\.ts)$/.exec(path)?.[1] ?? basename(path);
      // The answers to the exercises of a chapter stand below it.
      const chapter = documents.find((document) => file === `${fileNames.get(document)}.test.ts`);
      const language = file.endsWith(".ts") ? "ts" : "text";
      const text = `# ${chapter ? "Answers" : file}\n\n\`\`\`${language}\n${readFileSync(path, "utf8")}\`\`\`\n`;
      const page = new DocumentReflection(chapter ? "Answers" : file, chapter ?? project, [{ kind: "text", text }], {});
      page.parent.addChild(page);
      project.registerReflection(page, undefined, path);
      fileNames.set(page, file);
    }
  });

  app.renderer.defineRouter(
    "gradtape",
    class extends KindRouter {
      getIdealBaseName(reflection) {
        return fileNames.has(reflection) ? `documents/${fileNames.get(reflection)}` : super.getIdealBaseName(reflection);
      }
    },
  );

  // TypeDoc links to the first page by its folder, which a server resolves and a folder that is opened does not.
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = page.contents?.replace(/href="((?:\.\.\/)+)(#[^"]*)?"/g, 'href="$1index.html$2"');
  });

  const groupOf = (reflection) => {
    const find = (groups, text) => groups.find(([, pattern]) => pattern.test(text))[0];
    if (fileNames.has(reflection)) return find(documentGroups, fileNames.get(reflection));
    if (reflection.kindOf(ReflectionKind.Module)) return "Reference";
    return find(sourceGroups, (reflection.sources?.[0]?.fileName ?? "").replace(/^(.*\/)?src\//, ""));
  };

  const regroup = (parent) => {
    const groups = new Map();
    const documents = [...fileNames.keys()].filter((document) => document.parent === parent);
    for (const child of [...documents, ...(parent.children ?? [])]) {
      const title = groupOf(child);
      const group = groups.get(title) ?? new ReflectionGroup(title, parent);
      group.children.push(child);
      groups.set(title, group);
    }
    parent.groups = order.flatMap((title) => groups.get(title) ?? []);
    for (const group of parent.groups) if (!documentTitles.has(group.title)) group.children.sort((a, b) => rankOf(a) - rankOf(b));
  };
  // After TypeDoc's own groups by kind, which have priority -100.
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      // What the errors inherit from Error is declared in no file of the repository.
      for (const { sources } of Object.values(project.reflections))
        for (const source of sources ?? []) if (source.fullFileName.includes("/node_modules/")) source.url = undefined;
      for (const parent of [project, ...project.getReflectionsByKind(ReflectionKind.Module)]) regroup(parent);
    },
    -300,
  );
}
