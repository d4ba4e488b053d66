// Scripts that a page needs only once somebody asks for what they do. They come as elements, not by import(): that works in a page that is
// opened from a folder, and under a policy that allows scripts of the site alone.

/** The folder of this script, with which the others lie. */
const folder = new URL(".", (document.currentScript as HTMLScriptElement).src).href;

const loading = new Map<string, Promise<void>>();

function load(name: string): Promise<void> {
  const known = loading.get(name);
  if (known !== undefined) return known;
  const coming = new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${folder}${name}.js`;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => {
      loading.delete(name);
      reject(new Error(`${name}.js could not be loaded`));
    });
    document.head.append(script);
  });
  loading.set(name, coming);
  return coming;
}

/** What these scripts leave behind. */
declare const gradtapeRunner: typeof import("./runner.js");
declare const gradtapeEditor: typeof import("./editor.js");
declare const gradtapeMath: typeof import("./mathml.js");

export const loadRunner = async (): Promise<typeof import("./runner.js")> => {
  await load("runner");
  return gradtapeRunner;
};
export const loadEditor = async (): Promise<typeof import("./editor.js")> => {
  await load("editor");
  return gradtapeEditor;
};
export const loadMath = async (): Promise<(latex: string) => string> => {
  await load("mathml");
  return gradtapeMath.mathml;
};
