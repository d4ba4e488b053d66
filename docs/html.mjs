/** Text as it is, within an element of HTML or an attribute between double quotes. */
export const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
