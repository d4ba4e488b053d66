export function settingsOf(text: string): Record<string, string>;
