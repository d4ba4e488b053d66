export interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
  readonly source: string;
}

export function packagesOf(modules: readonly string[], root?: string): readonly Package[];
