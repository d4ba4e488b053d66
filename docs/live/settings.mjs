// How the marks in documents are written: lines `key: value`.

/**
 * The settings in the text of a mark. Lines that begin with two spaces go on with the value before.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function settingsOf(text) {
  /** @type {Record<string, string>} */
  const settings = {};
  let key = "";
  for (const line of text.split("\n").filter((line) => line.trim() !== "")) {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      key = name;
      settings[key] = value;
    } else if (/^ /.test(line) && key !== "") settings[key] += `\n${line.replace(/^ {1,2}/, "")}`;
    else throw new Error(`live: expected a line "key: value", got ${line}`);
  }
  for (const name of Object.keys(settings)) settings[name] = settings[name].trim();
  return settings;
}
