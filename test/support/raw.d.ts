/** A file as text, in Node and in the browser: vite reads it. */
declare module "*?raw" {
  const text: string;
  export default text;
}
