/** One file as it must lie in the repository. */
export interface GeneratedFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** JSON with sorted-as-given keys, two spaces and a final line end. */
export function jsonFile(path: string, value: unknown): GeneratedFile {
  return { path, content: `${JSON.stringify(value, undefined, 2)}\n` };
}
